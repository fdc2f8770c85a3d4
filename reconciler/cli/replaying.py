"""What `replay` and `plan --replay` share: which executions are run again, and who reads them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from reconciler.cli import compose, runs
from reconciler.model.address import Address
from reconciler.plan.values import Plan
from reconciler.studio.live_executions import LiveExecutionReader
from reconciler.workflows.executions.flows import KnownFlow, RunsWorld, recorded_flows
from reconciler.workflows.replaying import Period, ReplayReport, replay

_WRITING: Final = frozenset({"create", "update", "publish", "adopt"})


def replayed(found: runs.Runs, flows: Sequence[KnownFlow], period: Period) -> ReplayReport:
    """Run the recorded executions of some flows again."""
    return replay(found.world, found.reader, (found.desired, found.state), flows, period)


def world_of(reading: compose.Reading) -> RunsWorld:
    """Give what looks at runs beside what a plan is made with."""
    world = reading.world
    return RunsWorld(LiveExecutionReader(reading.client), world.clock, world.pool, world.progress)


def beside(reading: compose.Reading, plan: Plan, said: str | None) -> ReplayReport:
    """Run the recorded executions of the flows that a plan would write again.

    Args:
        reading: what the plan was made with.
        plan: the plan.
        said: how far to look back, as on the command line; None for a week.
    """
    when = runs.WEEK if said is None else runs.MOMENT.convert(said, None, None)
    world = reading.world
    state = world.state.read() or reading.blank
    flows = [flow for flow in recorded_flows(state) if flow.address in _written(plan)]
    since = runs.moment_of(when, world.clock.now()).replace(microsecond=0)
    period = Period(since, ago=when if isinstance(when, timedelta) else None)
    report = replay(world_of(reading), world.reader, (reading.desired, state), flows, period)
    return replace(report, flows=tuple(flow for flow in report.flows if flow.executions))


def _written(plan: Plan) -> Collection[Address | None]:
    return {step.address for step in plan.steps if step.address.kind == "Flow" and step.kind in _WRITING}
