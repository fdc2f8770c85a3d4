"""A scenario as the FlowTest document that says it, in as few words as it takes: what is read again is the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Final, assert_never

from reconciler.model.jsontypes import Json, JsonObject
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
    Waits,
)
from reconciler.scenario.words import duration
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

_API: Final = "studio.reconciler.dev/v1"


def to_document(scenario: Scenario) -> JsonObject:
    """Write a scenario as a FlowTest document, keys in the order in which people write them.

    Waits are whole seconds there: what a script cannot say is rounded.
    """
    metadata: JsonObject = {"name": scenario.name}
    if scenario.labels:
        metadata["labels"] = dict(scenario.labels)
    spec: JsonObject = {"flow": scenario.flow}
    if scenario.description:
        spec["description"] = scenario.description
    spec["trigger"] = _trigger(scenario.trigger)
    if scenario.at != BEGINNING:
        spec["at"] = datetime.fromtimestamp(round(scenario.at), UTC).isoformat().replace("+00:00", "Z")
    if scenario.stubs:
        spec["stubs"] = [_stub(stub) for stub in scenario.stubs]
    if scenario.script:
        spec["script"] = [line_document(line) for line in scenario.script]
    if scenario.ends is not None:
        spec["ends"] = _ending(scenario.ends)
    return {"apiVersion": _API, "kind": "FlowTest", "metadata": metadata, "spec": spec}


def line_document(line: Line) -> JsonObject:
    """Write one line of a script: an object of one key."""
    match line:
        case Expects():
            return {line.verb: _expects(line)}
        case StandsAt():
            return {"at": line.widget}
        case Skips():
            return {"skips": "conversation"}
        case ContactDoes():
            return _contact(line)
        case Comes():
            return _comes(line)
        case Waits():
            return {"waits": duration(max(1, round(line.seconds)))}
        case _:
            assert_never(line)


def _trigger(trigger: Trigger) -> JsonObject:
    match trigger:
        case IncomingMessage():
            found: JsonObject = {"message": trigger.body, **_media(trigger.media), **_data(trigger.data)}
        case IncomingCall():
            found = {"call": trigger.data}
        case IncomingConversationMessage():
            found = {"conversation": trigger.body, **_data(trigger.data)}
        case IncomingRequest():
            found = {"request": trigger.parameters}
        case IncomingParent():
            return {"parent": trigger.parameters, **_trigger(trigger.outer)}
        case _:
            assert_never(trigger)
    if trigger.contact != CONTACT:
        found["from"] = trigger.contact
    if trigger.address != ADDRESS:
        found["to"] = trigger.address
    return found


def _media(media: tuple[str, ...]) -> JsonObject:
    return {"media": [*media]} if media else {}


def _data(data: JsonObject) -> JsonObject:
    return {"data": data} if data else {}


def _stub(stub: Stub) -> JsonObject:
    whose: JsonObject = {"url": stub.url} if stub.widget is None else {"widget": stub.widget}
    answers = [_answer(answer) for answer in stub.answers]
    return {**whose, "answers": answers[0] if stub.endless and len(answers) == 1 else [*answers]}


def _answer(answer: Answer) -> JsonObject:
    match answer:
        case TimedOut():
            return {"timeout": True}
        case Outcome():
            return {"event": answer.event, **_data(answer.data)}
        case Answered():
            return _answered(answer)
        case _:
            assert_never(answer)


def _answered(answer: Answered) -> JsonObject:
    headers: JsonObject = {"headers": answer.headers} if answer.headers else {}
    found: JsonObject = {"status": answer.status}
    value = _json(answer)
    if value is not None:
        return {**found, "json": value, **headers}
    if answer.body:
        found["body"] = answer.body
    if answer.content_type != "text/plain":
        found["contentType"] = answer.content_type
    return {**found, **headers}


def _json(answer: Answered) -> Json:
    """Give the body as JSON when the document would give it back byte for byte, and with the same type."""
    if answer.content_type != "application/json":
        return None
    try:
        found: Json = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return found if json.dumps(found, ensure_ascii=False, separators=(",", ":")) == answer.body else None


def _expects(line: Expects) -> Json:
    match line.verb:
        case "sets":
            return line.details.get("values", {})
        case "calls":
            return _calls(line)
        case "enters":
            text: JsonObject = {"flow": line.text.text} if isinstance(line.text, Exactly) else {}
            whole = {**text, **_widget(line), **_with(line.details)}
            return text["flow"] if whole.keys() == {"flow"} else whole
        case "begins":
            with_: JsonObject = {"with": line.details} if line.details else {}
            return {**_widget(line), **with_} if with_ else line.widget
        case "says" | "plays" | "sends" | "dials" | "queues" | "redirects":
            return _words(line)
        case _:
            assert_never(line.verb)


def _calls(line: Expects) -> Json:
    url: JsonObject = {"url": line.text.glob} if isinstance(line.text, Like) else {}
    parts: JsonObject = {key: line.details[key] for key in ("method", "body") if key in line.details}
    whole = {**url, **_widget(line), **parts, **_with(line.details)}
    return line.widget if whole.keys() == {"widget"} else whole


def _words(line: Expects) -> Json:
    own = {"sends": ("to", "from"), "queues": ("attributes",)}.get(line.verb, ())
    named: JsonObject = {key: line.details[key] for key in own if key in line.details}
    others = {key: value for key, value in line.details.items() if key not in named}
    with_: JsonObject = {"with": others} if others else {}
    text = _match(line.text)
    whole = {**text, **_widget(line), **named, **with_}
    return text["text"] if whole.keys() == {"text"} else whole


def _match(match: Match) -> JsonObject:
    match match:
        case Exactly(text):
            return {"text": text}
        case Like(glob):
            return {"text": glob}
        case Contains(parts):
            return {"contains": parts[0] if len(parts) == 1 else [*parts]}
        case Matches(pattern):
            return {"matches": pattern}
        case Anything():
            return {}
        case _:
            assert_never(match)


def _widget(line: Expects) -> JsonObject:
    return {} if line.widget is None else {"widget": line.widget}


def _with(details: JsonObject) -> JsonObject:
    return {"with": details["parameters"]} if details.get("parameters") else {}


def _contact(line: ContactDoes) -> JsonObject:
    event = line.event
    match event:
        case Replied():
            rest = {**_media(event.media), **_data(event.data)}
            return {"writes": {"text": event.body, **rest} if rest else event.body}
        case Pressed():
            return {"presses": {"digits": event.digits, **_data(event.data)} if event.data else event.digits}
        case Spoke():
            sure: JsonObject = {} if event.confidence is None else {"confidence": event.confidence}
            rest = {**sure, **_data(event.data)}
            return {"speaks": {"text": event.text, **rest} if rest else event.text}
        case HungUp():
            return {"hangsUp": True}
        case _:
            assert_never(event)


def _comes(line: Comes) -> JsonObject:
    answer = line.answer
    if isinstance(answer, TimedOut):
        return {"waits": "timeout"}
    widget: JsonObject = {} if line.widget is None else {"widget": line.widget}
    if isinstance(answer, Answered):
        return {"answers": {**widget, **_answered(answer)}}
    if line.widget is None and not answer.data:
        return {"outcome": answer.event}
    return {"outcome": {"event": answer.event, **widget, **_data(answer.data)}}


def _ending(ends: Ending) -> JsonObject:
    found: JsonObject = {}
    if ends.reason is not None:
        found["reason"] = ends.reason
    if ends.widget is not None:
        found["widget"] = ends.widget
    if ends.passes:
        found["passes"] = [*ends.passes]
    if ends.path is not None:
        found["path"] = [*ends.path]
    if ends.variables:
        found["variables"] = ends.variables
    return found
