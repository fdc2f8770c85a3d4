"""Run a recorded execution on a definition, and tell where it first goes another way than it was recorded.

A widget that was only renamed is the same widget. Time goes as it was recorded: a reply that came after the time-out
that the definition has now comes too late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from reconciler.definition.moves import target_of
from reconciler.errors import SimulationError
from reconciler.scenario.replay.happened import event_of
from reconciler.scenario.replay.tape import Taken, Tape
from reconciler.simulate import (
    Event,
    Launch,
    Library,
    Replied,
    Request,
    State,
    Step,
    TimedOut,
    Turn,
    advance,
    start,
)

_DOUBT: Final = 2.0
"""Seconds by which Studio's dates, which are whole seconds, may let a reply seem too late."""


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """An event, and where it leads; None for nowhere."""

    event: str
    to: str | None


@dataclass(frozen=True, slots=True)
class Same:
    """It goes the same way, as far as it was recorded.

    Attributes:
        events: what happened in it, in order.
    """

    events: tuple[Event, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Another:
    """It goes another way.

    Attributes:
        flow: SID of the flow that does.
        widget: where, by the name that it has now.
        recorded, now: which way it was, and is. Names of widgets that were renamed are the new ones.
        step: how many steps went the same way before.
        events: what happened up to there.
    """

    flow: str
    widget: str
    recorded: Way
    now: Way
    step: int
    events: tuple[Event, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Stuck:
    """It cannot be told: something is needed that was not recorded.

    Attributes:
        flow: SID of the flow; empty when it did not even begin.
        widget: where.
        reason: what is missing, a clause.
        step: how many steps went the same way before.
    """

    flow: str
    widget: str
    reason: str
    step: int = 0


Followed: TypeAlias = Same | Another | Stuck


@dataclass(frozen=True, slots=True)
class Against:
    """What executions are followed on.

    Attributes:
        library: the flows, under the SIDs that they were recorded with.
        renamed: by SID of a flow, the new names of widgets that were renamed since.
    """

    library: Library
    renamed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def name(self, flow: str, widget: str | None) -> str | None:
        """Give the name that a recorded widget has now."""
        return None if widget is None else self.renamed.get(flow, {}).get(widget, widget)


def follow(tape: Tape, against: Against) -> Followed:
    """Run a recorded execution once more."""
    flow = against.library.find(tape.flow, "LatestPublished")
    if flow is None:
        return Stuck("", "", f"there is no flow {tape.flow} any more")
    run = _Run(tape, against)
    try:
        found = run.compare(start(against.library, Launch(flow, tape.trigger, tape.at, execution=tape.sid)))
        while found is None:
            found = run.go_on()
    except SimulationError:
        return Stuck(run.flow, run.widget, run.refused(), run.done)  # the error's own words may repeat what was written
    return found


@dataclass(slots=True)
class _Run:
    """One execution under way once more."""

    tape: Tape
    against: Against
    state: State | None = None
    done: int = 0
    events: list[Event] = field(default_factory=list)

    @property
    def flow(self) -> str:
        return self.tape.flow if self.state is None else self.state.frames[-1].flow

    @property
    def widget(self) -> str:
        return "" if self.state is None else self.state.frames[-1].widget

    def refused(self) -> str:
        """Say that the run cannot go on, without saying what was written."""
        if self.state is None:
            return "the flow cannot be run"
        return f"{self.widget} cannot take what was recorded: {self.tape.steps[self.done].event}"

    def compare(self, turn: Turn) -> Followed | None:
        """Compare the steps of a turn with the recorded ones; None when there is more to come."""
        self.state = turn.state
        for step in turn.steps:
            if self.done == len(self.tape.steps):
                return Same(tuple(self.events))
            found = self._compare(step, self.tape.steps[self.done])
            if found is not None:
                return found
            self.done += 1
        if self.done == len(self.tape.steps):
            return Same(tuple(self.events))
        return self._ended() if turn.state.waiting is None else None

    def go_on(self) -> Followed | None:
        """Give what was recorded to the widget that waits."""
        state, recorded = self.state, self.tape.steps[self.done]
        if state is None or state.waiting is None:
            return self._ended()
        if recorded.flow != self.flow or self.against.name(recorded.flow, recorded.widget) != self.widget:
            now = f"it waits at {self.widget}, and the recording goes on at {recorded.widget}"
            return Stuck(self.flow, self.widget, now, self.done)
        event = event_of(recorded, state.waiting)
        if event is None:
            return Stuck(self.flow, self.widget, _missing(recorded, state.waiting), self.done)
        event, at = _timed(event, state, state.waiting, recorded.at)
        self.events.append(event)
        return self.compare(advance(self.against.library, state, event, at))

    def _compare(self, step: Step, recorded: Taken) -> Another | None:
        widget = self.against.name(recorded.flow, recorded.widget)
        before = Way(recorded.event, self.against.name(recorded.flow, recorded.to))
        now = Way(step.name, target_of(step.transitioned_to))
        if (step.flow, step.transitioned_from) == (recorded.flow, widget) and before == now:
            return None
        return Another(step.flow, step.transitioned_from, before, now, self.done, tuple(self.events))

    def _ended(self) -> Followed:
        """The run is over, and the recording is not."""
        recorded = self.tape.steps[self.done]
        reason = None if self.state is None else self.state.ended
        before = Way(recorded.event, self.against.name(recorded.flow, recorded.to))
        widget = self.against.name(recorded.flow, recorded.widget) or ""
        return Another(recorded.flow, widget, before, Way(str(reason), None), self.done, tuple(self.events))


def _timed(event: Event, state: State, request: Request, at: float | None) -> tuple[Event, float | None]:
    """Give an event with its time; a reply that comes after the deadline is a time-out before it."""
    if isinstance(event, TimedOut) or at is None:
        return event, None
    moment = max(at, state.now)
    if request.deadline is None or moment <= request.deadline:
        return event, moment
    # Only of messages is it known when the wait begins: a prompt on a call takes its time.
    if isinstance(event, Replied) and moment > request.deadline + _DOUBT:
        return TimedOut(), None
    return event, request.deadline


def _missing(step: Taken, request: Request) -> str:
    if step.type and step.type != request.type:
        return f"{request.widget} was a {step.type} when it was recorded, and is a {request.type} now"
    return f"what {request.widget} came to by {step.event} was not recorded"


def without_events(found: Followed) -> Followed:
    """Give the same without what happened in it, which is personal data."""
    return found if isinstance(found, Stuck) else replace(found, events=())
