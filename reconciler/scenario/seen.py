"""What a run did, in the words of scenarios, and whether it is what a line expects."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import assert_never

from reconciler.model.jsontypes import Json, JsonObject
from reconciler.scenario.result import Seen
from reconciler.scenario.values import Anything, Contains, Exactly, Expects, Like, Match, Matches
from reconciler.simulate import (
    Began,
    Dialled,
    Effect,
    FunctionCalled,
    Queued,
    Redirected,
    Requested,
    Said,
    Sent,
    SubflowEntered,
    Troubled,
    VariablesSet,
)


def seen_of(effect: Effect, flow: str, called: str = "") -> Seen | None:
    """Say what an effect is to a scenario; None for what nobody notices: a silent prompt, a remark of the debugger.

    Args:
        effect: what the run did.
        flow: name of the flow that did it.
        called: name of the flow that is entered.
    """
    match effect:
        case Said():
            return _said(effect, flow)
        case Sent():
            ends: JsonObject = {"from": effect.sender, "to": effect.recipient}
            return Seen("sends", flow, effect.widget, effect.body, {**ends, **effect.details})
        case VariablesSet():
            return Seen("sets", flow, effect.widget, details={"values": effect.values})
        case SubflowEntered():
            return Seen("enters", flow, effect.widget, called, {"parameters": effect.parameters})
        case Began():
            return Seen("begins", flow, effect.widget, details={"type": effect.type, **effect.details})
        case Troubled():
            return None
        case _:
            return _outward(effect, flow)


def _said(effect: Said, flow: str) -> Seen | None:
    if effect.text.strip():
        return Seen("says", flow, effect.widget, effect.text, effect.details)
    played = effect.play or effect.digits
    return Seen("plays", flow, effect.widget, played, effect.details) if played else None


def _outward(effect: Requested | FunctionCalled | Dialled | Queued | Redirected, flow: str) -> Seen:
    match effect:
        case Requested():
            parts: JsonObject = {"method": effect.method, "body": effect.body, "contentType": effect.content_type}
            return Seen("calls", flow, effect.widget, effect.url, {**parts, "parameters": effect.parameters})
        case FunctionCalled():
            return Seen("calls", flow, effect.widget, effect.url, {"parameters": effect.parameters})
        case Dialled():
            line: JsonObject = {"noun": effect.noun, "from": effect.caller}
            return Seen("dials", flow, effect.widget, effect.callee, {**line, **effect.details})
        case Queued():
            task: JsonObject = {"attributes": _read(effect.attributes)}
            return Seen("queues", flow, effect.widget, effect.queue, {**task, **effect.details})
        case Redirected():
            return Seen("redirects", flow, effect.widget, effect.url, {"method": effect.method})
        case _:
            assert_never(effect)


def fits(expected: Expects, seen: Seen) -> bool:
    """Tell whether what a run did is what a line expects."""
    return (
        expected.verb == seen.verb
        and (expected.widget is None or is_widget(expected.widget, seen.flow, seen.widget))
        and holds(expected.text, seen.text)
        and includes(seen.details, expected.details)
    )


def is_widget(written: str, flow: str, widget: str) -> bool:
    """Tell whether `NAME` or `FLOW/NAME` means a widget. A name alone means one of any flow."""
    return written in {widget, f"{flow}/{widget}"}


def holds(match: Match, text: str) -> bool:
    """Tell whether a text is as expected."""
    match match:
        case Exactly(wanted):
            return text.strip() == wanted.strip()
        case Contains(parts):
            return all(part in text for part in parts)
        case Matches(pattern):
            return re.search(pattern, text) is not None
        case Like(glob):
            return _glob(glob).fullmatch(text) is not None
        case Anything():
            return True
        case _:
            assert_never(match)


def includes(whole: Json, part: Json) -> bool:
    """Tell whether a value has everything that another says. A number equals its text: Studio's Liquid makes texts."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and includes(whole[key], part[key]) for key in part)
    if isinstance(part, list):
        pairs = zip(whole, part, strict=False) if isinstance(whole, list) else ()
        return isinstance(whole, list) and len(whole) == len(part) and all(includes(*pair) for pair in pairs)
    return whole == part or (not isinstance(whole, dict | list) and plain(whole) == plain(part))


@lru_cache(maxsize=256)
def _glob(glob: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in glob.split("*")), re.DOTALL)


def plain(value: Json) -> str:
    """Write a value as a text: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _read(text: str) -> Json:
    try:
        found: Json = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found
