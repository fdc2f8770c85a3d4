"""How callers fare, asked again and again: `ports.HealthSource` over executions and their steps.

Asked of Studio, or of the events that it sent and that were kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime

from reconciler.errors import NotFoundError
from reconciler.model.execution import Execution, ExecutionFilter, ExecutionStep
from reconciler.model.release import Health
from reconciler.ports import ExecutionReader, Pool
from reconciler.workflows.release.judge import error_events

Kept = Callable[[str, datetime], Iterable[tuple[Execution, Sequence[ExecutionStep]]]]
"""Give the executions of a flow that began at a moment or later, each with its steps, as events told of them so far."""


class PollingHealth:
    """Count executions since a moment and the error events in them. The steps of one that ended are read once."""

    def __init__(self, runs: ExecutionReader, pool: Pool) -> None:
        """Remember nothing yet."""
        self._runs = runs
        self._pool = pool
        self._ended: dict[tuple[str, frozenset[str]], int] = {}

    def look(self, flow: str, since: datetime, events: Collection[str]) -> Health:
        """Give how the executions of a flow fared that began at a moment or later."""
        wanted = frozenset(events)
        found = [one for one in self._runs.list_executions(flow, ExecutionFilter(since=since)) if _began(one, since)]
        counts = self._pool.map(lambda one: self._errors(flow, one, wanted), found)
        return Health(len(found), sum(1 for count in counts if count), sum(counts))

    def _errors(self, flow: str, execution: Execution, events: frozenset[str]) -> int:
        key = (execution.sid, events)
        known = self._ended.get(key)
        if known is not None:
            return known
        try:
            count = error_events(self._runs.list_steps(flow, execution.sid), events)
        except NotFoundError:
            return 0  # somebody deleted it
        if execution.status == "ended":
            self._ended[key] = count
        return count


class KeptHealth:
    """Count what received events tell of executions. Asks nobody: what did not arrive did not happen."""

    def __init__(self, kept: Kept) -> None:
        """Read nothing yet."""
        self._kept = kept

    def look(self, flow: str, since: datetime, events: Collection[str]) -> Health:
        """Give how the executions of a flow fared that began at a moment or later."""
        counts = [error_events(steps, events) for _, steps in self._kept(flow, since.replace(microsecond=0))]
        return Health(len(counts), sum(1 for count in counts if count), sum(counts))


def _began(execution: Execution, since: datetime) -> bool:
    # Studio's filter is of the list's own precision: what began a moment before ran what was published before.
    return execution.date_created is None or execution.date_created >= since.replace(microsecond=0)
