"""Where executions and their steps come from, for the fold: one at a time, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Final, TypeAlias

from reconciler.errors import NotFoundError
from reconciler.model.execution import Execution, ExecutionFilter, ExecutionStep
from reconciler.ports import ExecutionReader
from reconciler.workflows.executions.flows import KnownFlow, RunsWorld
from reconciler.workflows.executions.listing import each_run, or_absent
from reconciler.workflows.executions.order import in_order

Runs: TypeAlias = Iterable[tuple[Execution, Sequence[ExecutionStep]]]
"""Executions, each with all its steps."""

_BATCH: Final = 1_000
"""Executions whose number is told before their steps are read: the list may be too long to be kept."""


def live_runs(
    world: RunsWorld, flows: Sequence[KnownFlow], which: ExecutionFilter, absent: Callable[[KnownFlow], None]
) -> Iterator[tuple[Execution, Sequence[ExecutionStep]]]:
    """Ask Studio for the executions of flows and then, several at a time, for the steps of each.

    Executions that are deleted meanwhile are left out.

    Args:
        world: what may be looked at.
        flows: whose executions.
        which: of them.
        absent: is told of a recorded flow that Studio does not have any more; the others go on.

    Raises:
        NotFoundError: Studio does not have a flow that was named by its SID.
    """
    for flow in flows:
        done = 0
        for batch in _batches(world.runs, flow, which):
            if batch is None:
                absent(flow)
                break
            name = f"Reading {flow.name}, executions {done + 1:,} to {done + len(batch):,}"
            world.progress.begin(name, len(batch))
            for run, steps in in_order(world.pool, world.clock, partial(_steps, world.runs, flow), batch):
                if steps is not None:
                    yield run, steps
                world.progress.advance(name)
            done += len(batch)


def _batches(runs: ExecutionReader, flow: KnownFlow, which: ExecutionFilter) -> Iterator[list[Execution] | None]:
    """Give the executions of a flow, some at a time; None when Studio does not have the flow."""
    listed = each_run(runs, flow, which)
    while (batch := or_absent(flow, lambda: list(islice(listed, _BATCH)))) is None or batch:
        yield batch


def _steps(runs: ExecutionReader, flow: KnownFlow, run: Execution) -> Sequence[ExecutionStep] | None:
    try:
        return runs.list_steps(flow.sid, run.sid)
    except NotFoundError:
        return None
