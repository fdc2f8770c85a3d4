"""What is wrong with a scenario before it runs: flows, widgets and events that are not there, at their places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Final, assert_never

from reconciler.model.finding import Finding, Place
from reconciler.scenario.flows import Flows
from reconciler.scenario.subflows import SUBFLOW
from reconciler.scenario.values import (
    Answer,
    Comes,
    ContactDoes,
    Ending,
    Exactly,
    Expects,
    Line,
    Scenario,
    Skips,
    StandsAt,
    Stub,
    Waits,
)
from reconciler.simulate import Flow, Outcome, Widget
from reconciler.simulate.widgets.kinds import kind_of

_LISTED: Final = 20
"""Names that a hint lists."""


def check(scenario: Scenario, flows: Flows) -> Iterator[Finding]:
    """Give everything that names what is not there: a scenario with such a name could never pass."""
    flow = flows.named(scenario.flow)
    if flow is None:
        message = f"there is no flow {scenario.flow!r}"
        yield _finding("unknown-flow", message, scenario.flow_place, scenario.flow, flows.names())
        return
    known = _Known(_widgets(flow, flows), flows)
    for line in scenario.script:
        yield from known.of_line(line)
    for stub in scenario.stubs:
        yield from known.of_stub(stub)
    if scenario.ends is not None:
        yield from known.of_ending(scenario.ends)


def _widgets(flow: Flow, flows: Flows) -> dict[str, list[Widget]]:
    found: dict[str, list[Widget]] = {}
    for one in (flow, *flows.called_by(flow)):
        for widget in one.widgets.values():
            found.setdefault(f"{flows.name_of(one.sid)}/{widget.name}", []).append(widget)
            found.setdefault(widget.name, []).append(widget)
    return found


class _Known:
    def __init__(self, widgets: dict[str, list[Widget]], flows: Flows) -> None:
        self._widgets = widgets
        self._flows = flows

    def of_line(self, line: Line) -> Iterator[Finding]:
        match line:
            case Expects():
                yield from self.of_widget(line.widget, line.place)
                if (
                    line.verb == "enters"
                    and isinstance(line.text, Exactly)
                    and self._flows.named(line.text.text) is None
                ):
                    name = line.text.text
                    yield _finding("unknown-flow", f"there is no flow {name!r}", line.place, name, self._flows.names())
            case StandsAt():
                yield from self.of_waiting(line.widget, line.place)
            case Comes():
                yield from self.of_waiting(line.widget, line.place)
                yield from self.of_answer(line.answer, line.widget, line.place)
            case ContactDoes() | Waits() | Skips():
                pass
            case _:
                assert_never(line)

    def of_stub(self, stub: Stub) -> Iterator[Finding]:
        yield from self.of_widget(stub.widget, stub.place)
        if self._is_subflow(stub.widget) and (len(stub.answers) > 1 or not isinstance(stub.answers[0], Outcome)):
            message = f"{stub.widget} runs a subflow: its stub has one answer, with `event` and `data`"
            yield Finding("invalid-value", "error", message, stub.place)
        for answer in stub.answers:
            yield from self.of_answer(answer, stub.widget, stub.place)

    def of_ending(self, ends: Ending) -> Iterator[Finding]:
        for name in (ends.widget, *ends.passes, *(ends.path or ())):
            yield from self.of_widget(name, ends.place)

    def of_waiting(self, name: str | None, place: Place | None) -> Iterator[Finding]:
        """Find a widget that is not there, or where no flow ever waits."""
        yield from self.of_widget(name, place)
        if self._is_subflow(name):
            message = f"no flow waits at {name}: it runs a subflow"
            yield Finding("invalid-value", "error", message, place, hint="A stub can say what it comes to.")

    def _is_subflow(self, name: str | None) -> bool:
        return any(widget.type == SUBFLOW for widget in self._widgets.get(name or "", ()))

    def of_widget(self, name: str | None, place: Place | None) -> Iterator[Finding]:
        # What a placeholder could not bring in is a fault of its own.
        if name is not None and name not in self._widgets and "${" not in name:
            message = f"neither the flow nor a subflow of it has a widget {name!r}"
            yield _finding("unknown-widget", message, place, name, self._widgets)

    def of_answer(self, answer: Answer, widget: str | None, place: Place | None) -> Iterator[Finding]:
        """Find events that the widget, or any widget where none is named, cannot come to."""
        if not isinstance(answer, Outcome):
            return
        named = self._widgets.values() if widget is None else [self._widgets.get(widget, [])]
        events = {event for widgets in named for one in widgets for event in _events(one)}
        if events and answer.event not in events:
            who = "no widget of the flow" if widget is None else widget
            message = f"{who} has {'an' if widget is None else 'no'} event {answer.event!r}"
            yield _finding("unknown-event", message, place, answer.event, events)


def _events(widget: Widget) -> Iterator[str]:
    yield from kind_of(widget.type).events
    yield from (transition.event for transition in widget.transitions)


def _finding(rule: str, message: str, place: Place | None, name: str, known: Iterable[str]) -> Finding:
    in_order = sorted(known)
    near = get_close_matches(name, in_order, n=1)
    short = [one for one in in_order if "/" not in one][:_LISTED]
    hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(short)}."
    return Finding(rule, "error", message, place, hint=hint)
