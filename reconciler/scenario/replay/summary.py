"""Many executions followed: how many go the same way, and the others put together by where they first go another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from reconciler.scenario.replay.follow import Another, Followed, Same, Stuck, Way

_EXAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class Difference:
    """Executions that first go another way at the same place, in the same way.

    Attributes:
        flow: the name of the flow that does, which may be a subflow; its SID when it has none.
        widget: where.
        recorded, now: which way it was, and is.
        count: how many.
        examples: SIDs of some of them.
    """

    flow: str
    widget: str
    recorded: Way
    now: Way
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Open:
    """Executions of which it cannot be told which way they would go, for the same reason.

    Attributes:
        flow, widget: where; empty when they did not even begin.
        reason: why, a clause.
        count: how many.
        examples: SIDs of some of them.
    """

    flow: str
    widget: str
    reason: str
    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowReplay:
    """What came of the executions of one flow.

    Attributes:
        flow: its name.
        executions: how many were looked at.
        same: how many go the same way.
        differences: the others, the most frequent first.
        open: those that could not be followed, the most frequent first.
        more: whether there were more executions than were looked at.
    """

    flow: str
    executions: int = 0
    same: int = 0
    differences: tuple[Difference, ...] = ()
    open: tuple[Open, ...] = ()
    more: bool = False

    @property
    def differing(self) -> int:
        """How many go another way."""
        return sum(one.count for one in self.differences)

    @property
    def stuck(self) -> int:
        """How many could not be followed."""
        return sum(one.count for one in self.open)


@dataclass(slots=True)
class Counting:
    """A count under way.

    Attributes:
        flow: the name of the flow.
        names: by SID, the names of flows.
    """

    flow: str
    names: dict[str, str]
    _same: int = 0
    _another: dict[tuple[str, str, Way, Way], list[str]] = field(default_factory=dict)
    _stuck: dict[tuple[str, str, str], list[str]] = field(default_factory=dict)

    def add(self, sid: str, found: Followed) -> None:
        """Count one execution."""
        match found:
            case Same():
                self._same += 1
            case Another():
                key = (self.names.get(found.flow, found.flow), found.widget, found.recorded, found.now)
                self._another.setdefault(key, []).append(sid)
            case Stuck():
                where = (self.names.get(found.flow, found.flow), found.widget, found.reason)
                self._stuck.setdefault(where, []).append(sid)

    def result(self, *, more: bool = False) -> FlowReplay:
        """Give what came of all; `more` says that not all were looked at."""
        differences = (Difference(*key, len(sids), _some(sids)) for key, sids in self._another.items())
        stuck = (Open(*key, len(sids), _some(sids)) for key, sids in self._stuck.items())
        executions = self._same + sum(map(len, self._another.values())) + sum(map(len, self._stuck.values()))
        return FlowReplay(
            self.flow,
            executions,
            self._same,
            tuple(sorted(differences, key=lambda one: (-one.count, one.flow, one.widget, str(one.now)))),
            tuple(sorted(stuck, key=lambda one: (-one.count, one.flow, one.widget, one.reason))),
            more,
        )


def _some(sids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(sids)[:_EXAMPLES])
