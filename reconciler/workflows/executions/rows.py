"""A run as rows of the tables of an export."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from reconciler.definition.secrets import masked
from reconciler.definition.trail import depths_of, in_path_order
from reconciler.model.execution import ExecutionStep
from reconciler.model.export import EXECUTION_CONTEXTS, EXECUTIONS, STEP_CONTEXTS, STEPS, Row, Table
from reconciler.model.jsontypes import Json
from reconciler.ports import ExecutionReader
from reconciler.workflows.executions.flows import SeenRun

Pseudonym = Callable[[str], str]
"""Gives what stands for a contact; always the same for the same one."""


@dataclass(frozen=True, slots=True)
class WholeRun:
    """A run with everything that is exported of it. `steps` are in the order in which they were taken."""

    seen: SeenRun
    steps: list[ExecutionStep]
    context: Json = None
    step_contexts: tuple[Json, ...] = ()


def read_whole(runs: ExecutionReader, seen: SeenRun, *, contexts: bool) -> WholeRun:
    """Read what belongs to a run: one request, and with contexts one more for itself and for each of its steps.

    Raises:
        NotFoundError: it was deleted meanwhile.
    """
    flow, sid = seen.flow.sid, seen.run.sid
    steps = in_path_order(runs.list_steps(flow, sid))
    if not contexts:
        return WholeRun(seen, steps)
    context = runs.fetch_context(flow, sid)
    return WholeRun(seen, steps, context, tuple(runs.fetch_step_context(flow, sid, step.sid) for step in steps))


def covered_in(whole: WholeRun, sensitive: frozenset[str]) -> WholeRun:
    """Give the run with these texts covered in its contexts."""
    if not sensitive or (whole.context is None and not whole.step_contexts):
        return whole
    contexts = tuple(masked(context, sensitive) for context in whole.step_contexts)
    return replace(whole, context=masked(whole.context, sensitive), step_contexts=contexts)


def rows_of(whole: WholeRun, pseudonym: Pseudonym, *, contexts: bool) -> Iterator[tuple[Table, list[Row]]]:
    """Give the rows of a run by table."""
    run, flow = whole.seen.run, whole.seen.flow
    contact = None if run.contact is None else pseudonym(run.contact)
    address = None if flow.address is None else str(flow.address)
    dates = (run.date_created, run.date_updated)
    row = (run.sid, address, run.flow_sid, run.status, contact, run.revision, run.initiated_by, *dates)
    yield EXECUTIONS, [row]
    yield STEPS, _steps(whole.steps)
    if contexts:
        yield EXECUTION_CONTEXTS, [(run.sid, whole.context)]
        pairs = zip(whole.steps, whole.step_contexts, strict=True)
        yield STEP_CONTEXTS, [(step.sid, run.sid, context) for step, context in pairs]


def _steps(steps: list[ExecutionStep]) -> list[Row]:
    deep = any(step.parent_step_sid is not None for step in steps)
    depths = depths_of(steps) if deep else {}
    return [
        (
            step.execution_sid,
            step.flow_sid,
            step.sid,
            number,
            depths.get(step.sid, 0),
            step.parent_step_sid,
            step.event,
            step.from_widget,
            step.to_widget,
            step.widget_type,
            step.date_created,
            step.date_updated,
        )
        for number, step in enumerate(steps, 1)
    ]
