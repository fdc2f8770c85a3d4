"""Run recorded executions against the desired definitions: what would go another way if they were published.

What people wrote is held in memory for as long as it is compared, and goes nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from reconciler.definition.compare import renames_between
from reconciler.definition.trail import in_path_order
from reconciler.errors import NotFoundError
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.model.desired import Desired
from reconciler.model.execution import Execution, ExecutionFilter
from reconciler.model.jsontypes import Json
from reconciler.model.record import State
from reconciler.plan.inputs import flow_names, flow_sids, wanted
from reconciler.ports import ExecutionReader, FlowReader
from reconciler.scenario.flows import Flows
from reconciler.scenario.replay.follow import Against, Another, Followed, Same, Stuck, follow, without_events
from reconciler.scenario.replay.summary import Counting, FlowReplay
from reconciler.scenario.replay.tape import Tape, tape_of
from reconciler.scenario.replay.tape import wanted as wanted_contexts
from reconciler.simulate import Flow, flow_of
from reconciler.workflows.executions.flows import KnownFlow, RunsWorld
from reconciler.workflows.executions.order import in_order

LIMIT: Final = 200
"""Executions of one flow that are looked at unless somebody asks for more: each takes two requests or more."""

_WORK: Final = "Replaying executions"


@dataclass(frozen=True, slots=True)
class Period:
    """Which executions are run again: those that began then, the newest first, and no more than so many of a flow.

    Attributes:
        ago: how long ago `since` is, where that was said and not a date.
    """

    since: datetime
    until: datetime | None = None
    limit: int = LIMIT
    ago: timedelta | None = None


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """What came of it.

    Attributes:
        period: which executions were meant.
        flows: by name.
    """

    period: Period
    flows: tuple[FlowReplay, ...]

    @property
    def executions(self) -> int:
        """How many were looked at."""
        return sum(flow.executions for flow in self.flows)

    @property
    def same(self) -> int:
        """How many go the same way."""
        return sum(flow.same for flow in self.flows)

    @property
    def differing(self) -> int:
        """How many go another way."""
        return sum(flow.differing for flow in self.flows)

    @property
    def stuck(self) -> int:
        """How many could not be followed."""
        return sum(flow.stuck for flow in self.flows)


def replay(
    world: RunsWorld, reader: FlowReader, sides: tuple[Desired, State], flows: Sequence[KnownFlow], period: Period
) -> ReplayReport:
    """Run the recorded executions of some flows against their desired definitions.

    Args:
        world: reads executions.
        reader: reads the revisions that they ran, when one goes another way.
        sides: the desired flows, and the state that knows their SIDs.
        flows: whose executions.
        period: which of them.
    """
    project = desired_flows(*sides)
    names = {sid: name for name, sid in flow_sids(*sides).items()}
    world.progress.begin(_WORK, len(flows))
    found = []
    for flow in flows:
        following = Following(world.runs, Past(reader), project)
        found.append(_of_flow(world, following, flow, names, period))
        world.progress.advance(_WORK)
    return ReplayReport(period, tuple(sorted(found, key=lambda one: one.flow)))


def desired_flows(desired: Desired, state: State) -> Flows:
    """Give the desired flows as they would be in Studio, under the SIDs that they have there."""
    names, sids = flow_names(desired, state), flow_sids(desired, state)
    definitions = {
        address.name: wanted(flow.definition, names, sids)
        for address, flow in desired.flows.items()
        if address.kind == "Flow"
    }
    return Flows(definitions, {name: sid for name, sid in sids.items() if name in definitions})


def _of_flow(
    world: RunsWorld, following: Following, flow: KnownFlow, names: Mapping[str, str], period: Period
) -> FlowReplay:
    which = ExecutionFilter("ended", period.since, period.until)
    runs = world.runs.each_execution(flow.sid, which)
    name = flow.address.name if isinstance(flow.address, Address) else flow.sid
    counting = Counting(name, dict(names))
    chosen = islice(runs, period.limit) if period.limit else runs
    for run, found in in_order(world.pool, world.clock, following.of, chosen):
        if found is not None:
            counting.add(run.sid, found)
    return counting.result(more=bool(period.limit) and next(iter(runs), None) is not None)


def read_tape(runs: ExecutionReader, run: Execution) -> Tape | None:
    """Read all that is needed to run an execution once more; None when Studio does not say how it began.

    Raises:
        NotFoundError: it was deleted meanwhile.
    """
    flow = run.flow_sid
    steps = in_path_order(runs.list_steps(flow, run.sid))
    context: Json = runs.fetch_context(flow, run.sid)
    contexts = {sid: runs.fetch_step_context(flow, run.sid, sid) for sid in wanted_contexts(steps, flow)}
    return tape_of(run, context, steps, contexts)


@dataclass(slots=True)
class Past:
    """The definitions that executions ran, each read once."""

    reader: FlowReader
    _known: dict[tuple[str, int | None], Definition | None] = field(default_factory=dict)

    def definition(self, sid: str, revision: int | None) -> Definition | None:
        """Give a revision, or the published one for None; None when Studio has none."""
        key = (sid, revision)
        if key not in self._known:
            self._known[key] = self._read(sid, revision)  # two threads may both read it, and read the same
        return self._known[key]

    def _read(self, sid: str, revision: int | None) -> Definition | None:
        try:
            reader = self.reader
            found = reader.fetch_published(sid) if revision is None else reader.fetch_revision(sid, revision)
        except NotFoundError:
            return None
        return None if found is None else found.definition


@dataclass(frozen=True, slots=True)
class Following:
    """Follows executions of one flow, and makes sure that a difference is the definition's and not the simulator's."""

    runs: ExecutionReader
    past: Past
    project: Flows

    def of(self, run: Execution) -> Followed | None:
        """Follow one execution; None for one that was deleted meanwhile."""
        try:
            tape = read_tape(self.runs, run)
        except NotFoundError:
            return None
        if tape is None:
            return Stuck("", "", "Studio does not say how they began")
        return without_events(self.follow(tape))

    def follow(self, tape: Tape) -> Followed:
        """Follow one execution on the desired definition."""
        found = follow(tape, Against(self.project))
        if not isinstance(found, Another):
            return found
        renamed = {sid: names for sid in _flows_of(tape) if (names := self._renamed(sid, tape))}
        if renamed:
            found = follow(tape, Against(self.project, renamed))
        return found if not isinstance(found, Another) else self._checked(tape, found)

    def _renamed(self, sid: str, tape: Tape) -> Mapping[str, str]:
        """Give the new names of widgets that were renamed since an execution ran."""
        before = self.past.definition(sid, tape.revision if sid == tape.flow else None)
        now = self.project.definition(sid)
        return {} if before is None or now is None else renames_between(before.data(), now.data()).names

    def _checked(self, tape: Tape, found: Another) -> Followed:
        """Follow an execution on what it ran; where it goes another way there too, nobody can tell."""
        then = follow(tape, Against(_Then(self.past, tape)))
        if isinstance(then, Same | Stuck):
            return found
        if then.step > found.step:
            return found
        reason = (
            f"on the revision that it ran, the simulator takes {then.now.event} to {then.now.to or 'the end'}, "
            f"where Studio took {then.recorded.event} to {then.recorded.to or 'the end'}"
        )
        return Stuck(then.flow, then.widget, reason, then.step)


def _flows_of(tape: Tape) -> Iterator[str]:
    yield from dict.fromkeys((tape.flow, *(step.flow for step in tape.steps)))


@dataclass(slots=True)
class _Then:
    """What an execution ran: its own revision, and the published ones of its subflows. A `simulate.Library`."""

    past: Past
    tape: Tape
    _made: dict[str, Flow | None] = field(default_factory=dict)

    def find(self, sid: str, revision: str) -> Flow | None:
        """Give a flow as it was then, as far as anybody knows."""
        del revision
        if sid not in self._made:
            found = self.past.definition(sid, self.tape.revision if sid == self.tape.flow else None)
            self._made[sid] = None if found is None else flow_of(found.data(), sid)
        return self._made[sid]
