"""What Event Streams told, as values. One event is one happening; what they come to together is made in `assembly`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from reconciler.model.jsontypes import Json

TEST: Final = "com.twilio.eventstreams.test-event"
"""What a sink is sent when somebody wants to see that it works."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What every CloudEvent has.

    Attributes:
        source, id: name the event together; an event that is sent again has the same.
        at: when it happened; None where the sender did not tell.
        schema: the address of the schema of its data.
    """

    source: str
    id: str
    type: str
    at: datetime | None = None
    schema: str | None = None


@dataclass(frozen=True, slots=True)
class ExecutionEvent:
    """An execution began or ended; `envelope.type` says which.

    Attributes:
        contact: the address of the person at the other end; personal data, so it is not shown.
        began: when the execution was created.
        ended_reason: why it ended (`FLOW_END`); None for one that began.
    """

    envelope: Envelope
    execution: str
    flow: str
    account: str
    began: datetime
    contact: str | None = field(default=None, repr=False)
    started_by: str | None = None
    revision: int | None = None
    updated: datetime | None = None
    ended_reason: str | None = None


@dataclass(frozen=True, slots=True)
class StepEvent:
    """An execution left a widget.

    Attributes:
        flow: the flow of the step, which may be a subflow of the execution's.
        began: when the step was created.
        name: the event that led on.
        parent: inside a subflow the step that called it.
    """

    envelope: Envelope
    execution: str
    flow: str
    account: str
    began: datetime
    step: str
    name: str | None = None
    from_widget: str | None = None
    to_widget: str | None = None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """An event that reports have no use for.

    Attributes:
        why: of a type that is none of Studio's, of one whose data do not fit its schema, or the test of a sink.
        test: the number of a test, which is sent back to say that it arrived.
        data: as it came; who knows what is in it, so it is not shown.
    """

    envelope: Envelope
    why: Literal["unknown", "unreadable", "test"]
    test: str = ""
    data: Json = field(default=None, repr=False)


StudioEvent = ExecutionEvent | StepEvent
Event = ExecutionEvent | StepEvent | OtherEvent
