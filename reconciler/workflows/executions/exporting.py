"""Export runs: each once, when it has ended, the oldest first; what an earlier export had is left out.

A commit makes rows and cursor durable together, so an export that is killed goes on behind its last commit: no run
comes twice and none is left out. The cursor of a flow is the moment at which the newest run that was seen began, with
the SIDs of those that had not ended by then and of those around that moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from reconciler.errors import NotFoundError, UsageError
from reconciler.model.execution import Execution, ExecutionFilter
from reconciler.model.export import ExportCursor, ExportSettings, FlowCursor
from reconciler.ports import ExportSink
from reconciler.workflows.executions.batches import oldest_first
from reconciler.workflows.executions.flows import KnownFlow, RunsWorld, SeenRun
from reconciler.workflows.executions.listing import RETENTION, or_absent
from reconciler.workflows.executions.order import in_order
from reconciler.workflows.executions.rows import Pseudonym, WholeRun, covered_in, read_whole, rows_of

OVERLAP: Final = timedelta(minutes=5)
"""How late a list may show a run."""

_WORK: Final = "Exporting flows"

COMMIT_ROWS: Final = 200_000
COMMIT_SECONDS: Final = 60.0
"""After so many rows or seconds what is there is committed: so much is read again after a kill."""


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is exported.

    Attributes:
        settings: what the rows are like.
        since: for flows that no export to this place had yet, where to begin; None begins with what Studio has.
        until: leave out what began then or later; None leaves nothing out.
        pseudonym: what stands for contacts.
        sensitive: texts that no context may show, whoever asks; they are covered.
    """

    flows: tuple[KnownFlow, ...]
    settings: ExportSettings
    pseudonym: Pseudonym
    since: datetime | None = None
    until: datetime | None = None
    sensitive: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of it.

    Attributes:
        rows: how many were written, by table.
        open: runs that have not ended; a later export has them.
        lost: runs that were gone before they could be read.
        gaps: flows whose last export is so long ago that Studio has deleted runs that nobody exported.
        absent: recorded flows that Studio does not have any more, nor their runs.
    """

    rows: Mapping[str, int]
    open: int
    lost: int
    gaps: tuple[KnownFlow, ...]
    absent: tuple[KnownFlow, ...] = ()


def export(world: RunsWorld, sink: ExportSink, asked: ExportRequest) -> Exported:
    """Export what is new since the last export to the same place.

    Raises:
        UsageError: earlier exports there had other settings.
        ExportError: it cannot be kept; everything up to the last commit is.
    """
    known = sink.cursor or ExportCursor(asked.settings)
    if known.settings != asked.settings:
        before, now = _spoken(known.settings), _spoken(asked.settings)
        raise UsageError(
            f"earlier exports there were made with {before}, this one is with {now}",
            hint="Export to another folder, or with the same options.",
        )
    job = _Job(world, sink, asked, known.flows)
    absent = job.export_all()
    job.commit()
    left = sum(len(job.places[flow.sid].open) for flow in asked.flows)
    return Exported(dict(job.rows), left, job.lost, tuple(job.gaps), tuple(absent))


class _Place:
    """How far the export of one flow is, as it moves on."""

    def __init__(self, known: FlowCursor) -> None:
        self.mark, self.looked = known.mark, known.looked
        self.open = set(known.open)
        self._recent: dict[str, datetime | None] = dict.fromkeys(known.recent, known.mark)

    def knows(self, sid: str) -> bool:
        """Tell whether a run was exported, or waits for its end."""
        return sid in self._recent or sid in self.open

    def saw(self, run: Execution) -> None:
        """Note a run that was exported, or has not ended."""
        at = run.date_created
        if at is not None and (self.mark is None or at > self.mark):
            self.mark = at
        self._recent[run.sid] = at or self.mark
        if run.status != "ended":
            self.open.add(run.sid)

    def cursor(self) -> FlowCursor:
        """Give it as it is kept; runs that no later list can show again are forgotten."""
        edge = None if self.mark is None else self.mark - OVERLAP
        self._recent = {sid: at for sid, at in self._recent.items() if at is None or edge is None or at >= edge}
        return FlowCursor(self.mark, frozenset(self.open), frozenset(self._recent), self.looked)


def _latest(before: datetime | None, now: datetime, until: datetime | None) -> datetime:
    """Tell up to which moment everything was seen: what began at `until` or later was left out."""
    end = now if until is None else min(now, until)
    return end if before is None else max(before, end)


class _Job:
    """One export under way."""

    def __init__(
        self, world: RunsWorld, sink: ExportSink, asked: ExportRequest, flows: Mapping[str, FlowCursor]
    ) -> None:
        self.places: dict[str, _Place] = {}
        self.rows: Counter[str] = Counter()
        self.lost = 0
        self.gaps: list[KnownFlow] = []
        self._world, self._sink, self._asked = world, sink, asked
        self._cursors = dict(flows)
        self._alone = len(asked.flows) == 1  # then its executions are counted while they come, else the flows are
        self._uncommitted = 0
        self._committed = world.clock.monotonic()

    def export_all(self) -> list[KnownFlow]:
        """Export one flow after the other; give those that Studio does not have any more."""
        flows, absent = self._asked.flows, []
        if not self._alone:
            self._world.progress.begin(_WORK, len(flows))
        for flow in flows:
            if or_absent(flow, partial(self.export_flow, flow)) is None:
                absent.append(flow)
            self._world.progress.advance(_WORK)
        return absent

    def export_flow(self, flow: KnownFlow) -> int:
        """Export the runs of one flow: those that had not ended, then what began since; count the newly seen."""
        now = self._world.clock.now()
        place = self.places[flow.sid] = _Place(self._cursors.get(flow.sid, FlowCursor()))
        if place.looked is not None and place.looked < now - RETENTION:
            self.gaps.append(flow)
        self._look_again(flow, place)
        since = self._asked.since if place.mark is None else place.mark - OVERLAP
        which = ExecutionFilter(since=since, until=self._asked.until)
        seen = 0
        for batch in oldest_first(self._world.runs, flow, which, now):
            fresh = [run for run in batch if not place.knows(run.sid)]
            seen += len(fresh)
            self._export_new(flow, place, fresh)
        place.looked = _latest(place.looked, now, self._asked.until)
        return seen

    def commit(self) -> None:
        """Make what there is durable."""
        self._cursors |= {sid: place.cursor() for sid, place in self.places.items()}
        self._sink.commit(ExportCursor(self._asked.settings, dict(self._cursors)))
        self._uncommitted, self._committed = 0, self._world.clock.monotonic()

    def _look_again(self, flow: KnownFlow, place: _Place) -> None:
        """Export those of the runs that had not ended that have by now."""

        def look(sid: str) -> WholeRun | Execution | None:
            try:
                run = self._world.runs.fetch_execution(flow.sid, sid)
            except NotFoundError:
                return None
            return self._whole(flow, run) if run.status == "ended" else run

        for sid, found in in_order(self._world.pool, self._world.clock, look, sorted(place.open)):
            if isinstance(found, Execution):
                continue  # it has not ended
            self._write(found)
            place.open.discard(sid)
            self._commit_if_due()

    def _export_new(self, flow: KnownFlow, place: _Place, batch: list[Execution]) -> None:
        name, every = f"Exporting {flow.name}", self._asked.settings.active
        if batch and self._alone:
            self._world.progress.begin(name, len(batch))

        def read(run: Execution) -> tuple[bool, WholeRun | None]:
            wanted = every or run.status == "ended"
            return wanted, self._whole(flow, run) if wanted else None

        for run, (wanted, whole) in in_order(self._world.pool, self._world.clock, read, batch):
            if wanted:
                self._write(whole)
            place.saw(run)
            self._world.progress.advance(name)
            self._commit_if_due()

    def _whole(self, flow: KnownFlow, run: Execution) -> WholeRun | None:
        try:
            return read_whole(self._world.runs, SeenRun(flow, run), contexts=self._asked.settings.contexts)
        except NotFoundError:
            return None

    def _write(self, whole: WholeRun | None) -> None:
        if whole is None:
            self.lost += 1
            return
        covered = covered_in(whole, self._asked.sensitive)
        for table, rows in rows_of(covered, self._asked.pseudonym, contexts=self._asked.settings.contexts):
            if rows:
                self._sink.write(table, rows)
                self.rows[table.name] += len(rows)
                self._uncommitted += len(rows)

    def _commit_if_due(self) -> None:
        waited = self._world.clock.monotonic() - self._committed
        if self._uncommitted >= COMMIT_ROWS or (self._uncommitted and waited >= COMMIT_SECONDS):
            self.commit()


def _spoken(settings: ExportSettings) -> str:
    """Give settings as the options that say them."""
    said = (
        ("--show-personal", settings.personal),
        ("--contexts", settings.contexts),
        ("--include-active", settings.active),
    )
    return " ".join(option for option, value in said if value) or "none of the options"
