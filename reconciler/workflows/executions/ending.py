"""End and delete runs: named ones, or all of some flows that are old enough.

Both may be said twice: what has ended, or is gone, by the time it is its turn is no failure. So, unlike a start, an end
whose answer got lost is looked up and said again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from reconciler.errors import (
    AmbiguousError,
    NotFoundError,
    NotSentError,
    ProtocolError,
    RateLimitedError,
    RequestRefusedError,
    StudioConflictError,
    UsageError,
)
from reconciler.model.execution import ExecutionFilter, ExecutionStatus
from reconciler.ports import ExecutionWriter
from reconciler.workflows.executions.flows import KnownFlow, RunsWorld, SeenRun, find_run
from reconciler.workflows.executions.listing import each_run, or_absent
from reconciler.workflows.executions.order import in_order

What = Literal["end", "delete"]
EndOutcome = Literal["ended", "deleted", "already", "gone", "missing", "refused", "unknown"]

HARMLESS: Final[frozenset[EndOutcome]] = frozenset({"ended", "deleted", "already", "gone"})
"""The outcomes after which a run is as it was wanted."""

_WORK: Final[dict[What, str]] = {"end": "Ending executions", "delete": "Deleting executions"}
_FINDING: Final = "Finding executions"
_TRIES: Final = 2


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of one run.

    Attributes:
        sid: of the run.
        seen: None when no flow has it.
        message: why it is not as it was wanted.
    """

    sid: str
    outcome: EndOutcome
    seen: SeenRun | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The runs that something is to be done with, and what is known of the others already.

    Attributes:
        missing: those that no flow has.
        absent: recorded flows that Studio does not have any more.
    """

    runs: tuple[SeenRun, ...]
    missing: tuple[Ended, ...] = ()
    absent: tuple[KnownFlow, ...] = ()


def choose_all(
    world: RunsWorld, flows: Sequence[KnownFlow], status: ExecutionStatus, before: datetime | None
) -> Chosen:
    """Choose all runs of this status; with a moment only those that began before it."""
    world.progress.begin(_FINDING, len(flows))
    found: list[SeenRun] = []
    absent: list[KnownFlow] = []
    which = ExecutionFilter(status, until=before)

    def chosen(flow: KnownFlow) -> list[SeenRun] | None:
        return or_absent(flow, lambda: [SeenRun(flow, run) for run in each_run(world.runs, flow, which)])

    for flow, of_flow in in_order(world.pool, world.clock, chosen, flows):
        found += of_flow or ()
        absent += [flow] if of_flow is None else ()
        world.progress.advance(_FINDING)
    return Chosen(tuple(found), absent=tuple(absent))


def choose_named(world: RunsWorld, flows: Sequence[KnownFlow], sids: Sequence[str]) -> Chosen:
    """Choose these runs; the flows are asked which of them has each."""
    found, missing = [], []
    recent: list[KnownFlow] = []
    for sid in dict.fromkeys(sids):
        try:
            seen = find_run(world, [*recent, *(flow for flow in flows if flow not in recent)], sid)
        except UsageError as error:
            missing.append(Ended(sid, "missing", message=error.message))
            continue
        recent = [seen.flow]  # what is named together is likely of one flow
        found.append(seen)
    return Chosen(tuple(found), tuple(missing))


def do_with(world: RunsWorld, writer: ExecutionWriter, what: What, chosen: Chosen) -> Iterator[Ended]:
    """End or delete the chosen runs, several at a time, and give what came of each as it comes, in their order."""
    world.progress.begin(_WORK[what], len(chosen.runs))
    yield from chosen.missing
    one = _end if what == "end" else _delete

    def do(seen: SeenRun) -> Ended:
        return _settled(lambda: one(world, writer, seen), seen)

    for _, ended in in_order(world.pool, world.clock, do, chosen.runs):
        world.progress.advance(_WORK[what])
        yield ended


def _settled(do: Callable[[], EndOutcome], seen: SeenRun, tries: int = _TRIES) -> Ended:
    """Do it, once more when nobody knows what came of it."""
    sid = seen.run.sid
    try:
        return Ended(sid, do(), seen)
    except NotFoundError:
        return Ended(sid, "gone", seen)
    except (AmbiguousError, ProtocolError) as error:
        return _settled(do, seen, tries - 1) if tries > 1 else Ended(sid, "unknown", seen, error.message)
    except (RequestRefusedError, RateLimitedError, NotSentError) as error:
        return Ended(sid, "refused", seen, error.message)


def _end(world: RunsWorld, writer: ExecutionWriter, seen: SeenRun) -> EndOutcome:
    flow, sid = seen.flow.sid, seen.run.sid
    if seen.run.status == "ended":
        return "already"
    try:
        writer.end_execution(flow, sid)
    except StudioConflictError:
        return "already"
    except AmbiguousError:
        if world.runs.fetch_execution(flow, sid).status != "ended":
            raise
    return "ended"


def _delete(world: RunsWorld, writer: ExecutionWriter, seen: SeenRun) -> EndOutcome:
    flow, sid = seen.flow.sid, seen.run.sid
    try:
        writer.delete_execution(flow, sid)
    except AmbiguousError as error:
        try:
            world.runs.fetch_execution(flow, sid)
        except NotFoundError:
            return "deleted"
        raise error from None
    return "deleted"
