"""Executions that events told of, chosen as they are listed: the newest first, each with its flow."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from reconciler.model.execution import Execution, ExecutionStatus, ExecutionStep
from reconciler.workflows.executions.flows import KnownFlow, SeenRun

PSEUDONYM: Final = "contact-"
"""What the pseudonym of a contact begins with."""

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReceivedRun:
    """One execution; `steps` counts those that arrived."""

    seen: SeenRun
    steps: int

    @property
    def pseudonymous(self) -> bool:
        """Whether its contact was kept as a pseudonym, which tells of nobody."""
        return (self.seen.run.contact or "").startswith(PSEUDONYM)


@dataclass(frozen=True, slots=True)
class Received:
    """What was found: the newest first. `total` is how many there are; more than `runs` when there was a limit."""

    runs: tuple[ReceivedRun, ...]
    total: int


def newest(
    runs: Iterable[tuple[Execution, Sequence[ExecutionStep]]],
    flows: Mapping[str, KnownFlow],
    *,
    status: ExecutionStatus | None = None,
    limit: int = 0,
) -> Received:
    """Choose the newest executions. Keeps no more of them than the limit.

    Args:
        runs: from the store.
        flows: those that have a name, by SID.
        status: only these. Default all.
        limit: so many; 0, the default, for all.
    """
    kept: list[tuple[datetime, str, ReceivedRun]] = []
    total = 0
    for run, steps in runs:
        if status not in {None, run.status}:
            continue
        total += 1
        flow = flows.get(run.flow_sid) or KnownFlow(run.flow_sid)
        entry = (run.date_created or _NEVER, run.sid, ReceivedRun(SeenRun(flow, run), len(steps)))
        if limit and len(kept) == limit:
            heapq.heappushpop(kept, entry)
        else:
            heapq.heappush(kept, entry)
    kept.sort(reverse=True, key=lambda entry: entry[:2])
    return Received(tuple(entry[2] for entry in kept), total)
