"""The path of a run through its flow: its steps in the order in which they were taken.

Studio's order of a list is not documented and its dates are whole seconds, so steps of one second are put in order by
what they say themselves: each leaves the widget that the one before entered, and a sub-flow's steps stand behind the
step that entered it.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from reconciler.model.execution import Execution, ExecutionStep

ENDED: Final = "Ended"
"""What Studio writes where a run goes when it ends."""

_TRIGGER: Final = "Trigger"
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


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


def in_path_order(steps: Sequence[ExecutionStep]) -> list[ExecutionStep]:
    """Give the steps in the order in which they were taken."""
    dates = [step.date_created or _NEVER for step in steps]
    oldest_first = list(steps) if dates and dates[0] < dates[-1] else list(reversed(steps))
    oldest_first.sort(key=lambda step: step.date_created or _NEVER)
    by_sid = {step.sid: step for step in oldest_first}
    ordered: list[ExecutionStep] = []
    for _, group in groupby(oldest_first, key=lambda step: step.date_created):
        last = ordered[-1] if ordered else None
        ordered += _chained(list(group), last, by_sid)
    return ordered


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
    if last.to_widget is not None and last.to_widget != ENDED:
        visits.append(Visit(last.to_widget, depths[last.sid], entered))
    return tuple(visits)


def _chained(
    group: list[ExecutionStep], last: ExecutionStep | None, by_sid: dict[str, ExecutionStep]
) -> Iterator[ExecutionStep]:
    """Give the steps of one second, each behind the one that it follows; otherwise as they stand."""
    waiting: dict[tuple[str | None, str | None], deque[ExecutionStep]] = defaultdict(deque)
    inside: dict[str | None, deque[ExecutionStep]] = defaultdict(deque)
    for step in group:
        waiting[step.parent_step_sid, step.from_widget].append(step)
        inside[step.parent_step_sid].append(step)
    left = deque(group)
    taken: set[str] = set()
    while left:
        found = _following(last, waiting, inside, by_sid, taken) or left[0]
        taken.add(found.sid)
        yield found
        last = found
        while left and left[0].sid in taken:
            left.popleft()


def _following(
    last: ExecutionStep | None,
    waiting: dict[tuple[str | None, str | None], deque[ExecutionStep]],
    inside: dict[str | None, deque[ExecutionStep]],
    by_sid: dict[str, ExecutionStep],
    taken: set[str],
) -> ExecutionStep | None:
    """Give the step that follows: the first of a sub-flow that was entered, else the next of this flow or above."""
    if last is None:
        return _first(waiting[None, _TRIGGER], taken)
    found = _first(waiting[last.sid, _TRIGGER], taken) or _first(inside[last.sid], taken)
    seen: set[str] = set()
    while found is None and last is not None and last.sid not in seen:
        seen.add(last.sid)
        found = _first(waiting[last.parent_step_sid, last.to_widget], taken)
        last = by_sid.get(last.parent_step_sid or "")
    return found


def _first(candidates: deque[ExecutionStep], taken: set[str]) -> ExecutionStep | None:
    while candidates and candidates[0].sid in taken:
        candidates.popleft()
    return candidates[0] if candidates else None
