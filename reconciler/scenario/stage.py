"""A run under way: the simulator's state, what the flow did that no line has asked about, and the notes of it all.

It goes on by one event at a time, so that a script can step in wherever the flow waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from reconciler.scenario.flows import Flows
from reconciler.scenario.result import Decided, Entry, Passed, Seen, Visit, Who
from reconciler.scenario.seen import is_widget, seen_of
from reconciler.scenario.stubs import Stubs
from reconciler.scenario.subflows import Stubbed, stubbed
from reconciler.scenario.values import Scenario, Stub
from reconciler.scenario.words import event_words, rest_words, trigger_words, words_of
from reconciler.simulate import (
    Effect,
    Event,
    FunctionCalled,
    HungUp,
    Launch,
    Outcome,
    Pressed,
    Redirected,
    Replied,
    Request,
    Requested,
    Spoke,
    State,
    Step,
    SubflowEntered,
    TimedOut,
    Troubled,
    Turn,
    advance,
    decisions,
    due,
    place,
    proceed,
)

_UNREMARKABLE: Final = frozenset({"sent", "audioComplete"})


@dataclass(slots=True)
class Stage:
    """One run of a scenario.

    Attributes:
        flows: the flows of the project.
        library: the same for the run, some of them stubs.
        scenario: what is run.
        state: where the run stands.
        stubs: who answers.
        clock: what time it is for the script; the run stands there or earlier.
        conditions: whether conditions of splits are noted, which takes time.
        pending: what the flow did that no line has looked at.
        transcript, path, steps: as in `Result`; what happens in a stub is none of it.
        done: everything that the flow did, in order.
        skipping: whether conversation may go by unexpected.
        spent: the stub that has no answer left for what waits.
    """

    flows: Flows
    library: Stubbed
    scenario: Scenario
    state: State
    stubs: Stubs
    clock: float
    conditions: bool
    pending: deque[tuple[Seen | None, Entry]] = field(default_factory=deque)
    transcript: list[Entry] = field(default_factory=list)
    path: list[str] = field(default_factory=list)
    done: list[Seen] = field(default_factory=list)
    skipping: bool = False
    spent: Stub | None = None
    steps: int = 0
    _url: str = ""
    _open: tuple[str, str] | None = None
    _widgets: set[tuple[str, str]] = field(default_factory=set)
    _visits: set[Visit] = field(default_factory=set)
    _decided: set[Decided] = field(default_factory=set)

    @classmethod
    def of(cls, flows: Flows, scenario: Scenario, launch: Launch, *, conditions: bool) -> Stage:
        """Stand before the trigger.

        Raises:
            SimulationError: the flow cannot be run.
        """
        library = stubbed(flows, scenario.flow, launch.flow, scenario.stubs)
        state = place(library, replace(launch, flow=library.tested))
        return cls(flows, library, scenario, state, Stubs(scenario.stubs), scenario.at, conditions)

    def begin(self) -> None:
        """Run up to the first thing that the outside has to say."""
        self.transcript.append(Entry("contact", trigger_words(self.scenario.trigger), None, self.clock))
        self._take(proceed(self.library, self.state))

    @property
    def waiting(self) -> Request | None:
        """What the run waits for; None when it is over."""
        return self.state.waiting

    @property
    def overdue(self) -> bool:
        """Whether what is waited for has timed out by now, and nobody has told the run."""
        deadline = due(self.state)
        return deadline is not None and deadline <= self.clock and self._is_at_rest()

    def name(self, flow: str, widget: str) -> str:
        """Give `NAME`, or `FLOW/NAME` of a widget of another flow than the tested one."""
        return widget if flow == self.scenario.flow else f"{flow}/{widget}"

    def here(self) -> str:
        """Name the widget where the run stands."""
        return self.name(self._flow(), self.state.frames[-1].widget)

    def stands_at(self, written: str) -> bool:
        """Tell whether the run waits at a widget that is written as `NAME` or `FLOW/NAME`."""
        return self.waiting is not None and is_widget(written, self._flow(), self.waiting.widget)

    def go_on(self) -> bool:
        """Go on by one event that the script need not name; False when there is none, and somebody has to say.

        Raises:
            SimulationError: a stub says what the widget cannot take.
        """
        waiting = self.waiting
        if waiting is None:
            return False
        answer = self.stubs.answer(self._flow(), waiting.widget, self._url)
        if isinstance(answer, Stub):
            self.spent = answer
            return False
        if answer is not None:
            self.give(answer)
        elif waiting.usual is not None:
            self.give(Outcome(waiting.usual), note=waiting.usual not in _UNREMARKABLE)
        elif self.overdue:
            self.give(TimedOut())
        else:
            return False
        return True

    def give(self, event: Event, *, note: bool = True, scripted: bool = False) -> None:
        """Give the run an event.

        Args:
            event: what happens.
            note: whether it is worth a line of the transcript.
            scripted: it happens at the script's time, and not at once. Default: at once, as usual outcomes do.

        Raises:
            SimulationError: the run cannot take it.
        """
        widget = self.here()
        at = max(self.clock, self.state.now) if scripted and not isinstance(event, TimedOut) else None
        turn = advance(self.library, self.state, event, at)
        if note:
            who: Who = "contact" if isinstance(event, Replied | Pressed | Spoke | HungUp) else "world"
            self.transcript.append(Entry(who, event_words(event), widget, turn.state.now))
        self._take(turn)
        self.clock = max(self.clock, self.state.now)

    def look(self) -> Seen | None:
        """Give the next thing that the flow did and no line has looked at; remarks of the debugger go by."""
        while self.pending and self.pending[0][0] is None:
            self.drop()
        return self.pending[0][0] if self.pending else None

    def drop(self) -> None:
        """Let the next thing that the flow did go into the transcript."""
        self.transcript.append(self.pending.popleft()[1])

    def passed(self) -> Passed:
        """Give what was gone through so far."""
        return Passed(frozenset(self._widgets), frozenset(self._visits), frozenset(self._decided))

    def rest(self) -> str:
        """Say where the run stands when it goes no further."""
        waiting = self.waiting
        if waiting is None:
            return f"has ended ({self.state.ended})"
        asked = f" of {self._url}" if waiting.need == "response" else ""
        nobody = ", and no stub answers" if asked else ""
        if self.spent is not None:
            nobody = ", and its stub has no answer left"
        return f"waits at {self.here()} {rest_words(waiting)}{asked}{nobody}"

    def _is_at_rest(self) -> bool:
        return self.waiting is not None and self.waiting.usual is None

    def _flow(self) -> str:
        return self.library.name_of(self.state.frames[-1].flow)

    def _take(self, turn: Turn) -> None:
        self.state = turn.state
        self._url, self.spent = "", None
        for step in turn.steps:
            self._note_step(step)
        for effect, flow in self._with_flows(turn):
            if flow not in self.library.instead:
                self._note_effect(effect, self.library.name_of(flow))
        waiting = self.waiting
        if waiting is not None and self._open is None:
            self._open = (self._flow(), waiting.widget)
            self._widgets.add(self._open)
            self.path.append(self.name(*self._open))

    def _note_step(self, step: Step) -> None:
        if step.flow in self.library.instead:
            return
        self.steps += 1
        flow = self.library.name_of(step.flow)
        where = (flow, step.transitioned_from)
        if where != self._open:
            self.path.append(self.name(*where))
        self._open = None
        self._widgets.add(where)
        self._visits.add(Visit(*where, step.transition))
        if self.conditions and step.type == "split-based-on":
            found = self.flows.find(step.flow, "LatestPublished")
            for one in decisions(found, step) if found is not None else ():
                self._decided.add(Decided(*where, one.transition, one.condition, one.held))

    def _with_flows(self, turn: Turn) -> Iterator[tuple[Effect, str]]:
        """Give the SID of each effect's flow: that of the next step out of its widget, else of the one that runs."""
        steps, number = turn.steps, 0
        for effect in turn.effects:
            if isinstance(effect, SubflowEntered):
                yield effect, turn.state.frames[0].flow
                continue
            found = number
            while found < len(steps) and steps[found].transitioned_from != effect.widget:
                found += 1
            if found == len(steps):
                yield effect, self.state.frames[-1].flow
            else:
                number = found
                yield effect, steps[found].flow

    def _note_effect(self, effect: Effect, flow: str) -> None:
        widget = self.name(flow, effect.widget)
        if isinstance(effect, Requested | FunctionCalled | Redirected):
            self._url = effect.url
        if isinstance(effect, SubflowEntered):
            self._widgets.add((flow, effect.widget))
        seen = seen_of(effect, flow, self.library.name_of(effect.flow) if isinstance(effect, SubflowEntered) else "")
        if seen is not None:
            self.done.append(seen)
            self.pending.append((seen, Entry("flow", words_of(seen), widget, self.state.now)))
        elif isinstance(effect, Troubled):
            code = f" ({effect.code})" if effect.code else ""
            self.pending.append((None, Entry("trouble", f"{effect.message}{code}", widget, self.state.now)))
