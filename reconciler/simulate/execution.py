"""Begin, go on and end an execution: the functions that everybody outside calls."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from reconciler.errors import SimulationError
from reconciler.model.jsontypes import JsonObject
from reconciler.simulate.assumptions import Assumption
from reconciler.simulate.context import first_context
from reconciler.simulate.events import Event, Outcome, TimedOut
from reconciler.simulate.flow import MOST_BYTES, MOST_WIDGETS, Flow, Library
from reconciler.simulate.run import Run
from reconciler.simulate.scene import Move
from reconciler.simulate.state import Frame, Launch, State, Turn
from reconciler.simulate.widgets.kinds import kind_of

LIFETIME: Final = 30 * 24 * 3600.0
"""Seconds after which Studio ends an execution (api.md A8)."""


def start(library: Library, launch: Launch) -> Turn:
    """Begin an execution at its trigger, and run it until it needs the outside or ends.

    Args:
        library: the flows that it may use, the launched one among them.
        launch: what it begins with.

    Raises:
        SimulationError: the flow is not in the library, has no trigger, or is larger than Studio takes.
    """
    return proceed(library, place(library, launch))


def place(library: Library, launch: Launch, widget: str | None = None, context: JsonObject | None = None) -> State:
    """Stand at a widget that has not run yet; `proceed` runs it.

    Args:
        library: the flows that the run may use.
        launch: what it begins with.
        widget: where it stands; None for the trigger.
        context: the variables; None for those that the trigger brings.

    Raises:
        SimulationError: as `start`; or no widget has this name.
    """
    flow = launch.flow
    _refuse_sizes(library, flow)
    name = flow.initial if widget is None else widget
    if flow.widget(name) is None or library.find(flow.sid, str(flow.revision)) is None:
        raise SimulationError(
            f"{flow.sid} has no widget {name!r} to run, or is not in the library",
            hint="Put the launched flow into the library; a flow needs a trigger.",
        )
    variables = first_context(launch) if context is None else context
    frame = Frame(flow.sid, flow.revision, name, variables, repeats=1)
    return State(
        execution=launch.execution,
        account=launch.account,
        started=launch.at,
        now=launch.at,
        frames=(frame,),
        test_user=launch.test_user,
        assumptions=frozenset({Assumption.INVENTED_SIDS}),
    )


def proceed(library: Library, state: State) -> Turn:
    """Run from where a state stands. Does nothing to one that waits or has ended."""
    if state.ended is not None:
        return Turn(state)
    run = Run.of(library, state)
    run.go()
    return run.turn()


def advance(library: Library, state: State, event: Event, at: float | None = None) -> Turn:
    """Give what happened outside to a run that waits, and run on until it needs the outside again or ends.

    Args:
        library: the flows that it began with.
        state: where it stands; it is not changed.
        event: what happened.
        at: when, in seconds since 1970; None for at once, and for `TimedOut` the deadline.

    Raises:
        SimulationError: the run waits for nothing, not for this, or not at this time: time does not run backwards, and
            what comes after a deadline comes after `TimedOut`.
    """
    if state.waiting is None:
        raise SimulationError("the run waits for nothing", hint="An execution that has ended takes no events.")
    moment = _moment(state, event, at)
    if moment >= state.started + LIFETIME:
        expired = replace(state, now=moment, waiting=None, ended=state.ended or "EXPIRED")
        return Turn(replace(expired, assumptions=state.assumptions | {Assumption.END_REASON}))
    run = Run.of(library, state if moment == state.now else replace(state, now=moment))
    run.answer(state.waiting, event)
    run.go()
    return run.turn()


def take(library: Library, state: State, transition: int) -> Turn:
    """Leave the widget where a run stands or waits by one of its transitions, whatever its conditions say, and run on.

    For exploring and for following a recorded execution.

    Args:
        library: the flows that it began with.
        state: where it stands; it is not changed.
        transition: which transition, counted from 0.

    Raises:
        SimulationError: the run has ended, or the widget has no such transition.
    """
    frame = state.frames[-1]
    flow = library.find(frame.flow, str(frame.revision))
    widget = None if flow is None else flow.widget(frame.widget)
    if state.ended is not None or widget is None or not 0 <= transition < len(widget.transitions):
        raise SimulationError(
            f"{frame.widget} has no transition {transition} to take",
            hint="Take one of the transitions of the widget where an active run stands.",
        )
    run = Run.of(library, replace(state, waiting=None))
    saved = None if state.waiting is None else state.waiting.saved or None
    run.leave(widget, Move(widget.transitions[transition].event, saved, transition=transition))
    run.go()
    return run.turn()


def stop(state: State, at: float | None = None) -> State:
    """End an active run from outside, as the REST API and the Console do.

    A request or a Function under way is still waited for: give its answer to `advance`.

    Raises:
        SimulationError: it has ended already.
    """
    if state.ended is not None:
        raise SimulationError("the execution has ended already", hint="Only an active execution can be ended.")
    waiting = state.waiting if state.waiting is not None and _goes_on(state.waiting.type) else None
    known = state.assumptions | {Assumption.END_REASON, *((Assumption.STOPPED,) if waiting else ())}
    return replace(state, now=max(state.now, at or 0.0), waiting=waiting, ended="STOPPED", assumptions=known)


def settle(library: Library, turn: Turn) -> Turn:
    """Go on with usual outcomes until somebody has to say what happens: messages are sent, audio is played.

    Steps and effects of the turn given come first.
    """
    steps, effects, state = list(turn.steps), list(turn.effects), turn.state
    while (request := state.waiting) is not None and request.usual is not None:
        turn = advance(library, state, Outcome(request.usual))
        state = turn.state
        steps.extend(turn.steps)
        effects.extend(turn.effects)
    return Turn(state, tuple(steps), tuple(effects))


def due(state: State) -> float | None:
    """Tell when a run goes on by itself: give it `TimedOut` then. None for one that waits for nothing."""
    if state.waiting is None:
        return None
    end = state.started + LIFETIME
    return end if state.waiting.deadline is None else min(end, state.waiting.deadline)


def _moment(state: State, event: Event, at: float | None) -> float:
    deadline = due(state)
    moment = at
    if moment is None:
        moment = deadline if isinstance(event, TimedOut) and deadline is not None else state.now
    if moment < state.now:
        raise SimulationError("time does not run backwards", hint=f"The run is at {state.now} already.")
    if isinstance(event, TimedOut) and deadline is not None and moment < deadline:
        raise SimulationError("it is not time yet", hint=f"The deadline is {deadline}.")
    late = state.waiting is not None and state.waiting.deadline is not None and moment > state.waiting.deadline
    if late and not isinstance(event, TimedOut):
        raise SimulationError("the deadline has passed", hint="Give the run `TimedOut` first.")
    return moment


def _goes_on(widget_type: str) -> bool:
    return kind_of(widget_type).channel == "none"


def _refuse_sizes(library: Library, flow: Flow) -> None:
    if flow.size >= MOST_BYTES:
        raise SimulationError(
            f"the definition has {flow.size:,} bytes; Studio takes less than {MOST_BYTES:,}",
            hint="Split the flow into subflows.",
        )
    found = [
        library.find(sid, "LatestPublished" if not revision.isdecimal() else revision)
        for sid, revision in flow.subflows
    ]
    widgets = len(flow.widgets) + sum(len(subflow.widgets) for subflow in found if subflow is not None)
    if widgets > MOST_WIDGETS:
        raise SimulationError(
            f"{widgets:,} widgets with those of its subflows; Studio takes {MOST_WIDGETS:,}",
            hint="Split the flow into several flows.",
        )
