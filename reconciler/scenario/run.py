"""Run a scenario: line by line, until one of them is not what the flow does. Pure, and the same every time."""

from __future__ import annotations

from difflib import get_close_matches

from reconciler.errors import SimulationError
from reconciler.model.finding import Place
from reconciler.scenario.ending import ending
from reconciler.scenario.flows import Flows
from reconciler.scenario.lines import play
from reconciler.scenario.result import Failure, Result
from reconciler.scenario.stage import Stage
from reconciler.scenario.values import Scenario
from reconciler.scenario.words import line_words
from reconciler.simulate import Launch


def run(scenario: Scenario, flows: Flows, *, conditions: bool = False) -> Result:
    """Run a scenario. Never raises for what the scenario or the flow says: that is a failure.

    Args:
        scenario: what happens and what is expected.
        flows: the flows of the project.
        conditions: note the conditions of splits too, for coverage; that takes some time. Default: not.
    """
    flow = flows.named(scenario.flow)
    if flow is None:
        return Result(scenario, _unknown(scenario, flows))
    launch = Launch(flow, scenario.trigger, at=scenario.at)
    try:
        stage = Stage.of(flows, scenario, launch, conditions=conditions)
        stage.begin()
    except SimulationError as error:
        return Result(scenario, _broken(error, "the flow can be run", scenario.flow_place))
    failure = _play(stage)
    state = stage.state
    return Result(
        scenario,
        failure,
        transcript=tuple(stage.transcript),
        path=tuple(stage.path),
        passed=stage.passed(),
        steps=stage.steps,
        ended=state.ended,
        assumptions=state.assumptions,
    )


def _play(stage: Stage) -> Failure | None:
    for line in stage.scenario.script:
        try:
            failure = play(stage, line)
        except SimulationError as error:
            return _broken(error, line_words(line), line.place)
        if failure is not None:
            return failure
    try:
        return ending(stage)
    except SimulationError as error:
        return _broken(error, "the flow goes on", stage.scenario.place)


def _unknown(scenario: Scenario, flows: Flows) -> Failure:
    near = get_close_matches(scenario.flow, list(flows.names()), n=1)
    hint = f"Did you mean {near[0]!r}?" if near else None
    expected, real = f"the flow {scenario.flow}", "there is no Flow document of that name"
    return Failure(expected, real, scenario.flow_place, hint, "error")


def _broken(error: SimulationError, expected: str, place: Place | None) -> Failure:
    return Failure(expected, error.message, place, error.hint, "error")
