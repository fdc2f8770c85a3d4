"""The runs of a flow, the oldest first, without ever having all of them in memory.

Studio's order is not documented, so what is to be in order must be read whole: the span is cut in halves until a part
has few enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from reconciler.model.execution import Execution, ExecutionFilter
from reconciler.ports import ExecutionReader
from reconciler.workflows.executions.flows import KnownFlow
from reconciler.workflows.executions.listing import RETENTION, each_run

MOST: Final = 5_000
"""Runs that are kept at a time: five pages, some ten megabytes."""

_LEAST: Final = timedelta(seconds=1)
_BEFORE: Final = timedelta(days=1)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def oldest_first(
    runs: ExecutionReader, flow: KnownFlow, which: ExecutionFilter, now: datetime
) -> Iterator[list[Execution]]:
    """Give the runs that fit in parts, each sorted by when they began, the older part first."""
    found = list(islice(each_run(runs, flow, which), MOST + 1))
    dates = [run.date_created for run in found if run.date_created is not None]
    begin = which.since or min([now - RETENTION, *dates]) - _BEFORE
    end = which.until or max([now, *dates]) + _BEFORE
    if len(found) <= MOST or end - begin <= _LEAST:
        yield sorted(found if len(found) <= MOST else each_run(runs, flow, which), key=_age)
        return
    found.clear()  # the parts are read while this waits
    dates.clear()
    middle = (begin + (end - begin) / 2).replace(microsecond=0)
    if middle <= begin:
        middle = begin + (end - begin) / 2
    yield from oldest_first(runs, flow, ExecutionFilter(which.status, which.since, middle), now)
    yield from oldest_first(runs, flow, ExecutionFilter(which.status, middle, which.until), now)


def _age(run: Execution) -> tuple[datetime, str]:
    return run.date_created or _NEVER, run.sid
