"""Show one run: what it is, its variables, and its path through the flow."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.definition.moves import target_of
from reconciler.definition.trail import depths_of, in_path_order
from reconciler.model.execution import ExecutionStep
from reconciler.model.jsontypes import Json
from reconciler.workflows.executions.flows import RunsWorld, SeenRun
from reconciler.workflows.executions.path import Visit, path_of


@dataclass(frozen=True, slots=True)
class ShownRun:
    """A run with everything that Studio knows of it.

    Attributes:
        context: its variables; personal data.
        steps: in the order in which they were taken.
        path: the widgets that it came to.
        depths: by SID of a step how many sub-flows deep it is.
    """

    seen: SeenRun
    context: Json
    steps: tuple[ExecutionStep, ...]
    path: tuple[Visit, ...]
    depths: dict[str, int]

    @property
    def waiting_at(self) -> str | None:
        """Give the widget at which an active run waits; None when it has ended, or nobody knows."""
        return self.path[-1].widget if self.path and self.seen.run.status == "active" else None

    @property
    def cut_short(self) -> bool:
        """Tell whether it ended without coming to an end of the flow: somebody or Studio ended it."""
        run, steps = self.seen.run, self.steps
        return run.status == "ended" and (not steps or target_of(steps[-1].to_widget) is not None)


def show_run(world: RunsWorld, seen: SeenRun) -> ShownRun:
    """Read the steps and the variables of a run. Raises NotFoundError when it was deleted meanwhile."""
    flow, run = seen.flow.sid, seen.run
    steps = world.runs.list_steps(flow, run.sid)
    context = world.runs.fetch_context(flow, run.sid)
    return ShownRun(seen, context, tuple(in_path_order(steps)), path_of(run, steps), depths_of(steps))
