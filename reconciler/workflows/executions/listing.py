"""List runs: of one flow or of all, the newest of those that were asked for.

What Studio can filter (status, moment of beginning) it filters; the rest is filtered here. A run names its contact but
not the flow's own number: that is in its context, which is read only for `sender` and `recipient`.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from reconciler.errors import NotFoundError
from reconciler.model.execution import Execution, ExecutionFilter
from reconciler.model.jsontypes import Json
from reconciler.ports import ExecutionReader
from reconciler.workflows.executions.flows import KnownFlow, RunsWorld, SeenRun
from reconciler.workflows.executions.order import in_order

T = TypeVar("T")

RETENTION: Final = timedelta(days=30)
"""How long Studio keeps a run after it began (api.md A7)."""

_WORK: Final = "Reading executions"
_SECOND: Final = timedelta(seconds=1)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_REQUEST: Final = "request"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs are asked for; None leaves a condition out.

    Attributes:
        which: what Studio filters.
        contact: the person at the other end, exactly.
        sender: who wrote, called or, for a run that the REST API started, whose number it was started from.
        recipient: whom they wrote to, called, or whom the REST API was to contact.
        limit: the newest so many of all flows together; 0 for all.
    """

    which: ExecutionFilter
    contact: str | None = None
    sender: str | None = None
    recipient: str | None = None
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Listed:
    """What was found.

    Attributes:
        runs: by flow, the newest of each first.
        total: how many there are; more than `runs` when a limit was asked for.
        kept_since: Studio has nothing older than this, and older ones were asked for; else None.
        absent: recorded flows that Studio does not have any more.
    """

    runs: tuple[SeenRun, ...]
    total: int
    kept_since: datetime | None = None
    absent: tuple[KnownFlow, ...] = ()


def list_runs(world: RunsWorld, flows: tuple[KnownFlow, ...], wanted: Wanted) -> Listed:
    """Give the newest runs that are asked for. Keeps no more of them than the limit for each flow."""
    newest: list[_Aged] = []
    absent: list[KnownFlow] = []
    total = 0
    for flow, found in _each_flow(world, flows, wanted):
        if found is None:
            absent.append(flow)
            continue
        entries, number = found
        newest = heapq.nlargest(wanted.limit, [*newest, *entries]) if wanted.limit else [*newest, *entries]
        total += number
    places = {flow: place for place, flow in enumerate(flows)}
    newest.sort(reverse=True)
    shown = sorted((entry.seen for entry in newest), key=lambda seen: places[seen.flow])
    return Listed(tuple(shown), total, lost_before(wanted.which.since, world.clock.now()), tuple(absent))


def lost_before(since: datetime | None, now: datetime) -> datetime | None:
    """Give the moment before which Studio has nothing any more, when older runs are asked for; else None."""
    kept = now - RETENTION
    return kept if since is not None and since < kept else None


def each_run(runs: ExecutionReader, flow: KnownFlow, which: ExecutionFilter) -> Iterator[Execution]:
    """Give the runs of a flow that fit, in Studio's order.

    Whether the end of the span itself counts is not documented, and Studio's dates are whole seconds: a second more is
    asked for, and the moments are compared here.
    """
    asked = which if which.until is None else replace(which, until=which.until + _SECOND)
    for run in runs.each_execution(flow.sid, asked):
        if _fits(run, which):
            yield run


def ends_of(context: Json) -> tuple[str | None, str | None]:
    """Give from whom to whom a run went, as its context says it."""
    contact, own = _text(context, "contact", "channel", "address"), _text(context, "flow", "channel", "address")
    trigger = context.get("trigger") if isinstance(context, dict) else None
    if not isinstance(trigger, dict):
        return contact, own
    for kind in ("message", "call", "conversation"):
        if kind in trigger:
            return _text(trigger, kind, "From") or contact, _text(trigger, kind, "To") or own
    if _REQUEST in trigger:  # the flow's own number contacted somebody
        return _text(trigger, _REQUEST, "from") or own, _text(trigger, _REQUEST, "to") or contact
    return contact, own


@dataclass(frozen=True, slots=True, order=True)
class _Aged:
    """A run by its age; the younger is the greater."""

    at: datetime
    sid: str
    seen: SeenRun = field(compare=False)


def or_absent(flow: KnownFlow, read: Callable[[], T]) -> T | None:
    """Give what is read of a flow; None when it is recorded, and Studio does not have it any more.

    Raises:
        NotFoundError: it was named by a SID that is nobody's.
    """
    try:
        return read()
    except NotFoundError:
        if flow.address is None:
            raise
        return None


def _each_flow(
    world: RunsWorld, flows: tuple[KnownFlow, ...], wanted: Wanted
) -> Iterator[tuple[KnownFlow, tuple[list[_Aged], int] | None]]:
    """Give for each flow the newest of its runs that fit, and how many do; None for one that Studio does not have."""

    def newest(flow: KnownFlow) -> tuple[list[_Aged], int]:
        counted = itertools.count()
        found = (
            _Aged(run.date_created or _NEVER, run.sid, SeenRun(flow, run))
            for run, _ in zip(_matching(world, flow, wanted), counted, strict=False)
        )
        return heapq.nlargest(wanted.limit, found) if wanted.limit else list(found), next(counted)

    def there(flow: KnownFlow) -> tuple[list[_Aged], int] | None:
        return or_absent(flow, lambda: newest(flow))

    world.progress.begin(_WORK, len(flows))
    # Contexts are read several at a time themselves; whoever waits for a thread in a thread may wait for ever.
    each = (
        in_order(world.pool, world.clock, there, flows)
        if wanted.sender is None and wanted.recipient is None
        else ((flow, there(flow)) for flow in flows)
    )
    for flow, found in each:
        world.progress.advance(_WORK)
        yield flow, found


def _matching(world: RunsWorld, flow: KnownFlow, wanted: Wanted) -> Iterator[Execution]:
    found = (run for run in each_run(world.runs, flow, wanted.which) if wanted.contact in {None, run.contact})
    if wanted.sender is None and wanted.recipient is None:
        yield from found
        return
    if wanted.sender is not None and wanted.recipient is not None:  # the contact is one of the two, whoever began
        found = (run for run in found if run.contact in {None, wanted.sender, wanted.recipient})

    def ends(run: Execution) -> tuple[str | None, str | None]:
        try:
            return ends_of(world.runs.fetch_context(flow.sid, run.sid))
        except NotFoundError:  # it was deleted meanwhile
            return None, None

    for run, (sender, recipient) in in_order(world.pool, world.clock, ends, found):
        if wanted.sender in {None, sender} and wanted.recipient in {None, recipient}:
            yield run


def _fits(run: Execution, which: ExecutionFilter) -> bool:
    at = run.date_created
    if at is None:
        return True
    return (which.since is None or at >= which.since) and (which.until is None or at < which.until)


def _text(value: Json, *path: str) -> str | None:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, str) else None
