"""Events of a run → the scenario that says them, with everything that the flow did as what is expected of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from reconciler.errors import SimulationError
from reconciler.model.jsontypes import JsonObject
from reconciler.scenario.flows import Flows
from reconciler.scenario.result import Seen
from reconciler.scenario.stage import Stage
from reconciler.scenario.values import (
    Answer,
    Anything,
    Comes,
    ContactDoes,
    Ending,
    Exactly,
    Expects,
    Line,
    Scenario,
    StandsAt,
    Stub,
)
from reconciler.simulate import (
    Answered,
    Event,
    HungUp,
    Launch,
    Outcome,
    Pressed,
    Replied,
    Request,
    Spoke,
    TimedOut,
)

_MOST_ANSWERS: Final = 20
"""Answers of one widget that differ and that a document may list."""


def scenario_of(flows: Flows, scenario: Scenario, launch: Launch, events: Sequence[Event]) -> Scenario:
    """Write down a run.

    Args:
        flows: of the project.
        scenario: what it is called, which flow it runs, and stubs for subflows; its script and ending are replaced.
        launch: how the run begins.
        events: what happens, wherever the flow waits, usual outcomes too.

    Raises:
        SimulationError: the flow cannot take one of the events, or they end where no scenario can stop.
    """
    begun = replace(scenario, trigger=launch.trigger, at=launch.at, script=(), ends=None)
    writer = _Writer(Stage.of(flows, begun, launch, conditions=False))
    writer.stage.begin()
    writer.note()
    for event in events:
        if writer.stage.waiting is None:
            break
        writer.give(event, writer.stage.waiting)
        writer.note()
    ends = writer.ends()
    return replace(begun, script=tuple(writer.lines), stubs=(*scenario.stubs, *writer.stubs()), ends=ends)


@dataclass(slots=True)
class _Writer:
    """Writes a script while the run goes on."""

    stage: Stage
    lines: list[Line] = field(default_factory=list)
    _answers: dict[str, list[Answer]] = field(default_factory=dict)

    def note(self) -> None:
        """Write down what the flow did since the last event."""
        while (seen := self.stage.look()) is not None:
            line = self._expected(seen)
            if line is not None:
                self.lines.append(line)
            self.stage.drop()

    def give(self, event: Event, request: Request) -> None:
        """Write down what happens, and let it happen."""
        here = self.stage.here()
        if request.need == "response" and isinstance(event, Answered | TimedOut | Outcome):
            self._answers.setdefault(self._unmistakable(here), []).append(event)
        elif not (isinstance(event, Outcome) and event == Outcome(request.usual or "")):
            self.lines.extend(_lines(event, here))
        self.stage.give(event)

    def ends(self) -> Ending | None:
        """Say how the run came to its end; where it has not, a last line says where it stands."""
        state = self.stage.state
        if state.ended is None:
            self.lines.append(StandsAt(self.stage.here()))
            return None
        hung_up = ContactDoes(HungUp()) in self.lines
        plain = state.ended == "FLOW_END" or (hung_up and state.ended == "CONTACT_HUNG_UP")
        return Ending(None if plain else state.ended, self.stage.path[-1] if self.stage.path else None)

    def stubs(self) -> tuple[Stub, ...]:
        """Say who answers: one answer for all times where it is always the same."""
        found = []
        for widget, answers in self._answers.items():
            same = all(answer == answers[0] for answer in answers)
            if not same and len(answers) > _MOST_ANSWERS:
                raise SimulationError(f"{widget} answers {len(answers)} times", hint="Nobody would read such a test.")
            found.append(Stub((answers[0],) if same else tuple(answers), widget=widget, endless=same))
        return tuple(found)

    def _expected(self, seen: Seen) -> Line | None:
        widget = self.stage.name(seen.flow, seen.widget)
        match seen.verb:
            case "sets":
                return Expects("sets", details=seen.details) if seen.details.get("values") else None
            case "calls":
                parameters = seen.details.get("parameters")
                details: JsonObject = {"parameters": parameters} if parameters else {}
                return Expects("calls", Anything(), widget, details)
            case "sends":
                to = seen.details.get("to")
                elsewhere: JsonObject = {} if to == self.stage.scenario.trigger.contact else {"to": to}
                return Expects("sends", Exactly(seen.text), details=elsewhere)
            case "says" | "plays" | "enters":
                return Expects(seen.verb, Exactly(seen.text))
            case _:
                return Expects(seen.verb, Anything(), widget)

    def _unmistakable(self, name: str) -> str:
        """Name a widget with its flow where a subflow has one of the same name."""
        flows, own = self.stage.flows, self.stage.scenario.flow
        flow = flows.named(own)
        subflows = () if flow is None or "/" in name else flows.called_by(flow)
        return f"{own}/{name}" if any(one.widget(name) is not None for one in subflows) else name


def _lines(event: Event, widget: str) -> tuple[Line, ...]:
    match event:
        case HungUp():
            return StandsAt(widget), ContactDoes(event)
        case Replied() | Pressed() | Spoke():
            return (ContactDoes(event),)
        case TimedOut():
            return (Comes(event),)
        case Answered() | Outcome():
            return (Comes(event, widget),)
