"""A checked FlowTest document → a scenario: each line with the place where it is written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from reconciler.manifest import testkinds as kinds
from reconciler.manifest.findings import Findings
from reconciler.manifest.yamltext import Document
from reconciler.model.finding import Place
from reconciler.model.jsontypes import JsonObject
from reconciler.scenario.values import (
    ADDRESS,
    BEGINNING,
    CONTACT,
    Answer,
    Anything,
    Comes,
    ContactDoes,
    Contains,
    Ending,
    Exactly,
    Expects,
    Like,
    Line,
    Match,
    Matches,
    Scenario,
    Skips,
    StandsAt,
    Stub,
    Verb,
    Waits,
)
from reconciler.simulate import (
    Answered,
    HungUp,
    IncomingCall,
    IncomingConversationMessage,
    IncomingMessage,
    IncomingParent,
    IncomingRequest,
    Outcome,
    Pressed,
    Replied,
    Spoke,
    TimedOut,
    Trigger,
)

_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_SPEC: Final = ("spec",)


def scenario(model: kinds.FlowTest, document: Document, findings: Findings) -> Scenario | None:
    """Make a scenario of a document; None when it says what cannot be, which is then a finding."""
    translation = _Translation(document, findings)
    spec = model.spec
    trigger = translation.trigger(spec.trigger)
    script = [translation.line(line, number) for number, line in enumerate(spec.script)]
    stubs = [translation.stub(stub, number) for number, stub in enumerate(spec.stubs)]
    at = BEGINNING if spec.at is None else translation.moment(spec.at)
    if trigger is None or at is None or None in script or None in stubs:
        return None
    return Scenario(
        name=model.metadata.name,
        flow=spec.flow,
        trigger=trigger,
        script=tuple(line for line in script if line is not None),
        stubs=tuple(stub for stub in stubs if stub is not None),
        ends=None if spec.ends is None else _ending(spec.ends, document.place((*_SPEC, "ends"), key=True)),
        at=at,
        description=spec.description,
        labels=model.metadata.labels,
        place=document.place(("metadata", "name")),
        flow_place=document.place((*_SPEC, "flow")),
    )


class _Translation:
    def __init__(self, document: Document, findings: Findings) -> None:
        self._document = document
        self._findings = findings

    def moment(self, text: str) -> float | None:
        try:
            return datetime.fromisoformat(text).timestamp()
        except ValueError:
            self._wrong(f"at: {text} is no day and time", self._document.place((*_SPEC, "at")))
            return None

    def trigger(self, model: kinds.Trigger) -> Trigger | None:
        place = self._document.place((*_SPEC, "trigger"), key=True)
        given = [name for name in ("message", "call", "conversation", "request") if getattr(model, name) is not None]
        if len(given) > 1 or (not given and model.parent is None):
            what = "says how it begins twice" if given else "does not say how it begins"
            hint = "Write one of message, call, conversation, request; for a subflow parent."
            self._wrong(f"spec.trigger {what}", place, hint)
            return None
        contact, address = model.sender or CONTACT, model.to or ADDRESS
        outer: IncomingMessage | IncomingCall | IncomingConversationMessage | IncomingRequest
        if model.call is not None:
            outer = IncomingCall(contact, address, {**model.call, **model.data})
        elif model.conversation is not None:
            outer = IncomingConversationMessage(contact, address, model.conversation, model.data)
        elif model.request is not None:
            outer = IncomingRequest(contact, address, model.request)
        else:
            outer = IncomingMessage(contact, address, model.message or "", _texts(model.media), model.data)
        return outer if model.parent is None else IncomingParent(outer, model.parent)

    def line(self, model: kinds.Line, number: int) -> Line | None:
        place = self._document.place((*_SPEC, "script", number))
        fields = kinds.Line.model_fields
        said = [(name, value) for name in fields if (value := getattr(model, name)) is not None]
        if len(said) != 1:
            names = " and ".join(fields[name].alias or name for name, _ in said)
            what = f"says {names}: write a line for each" if said else "says nothing"
            self._wrong(f"spec.script.{number} {what}", place)
            return None
        name, value = said[0]
        if isinstance(value, kinds.Words) and not self._is_one_text(value, place):
            return None
        if name == "answers":
            answer = self._answer(value, place)
            return None if answer is None else Comes(answer, value.widget, place)
        return _LINES[name](value, place)

    def stub(self, model: kinds.Stub, number: int) -> Stub | None:
        place = self._document.place((*_SPEC, "stubs", number))
        if (model.widget is None) == (model.url is None):
            self._wrong(f"spec.stubs.{number} needs widget or url, and not both", place)
            return None
        many = model.answers if isinstance(model.answers, list) else [model.answers]
        answers = [self._answer(answer, place) for answer in many]
        found = tuple(answer for answer in answers if answer is not None)
        endless = not isinstance(model.answers, list)
        return Stub(found, model.widget, model.url, endless, place) if len(found) == len(many) else None

    def _answer(self, model: kinds.Answer, place: Place) -> Answer | None:
        http = {"status", "json_", "body", "content_type", "headers"} & model.model_fields_set
        ways = [bool(http), model.timeout is not None, model.event is not None]
        if sum(ways) > 1 or {"json_", "body"} <= model.model_fields_set or (model.data and model.event is None):
            message = "an answer is one of: status with json or body; timeout; event with data"
            self._wrong(message, place)
            return None
        if model.timeout:
            return TimedOut()
        if model.event is not None:
            return Outcome(model.event, model.data)
        return _answered(model)

    def _is_one_text(self, model: kinds.Words, place: Place) -> bool:
        if sum(part is not None for part in (model.text, model.contains, model.matches)) > 1:
            self._wrong("text, contains and matches exclude each other", place)
            return False
        try:
            re.compile(model.matches or "")
        except re.error as error:
            self._wrong(f"matches is no regular expression: {error}", place)
            return False
        return True

    def _wrong(self, message: str, place: Place, hint: str | None = None) -> None:
        self._findings.error("invalid-value", message, place, hint=hint)


def _answered(model: kinds.Answer) -> Answered:
    status = 200 if model.status is None else model.status
    if model.body is not None:
        body, kind = model.body, "text/plain"
    elif "json_" in model.model_fields_set:
        body, kind = json.dumps(model.json_, ensure_ascii=False, separators=(",", ":")), "application/json"
    else:
        body, kind = "", "text/plain"
    return Answered(status, body, model.content_type or kind, dict(model.headers))


def _ending(model: kinds.Ending, place: Place) -> Ending:
    path = None if model.path is None else tuple(model.path)
    return Ending(model.reason, model.widget, tuple(model.passes), path, model.variables, place)


def _texts(value: str | Sequence[str] | None) -> tuple[str, ...]:
    return () if value is None else (value,) if isinstance(value, str) else tuple(value)


def _match(model: kinds.Words) -> Match:
    if model.contains is not None:
        return Contains(_texts(model.contains))
    return Anything() if model.matches is None else Matches(model.matches)


def _words(verb: Verb, exactly: Callable[[str], Match] = Exactly) -> Callable[[str | kinds.Words, Place], Line]:
    def make(value: str | kinds.Words, place: Place) -> Line:
        if isinstance(value, str):
            return Expects(verb, exactly(value), place=place)
        match = _match(value) if value.text is None else exactly(value.text)
        return Expects(verb, match, value.widget, {**_more(value), **value.fields}, place)

    return make


def _more(model: kinds.Words) -> JsonObject:
    if isinstance(model, kinds.Task):
        return {"attributes": model.attributes} if model.attributes else {}
    if isinstance(model, kinds.Message):
        return {key: end for key, end in (("to", model.to), ("from", model.sender)) if end is not None}
    return {}


def _calls(value: str | kinds.Call, place: Place) -> Line:
    if isinstance(value, str):
        is_url = "://" in value or value.startswith("*")
        return Expects("calls", Like(value) if is_url else Anything(), None if is_url else value, place=place)
    details: JsonObject = {"parameters": value.parameters} if value.parameters else {}
    details |= {key: part for key, part in (("method", value.method), ("body", value.body)) if part is not None}
    return Expects("calls", Anything() if value.url is None else Like(value.url), value.widget, details, place)


def _enters(value: str | kinds.Entry, place: Place) -> Line:
    if isinstance(value, str):
        return Expects("enters", Exactly(value), place=place)
    details: JsonObject = {"parameters": value.parameters} if value.parameters else {}
    return Expects("enters", Anything() if value.flow is None else Exactly(value.flow), value.widget, details, place)


def _begins(value: str | kinds.Beginning, place: Place) -> Line:
    if isinstance(value, str):
        return Expects("begins", widget=value, place=place)
    return Expects("begins", widget=value.widget, details=value.fields, place=place)


def _writes(value: str | kinds.Reply, place: Place) -> Line:
    event = Replied(value) if isinstance(value, str) else Replied(value.text, _texts(value.media), value.data)
    return ContactDoes(event, place)


def _presses(value: str | kinds.Keys, place: Place) -> Line:
    return ContactDoes(Pressed(value) if isinstance(value, str) else Pressed(value.digits, value.data), place)


def _speaks(value: str | kinds.Speech, place: Place) -> Line:
    event = Spoke(value) if isinstance(value, str) else Spoke(value.text, value.confidence, value.data)
    return ContactDoes(event, place)


def _waits(value: str, place: Place) -> Line:
    if value == "timeout":
        return Comes(TimedOut(), place=place)
    return Waits(float(value[:-1]) * _SECONDS[value[-1]], place)


def _outcome(value: str | kinds.Outcome, place: Place) -> Line:
    if isinstance(value, str):
        return Comes(Outcome(value), place=place)
    return Comes(Outcome(value.event, value.data), value.widget, place)


_LINES: Final[dict[str, Callable[..., Line]]] = {
    "says": _words("says"),
    "plays": _words("plays", Like),
    "sends": _words("sends"),
    "calls": _calls,
    "sets": lambda values, place: Expects("sets", details={"values": values}, place=place),
    "dials": _words("dials"),
    "queues": _words("queues"),
    "redirects": _words("redirects", Like),
    "enters": _enters,
    "begins": _begins,
    "at": StandsAt,
    "skips": lambda _, place: Skips(place),
    "writes": _writes,
    "presses": _presses,
    "speaks": _speaks,
    "hangs_up": lambda _, place: ContactDoes(HungUp(), place),
    "waits": _waits,
    "outcome": _outcome,
}
"""How each key of a line is read; `answers` can be wrong and is read apart."""
