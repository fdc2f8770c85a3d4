"""What happens outside while an execution waits: a closed set of values, given to `advance`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from reconciler.model.jsontypes import JsonObject


@dataclass(frozen=True, slots=True)
class Replied:
    """The contact answered by message.

    Attributes:
        body: the text.
        media: URLs of what came with it.
        data: further fields of `inbound`, by Twilio's names; they win over all others.
    """

    body: str = ""
    media: tuple[str, ...] = ()
    data: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pressed:
    """The contact pressed keys during a call."""

    digits: str
    data: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spoke:
    """The contact said something during a call; `text` is what speech recognition made of it."""

    text: str
    confidence: float | None = None
    data: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HungUp:
    """The contact ended the call."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A URL or a Function answered.

    Attributes:
        status: the HTTP status; it decides whether the widget succeeds.
        body: the text of the answer.
        content_type: decides whether the body is read as JSON.
        headers: `headers` of a Function's answer, names in lower case.
    """

    status: int = 200
    body: str = ""
    content_type: str = "application/json"
    headers: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimedOut:
    """Nothing happened until the deadline of what is waited for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A widget came to its end in the way that Studio calls `event`, such as `audioComplete` or `noAnswer`.

    Attributes:
        event: one of `Request.answers`.
        data: what the widget saves, by Twilio's names: `DialCallStatus`, `RecordingUrl`, `QueueResult` …
    """

    event: str
    data: JsonObject = field(default_factory=dict)


Event: TypeAlias = Replied | Pressed | Spoke | HungUp | Answered | TimedOut | Outcome
