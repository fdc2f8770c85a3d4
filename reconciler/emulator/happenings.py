"""What happened to executions, as Event Streams tells it: values, and their form in the outbox.

They are put into the table `outbox` in the transaction in which they happen, so that nothing is told that did not
happen, and nothing that happened is lost in a crash. Whoever sends them reads them in order (`Runs.outbox`), and
removes them once they have arrived (`Runs.forget`): each at least once.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import ClassVar, Final, TypeAlias

from reconciler.emulator.rows import ExecutionStatus


@dataclass(frozen=True, slots=True)
class ExecutionStarted:
    """An execution began. Dates are seconds since 1970; `started_by` is the SID of a call, a message or a request."""

    type: ClassVar[str] = "com.twilio.studio.flow.execution.started"
    execution_sid: str
    account_sid: str
    flow_sid: str
    contact_channel_address: str
    status: ExecutionStatus
    date_created: float
    started_by: str | None
    flow_revision: int
    date_updated: float | None = None
    ended_reason: str | None = None

    @property
    def at(self) -> float:
        """When it happened."""
        return self.date_created


@dataclass(frozen=True, slots=True)
class ExecutionEnded:
    """An execution ended; the fields are those of `ExecutionStarted`."""

    type: ClassVar[str] = "com.twilio.studio.flow.execution.ended"
    execution_sid: str
    account_sid: str
    flow_sid: str
    contact_channel_address: str
    status: ExecutionStatus
    date_created: float
    started_by: str | None
    flow_revision: int
    date_updated: float
    ended_reason: str | None

    @property
    def at(self) -> float:
        """When it happened."""
        return self.date_updated


@dataclass(frozen=True, slots=True)
class StepEnded:
    """An execution left a widget.

    Attributes:
        flow_sid: the flow of the step, which may be a subflow; `flow_revision` is that of the execution's flow.
        name: the event.
        date_created: when the widget was left.
    """

    type: ClassVar[str] = "com.twilio.studio.flow.step.ended"
    step_sid: str
    execution_sid: str
    account_sid: str
    flow_sid: str
    parent_step_sid: str | None
    name: str
    transitioned_from: str
    transitioned_to: str
    widget_type: str
    contact_channel_address: str
    flow_revision: int
    date_created: float
    number: int

    @property
    def at(self) -> float:
        """When it happened."""
        return self.date_created


Happening: TypeAlias = ExecutionStarted | StepEnded | ExecutionEnded

_KINDS: Final[dict[str, type[Happening]]] = {kind.type: kind for kind in (ExecutionStarted, StepEnded, ExecutionEnded)}


@dataclass(frozen=True, slots=True)
class Posted:
    """A happening in the outbox; `seq` grows with each, in the order in which they were committed."""

    seq: int
    happening: Happening


def to_text(happening: Happening) -> str:
    """Write the fields of a happening as JSON; its type is kept beside."""
    return json.dumps(asdict(happening), separators=(",", ":"))


def from_text(kind: str, text: str) -> Happening:
    """Read a happening back."""
    return _KINDS[kind](**json.loads(text))
