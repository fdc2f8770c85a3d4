"""What an execution does to the outer world: a closed set of values. Nobody acts on them here.

`widget` is the name of the widget that does it, in the flow that runs. Texts are rendered. Passwords are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from reconciler.model.jsontypes import JsonObject

TroubleKind: TypeAlias = Literal["liquid", "request", "subflow", "limit", "definition"]


@dataclass(frozen=True, slots=True)
class Said:
    """Words or a recording are played to the caller, or keys are sent.

    Attributes:
        text: what is said; empty when something is played.
        play: URL of a recording.
        digits: keys that are sent.
        details: voice, language, loop, and what else the widget sets.
    """

    widget: str
    text: str = ""
    play: str = ""
    digits: str = ""
    details: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sent:
    """A message is handed over for delivery.

    Attributes:
        sender, recipient: addresses.
        body: the text; empty for a content template.
        details: media, template and its variables, attributes, service, channel, as far as set.
    """

    widget: str
    sender: str
    recipient: str
    body: str = ""
    details: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Requested:
    """A URL is requested: `make-http-request`."""

    widget: str
    method: str
    url: str
    body: str = ""
    parameters: JsonObject = field(default_factory=dict)
    content_type: str = ""


@dataclass(frozen=True, slots=True)
class FunctionCalled:
    """A Function is called: `run-function`."""

    widget: str
    url: str
    parameters: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dialled:
    """A call is placed, or the caller is connected to somebody.

    Attributes:
        noun: what is called: `number`, `number-multi`, `client`, `conference`, `sip`, `sim`.
    """

    widget: str
    noun: str
    caller: str
    callee: str
    details: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Queued:
    """The contact is put into a queue, or becomes a task of a workflow.

    Attributes:
        queue: name of the queue, or SID of the workflow.
        attributes: of the task, as text.
        details: priority, channel, timeout, hold music, as far as set.
    """

    widget: str
    queue: str
    attributes: str = ""
    details: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Redirected:
    """Control passes to TwiML at a URL."""

    widget: str
    method: str
    url: str


@dataclass(frozen=True, slots=True)
class VariablesSet:
    """Variables of the flow got these values."""

    widget: str
    values: JsonObject


@dataclass(frozen=True, slots=True)
class SubflowEntered:
    """Another flow takes over; `revision` is the one that runs."""

    widget: str
    flow: str
    revision: int
    parameters: JsonObject


@dataclass(frozen=True, slots=True)
class Began:
    """Any other widget begins its work: recordings, streams, payments, virtual agents, conversations.

    Attributes:
        type: the type of the widget.
        details: its properties, rendered.
    """

    widget: str
    type: str
    details: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Troubled:
    """Something went wrong that Studio tells in its debugger, or should.

    Attributes:
        code: Twilio's error code; None where none is known.
        message: what went wrong, a clause without a dot.
    """

    widget: str
    kind: TroubleKind
    message: str
    code: int | None = None


Effect: TypeAlias = (
    Said
    | Sent
    | Requested
    | FunctionCalled
    | Dialled
    | Queued
    | Redirected
    | VariablesSet
    | SubflowEntered
    | Began
    | Troubled
)
