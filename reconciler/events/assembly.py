"""Events of one execution → the execution and its steps. Pure; the order in which events came does not matter.

Where events contradict each other, the one that happened last is believed; of two at the same time, the one whose name
sorts last. An execution of which only steps arrived is an active one that began with the first of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TypeVar

from reconciler.definition.trail import in_path_order
from reconciler.events.event import ExecutionEvent, StepEvent, StudioEvent
from reconciler.model.execution import Execution, ExecutionStep
from reconciler.model.streams import ENDED

T = TypeVar("T")

Assembled = tuple[Execution, tuple[ExecutionStep, ...]]


def assemble(events: Iterable[StudioEvent]) -> Assembled:
    """Put the events of one execution together; there must be at least one.

    Gives the steps from the oldest to the newest, each once; those of the same moment as `in_path_order` does.
    """
    ordered = sorted(events, key=_place)
    executions = [event for event in ordered if isinstance(event, ExecutionEvent)]
    steps = [event for event in ordered if isinstance(event, StepEvent)]
    each = {event.step: event for event in steps}
    taken = [_step(each[sid]) for sid in sorted(each)]  # by SID: what comes out must not depend on what came when
    return _execution(executions, steps), tuple(in_path_order(taken))


def flow_of(event: StudioEvent) -> tuple[int, str]:
    """Give which flow an event tells of an execution, with how far that can be believed: the least is the best.

    A step may be one of a subflow; one that has no parent is not.
    """
    if isinstance(event, ExecutionEvent):
        return 0, event.flow
    return (1 if event.parent is None else 2), event.flow


def _place(event: StudioEvent) -> tuple[datetime, str, str]:
    return event.envelope.at or event.began, event.envelope.source, event.envelope.id


def _execution(told: Sequence[ExecutionEvent], steps: Sequence[StepEvent]) -> Execution:
    events: list[StudioEvent] = [*told, *steps]
    ended = [event for event in told if event.envelope.type == ENDED]
    last = ended[-1] if ended else None
    return Execution(
        sid=events[0].execution,
        flow_sid=min(map(flow_of, events))[1],
        status="active" if last is None else "ended",
        contact=_last(event.contact for event in told),
        revision=_last(event.revision for event in told),
        initiated_by=_last(event.started_by for event in told),
        ended_reason=_last(event.ended_reason for event in ended),
        date_created=min(event.began for event in events),
        date_updated=None if last is None else last.updated or last.envelope.at,
    )


def _last(values: Iterable[T | None]) -> T | None:
    known = [value for value in values if value is not None]
    return known[-1] if known else None


def _step(event: StepEvent) -> ExecutionStep:
    return ExecutionStep(
        sid=event.step,
        execution_sid=event.execution,
        flow_sid=event.flow,
        event=event.name,
        from_widget=event.from_widget,
        to_widget=event.to_widget,
        parent_step_sid=event.parent,
        date_created=event.began,
        date_updated=event.envelope.at,
    )
