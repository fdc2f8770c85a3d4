"""Runs of flows as values, and an account that has them: `ExecutionReader` and `ExecutionWriter` without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any, Self

from reconciler.cli.pool import ThreadPool
from reconciler.cli.progress import Silent
from reconciler.errors import ExportError, NotFoundError, StudioConflictError
from reconciler.model.address import flow
from reconciler.model.execution import Execution, ExecutionFilter, ExecutionStep
from reconciler.model.export import TABLES, ExportCursor, Row, Table
from reconciler.workflows.executions.flows import KnownFlow, RunsWorld
from tests.support.world import VirtualClock

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
"""What VirtualClock begins with."""

HELLO = KnownFlow("FW" + "0" * 31 + "1", flow("hello"), 3)
MENU = KnownFlow("FW" + "0" * 31 + "2", flow("menu"), 1)


def run_sid(number: int) -> str:
    """Give the SID of a run."""
    return f"FN{number:032x}"


def execution(number: int, at: float = 0.0, **more: Any) -> Execution:
    """Give an ended run of `hello` that began so many minutes before the clock does and took two of them."""
    began = BEGIN - timedelta(minutes=at)
    made = Execution(run_sid(number), HELLO.sid, "ended", contact="+15550100001", revision=3, initiated_by="SM1")
    return replace(made, date_created=began, date_updated=began + timedelta(minutes=2), **more)


def step(number: int, run: Execution, move: str, at: float = 0.0, parent: int | None = None) -> ExecutionStep:
    """Give a step: `move` is `FROM event TO`, `at` seconds after the run began."""
    came, event, to = move.split()
    assert run.date_created is not None
    when = run.date_created + timedelta(seconds=at)
    above = None if parent is None else f"FT{parent:032x}"
    made = ExecutionStep(f"FT{number:032x}", run.sid, run.flow_sid, event, came, to, parent_step_sid=above)
    return replace(made, date_created=when, date_updated=when)


@dataclass
class Account:
    """An account with these runs.

    Attributes:
        calls: what was asked, in order: a word and the SID.
        before: called before each answer.
        gone: SIDs of flows that were deleted.
    """

    runs: list[Execution] = field(default_factory=list)
    steps: dict[str, list[ExecutionStep]] = field(default_factory=dict)
    contexts: dict[str, Any] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    before: Callable[[str, str], None] = lambda _word, _sid: None
    page: int = 1000
    gone: frozenset[str] = frozenset()

    def count(self, word: str) -> int:
        """Count the calls of a kind."""
        return sum(one == word for one, _ in self.calls)

    def list_executions(self, flow: str, which: ExecutionFilter) -> Sequence[Execution]:
        """Give the runs of a flow, the newest first."""
        return list(self.each_execution(flow, which))

    def each_execution(self, flow: str, which: ExecutionFilter) -> Iterator[Execution]:
        """Give the same, page by page."""
        if flow in self.gone:
            raise NotFoundError("no such flow", status=404)
        found = [
            run
            for run in self.runs
            if run.flow_sid == flow
            and which.status in {None, run.status}
            and (which.since is None or run.date_created >= which.since)
            and (which.until is None or run.date_created < which.until)
        ]
        found.sort(key=lambda run: (run.date_created, run.sid), reverse=True)
        for start in range(0, max(len(found), 1), self.page):
            self._called("list", flow)
            yield from found[start : start + self.page]

    def fetch_execution(self, flow: str, execution: str) -> Execution:
        """Give one run."""
        self._called("fetch", execution)
        return self.runs[self._place(flow, execution)]

    def fetch_context(self, flow: str, execution: str) -> Any:
        """Give its variables."""
        self._called("context", execution)
        self._place(flow, execution)
        return self.contexts.get(execution, {})

    def list_steps(self, flow: str, execution: str) -> Sequence[ExecutionStep]:
        """Give its steps, the newest first."""
        self._called("steps", execution)
        self._place(flow, execution)
        return list(reversed(self.steps.get(execution, [])))

    def fetch_step_context(self, flow: str, execution: str, step: str) -> Any:
        """Give the variables after a step."""
        self._called("step-context", step)
        self._place(flow, execution)
        return self.contexts.get(step, {})

    def start_execution(self, flow: str, to: str, sender: str, parameters: Any) -> Execution:
        """Start a run, unless one between the two is active."""
        self._called("start", to)
        active = [run for run in self.runs if run.status == "active" and run.contact == to]
        if active:
            raise StudioConflictError("busy", conflicting=active[0].sid, code=20409)
        made = Execution(run_sid(len(self.runs) + 1), flow, "active", contact=to, revision=3, date_created=BEGIN)
        self.contexts[made.sid] = {"flow": {"data": parameters or {}, "channel": {"address": sender}}}
        self.runs.append(made)
        return made

    def end_execution(self, flow: str, execution: str) -> Execution:
        """End a run."""
        self._called("end", execution)
        place = self._place(flow, execution)
        if self.runs[place].status == "ended":
            raise StudioConflictError("ended already")
        self.runs[place] = replace(self.runs[place], status="ended")
        return self.runs[place]

    def delete_execution(self, flow: str, execution: str) -> None:
        """Remove a run."""
        self._called("delete", execution)
        del self.runs[self._place(flow, execution)]

    def _place(self, flow: str, execution: str) -> int:
        for place, run in enumerate(self.runs):
            if (run.flow_sid, run.sid) == (flow, execution):
                return place
        raise NotFoundError("no such run", status=404)

    def _called(self, word: str, sid: str) -> None:
        self.calls.append((word, sid))
        self.before(word, sid)


def world_of(account: Account, clock: VirtualClock | None = None, size: int = 4) -> RunsWorld:
    """Give what a command on runs may do, with this account."""
    return RunsWorld(account, clock or VirtualClock(), ThreadPool(size, Event()), Silent())


class MemorySink:
    """Keeps an export as a folder would: what was not committed goes with a failure.

    Attributes:
        fail_at: the call that fails; None for none.
    """

    def __init__(self, fail_at: int | None = None) -> None:
        self.cursor: ExportCursor | None = None
        self.rows: dict[str, list[Any]] = {table.name: [] for table in TABLES}
        self.commits = 0
        self.fail_at = fail_at
        self._waiting: list[tuple[Table, list[Row]]] = []
        self._calls = 0

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Take rows."""
        self._called()
        self._waiting.append((table, list(rows)))

    def commit(self, cursor: ExportCursor) -> None:
        """Keep them."""
        self._called()
        for table, rows in self._waiting:
            assert all(len(row) == len(table.columns) for row in rows)
            self.rows[table.name] += rows
        self._waiting.clear()
        self.cursor = cursor
        self.commits += 1

    def again(self, fail_at: int | None = None) -> Self:
        """Give what the next export finds."""
        self._waiting.clear()
        self._calls, self.fail_at = 0, fail_at
        return self

    @property
    def sids(self) -> list[str]:
        """Give the runs that are there."""
        return [row[0] for row in self.rows["executions"]]

    def _called(self) -> None:
        self._calls += 1
        if self._calls == self.fail_at:
            raise ExportError("full")
