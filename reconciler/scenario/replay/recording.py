"""A recorded execution → a scenario that goes the same way, with personal data taken out as far as the way allows."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from reconciler.errors import SimulationError
from reconciler.scenario.flows import Flows
from reconciler.scenario.generate.script import scenario_of
from reconciler.scenario.replay.follow import Against, Another, Followed, Same, Stuck, follow
from reconciler.scenario.replay.masking import Masked, masked_run
from reconciler.scenario.replay.tape import Tape
from reconciler.scenario.run import run
from reconciler.scenario.values import Scenario
from reconciler.simulate import Launch


@dataclass(frozen=True, slots=True)
class Recording:
    """What came of recording one execution.

    Attributes:
        execution: its SID.
        scenario: what was made of it.
        followed: how the execution goes on the flow of today.
        kept: the places whose text stands as it was written: other words would have led another way.
        names: of flows, by SID.
        problem: why the scenario does not pass as it stands; None when it does.
    """

    execution: str
    scenario: Scenario
    followed: Followed
    kept: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    problem: str | None = None

    @property
    def same(self) -> bool:
        """Whether it goes the way that was recorded, and the scenario passes."""
        return isinstance(self.followed, Same) and self.problem is None

    @property
    def reason(self) -> str | None:
        """Why it could not be followed, or does not pass; None when nothing of that kind is wrong."""
        return self.followed.reason if isinstance(self.followed, Stuck) else self.problem

    def flow_name(self, sid: str) -> str:
        """Give the name of a flow."""
        return self.names.get(sid, sid)


def recorded(tape: Tape, flows: Flows, name: str, *, keep_texts: bool = False) -> Recording:
    """Make a scenario of an execution.

    Args:
        tape: the execution.
        flows: the flows of today, under the SIDs that they were recorded with.
        name: what the scenario is called.
        keep_texts: leave what people wrote as it is, and mask only addresses. Default: mask all that decides nothing.

    Raises:
        SimulationError: the flow is not there, or cannot be run.
    """
    flow = flows.find(tape.flow, "LatestPublished")
    if flow is None:
        raise SimulationError(f"there is no flow {tape.flow} in the manifests", hint="Import or declare it first.")
    found = follow(tape, Against(flows))
    events = () if isinstance(found, Stuck) else found.events
    whole = Launch(flow, tape.trigger, tape.at, execution=tape.sid)
    masked = masked_run(flows, Masked(whole, events), keep_texts=keep_texts)
    blank = Scenario(name, flows.name_of(tape.flow), masked.launch.trigger)
    scenario = scenario_of(flows, blank, masked.launch, masked.events)
    result = run(scenario, flows)
    problem = None if result.failure is None else f"expected: {result.failure.expected}; real: {result.failure.real}"
    names = {sid: flows.name_of(sid) for sid in dict.fromkeys((tape.flow, *(step.flow for step in tape.steps)))}
    return Recording(tape.sid, scenario, _bare(found), masked.kept, names, problem)


def _bare(found: Followed) -> Followed:
    return replace(found, events=()) if isinstance(found, Same | Another) else found
