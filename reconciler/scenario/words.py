"""Plain words for what a script says and what a run does: clauses without a dot, for transcripts and failures."""

from __future__ import annotations

import json
from typing import Final, assert_never

from reconciler.model.jsontypes import Json
from reconciler.scenario.result import Seen
from reconciler.scenario.seen import plain
from reconciler.scenario.values import (
    Anything,
    Comes,
    ContactDoes,
    Contains,
    Exactly,
    Expects,
    Like,
    Line,
    Matches,
    Skips,
    StandsAt,
    Waits,
)
from reconciler.simulate import (
    Answered,
    Event,
    HungUp,
    IncomingCall,
    IncomingConversationMessage,
    IncomingMessage,
    IncomingParent,
    IncomingRequest,
    Outcome,
    Pressed,
    Replied,
    Request,
    Spoke,
    TimedOut,
    Trigger,
)

_LONGEST: Final = 300
"""Characters of a text that are shown."""

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "m"))


def line_words(line: Line) -> str:
    """Say what a line of a script says."""
    match line:
        case Expects():
            return wanted_words(line)
        case StandsAt():
            return f"waits at {line.widget}"
        case Skips():
            return "whatever is said and sent"
        case ContactDoes():
            return f"the contact {event_words(line.event)}"
        case Comes():
            return f"{line.widget or 'what waits'} {event_words(line.answer)}"
        case Waits():
            return f"{duration(line.seconds)} pass"
        case _:
            assert_never(line)


def event_words(event: Event) -> str:
    """Say what happens to a run."""
    match event:
        case Replied():
            media = f" with {', '.join(event.media)}" if event.media else ""
            return f"writes {quoted(event.body)}{media}"
        case Pressed():
            return f"presses {event.digits or 'no key'}"
        case Spoke():
            return f"says {quoted(event.text)}"
        case HungUp():
            return "hangs up"
        case Answered():
            body = event.body if len(event.body) <= _LONGEST else event.body[:_LONGEST] + "…"
            return f"answers {event.status}{f' {body}' if body else ''}"
        case TimedOut():
            return "times out"
        case Outcome():
            data = _pairs(event.data)
            return f"comes to {event.event}{f' with {data}' if data else ''}"
        case _:
            assert_never(event)


def trigger_words(trigger: Trigger) -> str:
    """Say how a run begins."""
    match trigger:
        case IncomingMessage():
            return event_words(Replied(trigger.body, trigger.media))
        case IncomingConversationMessage():
            return f"{event_words(Replied(trigger.body))} in a conversation"
        case IncomingCall():
            return "calls"
        case IncomingRequest():
            return _with("is contacted by a request of the REST API", trigger.parameters)
        case IncomingParent():
            return _with("comes from a parent flow", trigger.parameters)
        case _:
            assert_never(trigger)


def _with(words: str, parameters: Json) -> str:
    given = _pairs(parameters)
    return f"{words} with {given}" if given else words


def rest_words(request: Request) -> str:
    """Say what a run waits for that goes on no further."""
    match request.need:
        case "reply":
            what = "for a reply"
        case "input":
            what = "for keys or speech"
        case "response":
            what = "for an answer"
        case "outcome":
            what = f"for one of {', '.join(request.answers)}"
        case _:
            assert_never(request.need)
    return what


def duration(seconds: float) -> str:
    """Write a duration as a script does: `2h`, `90s`."""
    for size, unit in _UNITS:
        if seconds >= size and seconds % size == 0:
            return f"{int(seconds // size)}{unit}"
    return f"{seconds:g}s"


def quoted(text: str) -> str:
    """Put a text into quotes, on one line and not without end."""
    shown = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return json.dumps(shown, ensure_ascii=False)


def words_of(seen: Seen) -> str:
    """Say what the flow did, as a line of a script would."""
    match seen.verb:
        case "says" | "sends":
            return f"{seen.verb} {quoted(seen.text)}{_template(seen)}"
        case "sets":
            return f"sets {_pairs(seen.details.get('values'))}"
        case "calls" | "enters":
            given = _pairs(seen.details.get("parameters"))
            method = seen.details.get("method")
            return f"{seen.verb} {f'{method} ' if method else ''}{seen.text}{f' with {given}' if given else ''}"
        case "begins":
            return f"begins {plain(seen.details.get('type'))}"
        case "plays" | "dials" | "queues" | "redirects":
            return f"{seen.verb} {seen.text or 'nobody in particular'}"
        case _:
            assert_never(seen.verb)


def _template(seen: Seen) -> str:
    template = seen.details.get("content_sid")
    return "" if template is None else f" by the template {plain(template)}"


def _pairs(value: Json) -> str:
    pairs = value.items() if isinstance(value, dict) else ()
    return ", ".join(f"{key}: {quoted(item) if isinstance(item, str) else plain(item)}" for key, item in pairs)


def wanted_words(expected: Expects) -> str:
    """Say what a line expects."""
    match expected.text:
        case Exactly(text):
            what = f" {quoted(text)}"
        case Contains(parts):
            what = f" something that contains {' and '.join(quoted(part) for part in parts)}"
        case Matches(pattern):
            what = f" something that matches {pattern}"
        case Like(glob):
            what = f" {glob}"
        case Anything():
            what = "" if expected.details or expected.verb == "begins" else " something"
        case _:
            assert_never(expected.text)
    whole = {key: value for key, value in expected.details.items() if value != {}}
    details = "; ".join(_detail(key, value) for key, value in whole.items())
    by = f", by {expected.widget}" if expected.widget else ""
    return f"{expected.verb}{what}{f' {details}' if details else ''}{by}"


def _detail(key: str, value: Json) -> str:
    match key:
        case "values":
            return _pairs(value)
        case "parameters":
            return f"with {_pairs(value)}"
        case _:
            return f"with {key} {plain(value)}"
