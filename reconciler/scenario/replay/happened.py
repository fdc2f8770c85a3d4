"""A recorded step → the event that led to it: what the contact wrote, pressed or said, or what something came to."""

from __future__ import annotations

import json
from typing import Final

from reconciler.model.jsontypes import Json, JsonObject
from reconciler.scenario.replay.tape import Taken, inside
from reconciler.simulate import (
    Answered,
    Event,
    Outcome,
    Pressed,
    Replied,
    Request,
    Spoke,
    TimedOut,
)

_FIRST_FAILURE: Final = 400
_ANSWERING: Final = frozenset({"make-http-request", "run-function"})


def event_of(step: Taken, request: Request) -> Event | None:
    """Read what happened where a run waits; None when it was not recorded.

    Args:
        step: the recorded step out of that widget.
        request: what the run waits for now; the widget may be of another type than it was.
    """
    if step.event == "timeout" and request.deadline is not None and request.usual is None:
        return TimedOut()
    match request.need:
        case "reply":
            return _reply(step)
        case "input":
            return _input(step)
        case "response":
            return _answer(step)
        case "outcome":
            return _outcome(step)


def _reply(step: Taken) -> Event | None:
    if step.event != "incomingMessage":
        return Outcome(step.event)
    inbound = inside(step.saved, "inbound")
    if not inbound:
        return None
    return Replied(_text(inbound.get("Body")), _media(inbound), data=inbound)


def _media(inbound: JsonObject) -> tuple[str, ...]:
    urls = (inbound.get(f"MediaUrl{index}") for index in range(10))
    return tuple(url for url in urls if isinstance(url, str))


def _input(step: Taken) -> Event | None:
    saved = step.saved
    if step.event == "keypress":
        digits = _text((saved or {}).get("Digits"))
        return Pressed(digits, saved or {}) if digits else None
    if step.event == "speech":
        said = (saved or {}).get("SpeechResult")
        sure = (saved or {}).get("Confidence")
        return Spoke(said, _number(sure), saved or {}) if isinstance(said, str) else None
    return Outcome(step.event)


def _answer(step: Taken) -> Event | None:
    if step.type and step.type not in _ANSWERING:
        return None
    saved = step.saved
    if saved is None:
        return None
    status = saved.get("status_code")
    code = int(status) if isinstance(status, int | float | str) and str(status).isdecimal() else None
    failed = step.event in {"fail", "failed"}
    if failed and (code is None or code < _FIRST_FAILURE):
        return TimedOut()  # what is saved, if anything, is from an earlier answer
    body = saved.get("body")
    if not isinstance(body, str):
        parsed = saved.get("parsed")
        if parsed is None and not failed:
            return None
        body = "" if parsed is None else json.dumps(parsed, ensure_ascii=False, separators=(",", ":"))
    kind = saved.get("content_type")
    return Answered(code or 200, body, kind if isinstance(kind, str) else "application/json", inside(saved, "headers"))


def _outcome(step: Taken) -> Event | None:
    saved = {key: value for key, value in (step.saved or {}).items() if key not in {"outbound", "inbound"}}
    return Outcome(step.event, saved)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Json) -> float | None:
    try:
        return float(value) if isinstance(value, int | float | str) and value != "" else None
    except ValueError:
        return None
