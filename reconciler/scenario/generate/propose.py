"""The whole of it: a flow → scenarios that pass its transitions and pass as tests, and what no scenario passes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from reconciler.errors import SimulationError
from reconciler.scenario.flows import Flows
from reconciler.scenario.generate.choose import chosen
from reconciler.scenario.generate.names import Naming, described
from reconciler.scenario.generate.reasons import EXPLAINED, Unreached, unreached
from reconciler.scenario.generate.script import scenario_of
from reconciler.scenario.generate.search import Node, Search
from reconciler.scenario.result import Result, Visit
from reconciler.scenario.run import run
from reconciler.scenario.values import Scenario
from reconciler.simulate import Flow


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed for one flow.

    Attributes:
        flow: its name.
        scenarios: they pass as they stand.
        covered: how many of the asked transitions they pass.
        asked: how many transitions are asked for.
        unreached: the others.
    """

    flow: str
    scenarios: tuple[Scenario, ...]
    covered: int
    asked: int
    unreached: tuple[Unreached, ...] = ()

    @property
    def reachable(self) -> int:
        """How many transitions some input may pass, as far as anybody can tell."""
        return self.asked - sum(one.cause in EXPLAINED for one in self.unreached)


def propose(
    flows: Flows,
    name: str,
    passed: Collection[Visit] = frozenset(),
    taken: Collection[str] = frozenset(),
    secrets: Collection[str] = frozenset(),
) -> Proposal:
    """Propose scenarios for a flow.

    Args:
        flows: of the project.
        name: of the flow.
        passed: transitions that tests pass already; they are not asked for. Default: none.
        taken: names that no scenario may have. Default: none.
        secrets: texts that no name may tell. Default: none.

    Raises:
        SimulationError: there is no such flow, or it cannot be run at all.
    """
    flow = flows.named(name)
    if flow is None:
        raise SimulationError(f"there is no flow {name!r}", hint="Name a Flow document of the project.")
    known = {(visit.widget, visit.transition) for visit in passed if visit.flow == name}
    search = Search.of(flows, flow, (one for one in transitions_of(flow) if one not in known))
    search.run()
    written = tuple(_written(flows, name, chosen(search), Naming(set(taken), frozenset(secrets))))
    visits = frozenset[Visit]().union(*(result.passed.transitions for result in written))
    missed = tuple(one for one in search.wanted if Visit(name, *one) not in visits)
    scenarios = tuple(one.scenario for one in written)
    return Proposal(name, scenarios, len(search.wanted) - len(missed), len(search.wanted), unreached(search, missed))


def transitions_of(flow: Flow) -> Iterator[tuple[str, int]]:
    """Give the transitions of a flow that lead somewhere, as `(widget, index)`."""
    for widget in flow.widgets.values():
        for index, transition in enumerate(widget.transitions):
            if transition.next is not None:
                yield widget.name, index


def _written(flows: Flows, name: str, nodes: tuple[Node, ...], naming: Naming) -> Iterator[Result]:
    for node in nodes:
        events = node.events()
        blank = Scenario(name, name, node.launch.trigger, stubs=node.stage.stubs)
        try:
            scenario = scenario_of(flows, blank, node.launch, events)
        except SimulationError:
            continue  # no script can say this run
        result = run(scenario, flows)
        if result.ok:
            title = naming.name_of(node.launch.flow, result, events)
            whole = replace(scenario, name=title, description=described(result))
            yield replace(result, scenario=whole)
