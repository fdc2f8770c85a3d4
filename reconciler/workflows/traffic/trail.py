"""Put the steps of one flow of an execution in the order in which they were taken, whatever order they came in.

Studio's dates are whole seconds, lists may be newest first, and events arrive as they like: so dates decide where they
differ, and else each step goes on from where the one before led to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Final

from reconciler.definition.moves import target_of
from reconciler.model.execution import ExecutionStep

_TRIGGER: Final = "trigger"


def in_order(steps: Sequence[ExecutionStep]) -> Sequence[ExecutionStep]:
    """Give the steps of one flow, first step first."""
    if len(steps) < 2:  # noqa: PLR2004 - one has no order
        return steps
    if _chained(steps) and not _backwards(steps):
        return steps
    turned = steps[::-1]
    if _chained(turned) and not _backwards(turned):
        return turned
    return _pieced(steps)


def _chained(steps: Sequence[ExecutionStep]) -> bool:
    return all(one.to_widget == other.from_widget for one, other in pairwise(steps))


def _backwards(steps: Sequence[ExecutionStep]) -> bool:
    first, last = steps[0], steps[-1]
    if first.date_created is not None and last.date_created is not None and first.date_created != last.date_created:
        return first.date_created > last.date_created
    return target_of(first.to_widget) is None or (last.widget_type == _TRIGGER and first.widget_type != _TRIGGER)


def _pieced(steps: Sequence[ExecutionStep]) -> list[ExecutionStep]:
    date = attrgetter("date_created")
    if any(step.date_created is None for step in steps):
        return _joined(list(steps), None)
    found: list[ExecutionStep] = []
    for _, together in groupby(sorted(steps, key=date), key=date):
        place = found[-1].to_widget if found else None
        found += _joined(list(together), place)
    return found


def _joined(steps: list[ExecutionStep], place: str | None) -> list[ExecutionStep]:
    """Go from step to step, from a place on; where nothing leads on, begin again at what nothing leads to.

    The end comes last.
    """
    leading = Counter(step.to_widget for step in steps)
    found: list[ExecutionStep] = []

    def rank(step: ExecutionStep) -> tuple[bool, bool, bool, str]:
        here = place is not None and step.from_widget == place
        led_to = leading[step.from_widget] > (step.from_widget == step.to_widget) and step.widget_type != _TRIGGER
        return target_of(step.to_widget) is None, not here, led_to, step.sid

    while steps:
        step = min(steps, key=rank)
        steps.remove(step)
        found.append(step)
        place = step.to_widget
        leading[place] -= 1
    return found
