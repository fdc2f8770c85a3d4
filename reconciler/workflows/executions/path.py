"""The path of a run through its flow: the widgets that it came to, when, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.definition.moves import target_of
from reconciler.definition.trail import depths_of, in_path_order
from reconciler.model.execution import Execution, ExecutionStep


@dataclass(frozen=True, slots=True)
class Visit:
    """A widget that a run came to.

    Attributes:
        widget: None when Studio did not say.
        depth: how many sub-flows deep.
        entered: when; None when not known.
        event: the event that led away; None where the run is, or ended, without one.
        spent: how long it stayed; None when not known, or when it is there still.
        step: the step that led away; None for the last.
    """

    widget: str | None
    depth: int
    entered: datetime | None
    event: str | None = None
    spent: timedelta | None = None
    step: ExecutionStep | None = None


def path_of(run: Execution, steps: Sequence[ExecutionStep]) -> tuple[Visit, ...]:
    """Give the widgets that a run came to, in their order; the last is where it is, or where it ended."""
    ordered, depths = in_path_order(steps), depths_of(steps)
    visits = []
    entered = run.date_created
    for step in ordered:
        left = step.date_created
        spent = left - entered if left is not None and entered is not None else None
        visits.append(Visit(step.from_widget, depths[step.sid], entered, step.event, spent, step))
        entered = left
    if not ordered:
        return ()
    last = ordered[-1]
    if target_of(last.to_widget) is not None:
        visits.append(Visit(last.to_widget, depths[last.sid], entered))
    return tuple(visits)
