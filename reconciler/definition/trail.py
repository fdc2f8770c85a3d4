"""Put the steps of an execution in the order in which they were taken, whatever order they came in.

Studio's dates are whole seconds, lists may be newest first, and events arrive as they like: so dates decide where they
differ, and else each step goes on from where the one before led to. Only where neither tells, as in a circle that was
gone through within one second, the order in which they came is believed, or else that of the SIDs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

from reconciler.definition.moves import target_of
from reconciler.model.execution import ExecutionStep

_TRIGGER: Final = "trigger"
_DATE: Final = attrgetter("date_created")

_Parts = dict[str | None, list[ExecutionStep]]


def in_path_order(steps: Sequence[ExecutionStep]) -> list[ExecutionStep]:
    """Give the steps of an execution, first step first; those of a sub-flow stand behind the step that entered it."""
    if all(step.parent_step_sid is None for step in steps):
        return list(in_order(steps))
    ordered = _nested(_parts(steps))
    if any(step.date_created is None for step in ordered):
        return ordered
    return sorted(ordered, key=_DATE)


def in_order(steps: Sequence[ExecutionStep]) -> Sequence[ExecutionStep]:
    """Give the steps of one flow, or of one run through a sub-flow, first step first."""
    if len(steps) < 2:  # noqa: PLR2004 - one has no order
        return steps
    if _reads_well(steps):
        return steps
    turned = steps[::-1]
    if _reads_well(turned):
        return turned
    return _pieced(steps)


def depths_of(steps: Iterable[ExecutionStep]) -> dict[str, int]:
    """Give by SID of a step how many sub-flows deep it is. The parent may stand anywhere."""
    parents = {step.sid: step.parent_step_sid for step in steps}
    depths: dict[str, int] = {}
    for sid in parents:
        chain = []
        at: str | None = sid
        while at is not None and at not in depths and at not in chain:
            chain.append(at)
            at = parents.get(at)
        base = depths.get(at, -1) if at is not None else -1
        for above, one in enumerate(reversed(chain), 1):
            depths[one] = base + above
    return depths


def _parts(steps: Iterable[ExecutionStep]) -> _Parts:
    """Tell apart the flow itself and each run through a sub-flow, by the step that entered it; each in its order."""
    parts: _Parts = {}
    for step in steps:
        parts.setdefault(step.parent_step_sid, []).append(step)
    return {parent: list(in_order(part)) for parent, part in parts.items()}


def _nested(parts: _Parts) -> list[ExecutionStep]:
    """Put each part behind the step that entered it; one whose parent is missing, or in a circle, behind all others."""
    known = {step.sid for part in parts.values() for step in part}
    roots = sorted(parts, key=lambda parent: (parent in known, parent or ""))
    left, found = dict(parts), []
    for root in roots:
        pending = left.pop(root, [])[::-1]
        while pending:
            step = pending.pop()
            found.append(step)
            pending += left.pop(step.sid, [])[::-1]
    return found


def _reads_well(steps: Sequence[ExecutionStep]) -> bool:
    """Tell whether each step goes on from the one before, not earlier than that, and none speaks for the other way."""
    place, latest = steps[0].from_widget, None
    for step in steps:
        at = step.date_created
        if step.from_widget != place or (latest is not None and at is not None and at < latest):
            return False
        place, latest = step.to_widget, at or latest
    first, last = steps[0], steps[-1]
    if first.date_created is not None and first.date_created != latest:
        return True
    return target_of(first.to_widget) is not None and (last.widget_type != _TRIGGER or first.widget_type == _TRIGGER)


def _pieced(steps: Sequence[ExecutionStep]) -> list[ExecutionStep]:
    if any(step.date_created is None for step in steps):
        return _joined(list(steps), None)
    found: list[ExecutionStep] = []
    for _, together in groupby(sorted(steps, key=_DATE), key=_DATE):
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
