"""The engine: a run goes from widget to widget until it needs the outside, or ends.

Pure: the same state and the same event give the same turn. It knows steps, limits and subflows; what a widget does is
in `reconciler.simulate.widgets`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, assert_never

from reconciler.definition.moves import ENDED
from reconciler.errors import SimulationError
from reconciler.simulate.assumptions import Assumption
from reconciler.simulate.context import subflow_context, variables_of, with_saved, with_variables
from reconciler.simulate.effects import Effect, SubflowEntered, Troubled, TroubleKind
from reconciler.simulate.events import Event, HungUp
from reconciler.simulate.flow import Flow, Library, Widget
from reconciler.simulate.scene import Call, Kind, Move, Scene, Wait
from reconciler.simulate.sids import sid_of
from reconciler.simulate.state import EndReason, Frame, Request, State, Step, Turn
from reconciler.simulate.widgets.kinds import kind_of

MOST_STEPS: Final = 1_000
"""Steps of an execution, subflows included (api.md A8)."""

MOST_REPEATS: Final = 10
"""Runs of the same widget in a row (api.md A8)."""

_DRAFTS: Final = frozenset({"LatestDraft", "LatestRevision"})


@dataclass(slots=True)
class Run:
    """One turn of an execution under way: a state taken apart, so that a step need not copy it.

    Attributes:
        library: the flows that it may use.
        given: the state that the turn began with.
        frames, waiting, ended, hung_up, assumptions: as in a state.
        over: whether nothing more is to run, for good.
        steps, effects: what happened in this turn.
    """

    library: Library
    given: State
    frames: list[Frame]
    waiting: Request | None
    ended: EndReason | None
    hung_up: bool
    assumptions: set[Assumption]
    over: bool = False
    steps: list[Step] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    @staticmethod
    def of(library: Library, state: State) -> Run:
        """Take up a state, which stays as it is."""
        return Run(
            library, state, list(state.frames), state.waiting, state.ended, state.hung_up, set(state.assumptions)
        )

    def turn(self) -> Turn:
        """Give what came of it."""
        state = replace(
            self.given,
            frames=tuple(self.frames),
            steps=self.given.steps + len(self.steps),
            waiting=self.waiting,
            ended=self.ended,
            hung_up=self.hung_up,
            assumptions=frozenset(self.assumptions),
        )
        return Turn(state, tuple(self.steps), tuple(self.effects))

    def go(self) -> None:
        """Run widgets until one waits or the execution is over."""
        while self.waiting is None and not self.over:
            self._begin()

    def answer(self, request: Request, event: Event) -> None:
        """Give an event to the widget that waits.

        Args:
            request: what is waited for.
            event: what happened.

        Raises:
            SimulationError: the widget cannot take it.
        """
        widget = self._widget()
        kind = kind_of(widget.type)
        scene = self._scene(widget)
        move = kind.finish(scene, request, event)
        self._note(scene)
        if move is None:
            self._unanswered(kind, request, event)
            return
        if kind.events and move.event not in kind.events:
            self._assume(Assumption.UNLISTED_EVENT)
        self.waiting = None
        self.leave(widget, move)

    def leave(self, widget: Widget, move: Move) -> None:
        """Record a step out of a widget, and stand at the next."""
        index = self._chosen(widget, move) if move.transition is None else move.transition
        following = None if index is None else widget.transitions[index].next
        if move.event in {"hangup", "answered"}:
            self.hung_up = move.event == "hangup"
        self._record(widget, move, index, following)
        if following is None and len(self.frames) == 1:
            self._end("FLOW_END")
        elif self.given.steps + len(self.steps) >= MOST_STEPS:
            self._trouble(widget, "limit", f"more than {MOST_STEPS:,} steps", 81000)
            self._end("STEP_LIMIT")
        elif following is None:
            self._return()
        else:
            self._stand_at(widget, following)

    def _begin(self) -> None:
        widget = self._widget()
        kind = kind_of(widget.type)
        if kind.channel != "none" and self._cannot_talk(widget, kind):
            return
        scene = self._scene(widget)
        begun = kind.begin(scene)
        self._note(scene)
        match begun:
            case Move():
                self.leave(widget, begun)
            case Wait():
                self._wait(widget, kind, begun)
            case Call():
                self._call(widget, begun)
            case _:
                assert_never(begun)

    def _cannot_talk(self, widget: Widget, kind: Kind) -> bool:
        if self.ended is not None:
            self._assume(Assumption.STOPPED)
            self.over = True
        elif self.hung_up and kind.channel == "voice" and not widget.type.startswith("make-outgoing-call"):
            self._assume(Assumption.HANG_UP)
            self._end("CONTACT_HUNG_UP")
        return self.over

    def _wait(self, widget: Widget, kind: Kind, wait: Wait) -> None:
        more = dict.fromkeys(t.event for t in widget.transitions if t.event not in kind.events)
        if wait.timeout is not None:
            self._assume(Assumption.TIMEOUTS)
        request = Request(
            widget=widget.name,
            type=widget.type,
            need=wait.need,
            answers=(*kind.events, *more),
            usual=wait.usual,
            deadline=None if wait.timeout is None else self.given.now + wait.timeout,
            saved=wait.saved,
        )
        self.waiting = request

    def _call(self, widget: Widget, call: Call) -> None:
        flow = self._subflow(call)
        if flow is None or len(self.frames) > 1:
            why = "a subflow cannot call another" if flow is not None else f"no flow {call.flow} at {call.revision}"
            self._trouble(widget, "subflow", why, 81024)
            self.leave(widget, Move("failed"))
            return
        self._assume(Assumption.SUBFLOW_SCOPE)
        outer = self.frames[-1]
        step = outer.step or sid_of("FT", self.given.execution, "step.0")
        context = subflow_context(outer.context, flow, call.parameters, step)
        frame = Frame(flow.sid, flow.revision, flow.initial, context, repeats=1, parent_step=step)
        self.effects.append(SubflowEntered(widget.name, flow.sid, flow.revision, call.parameters))
        self.frames.append(frame)

    def _subflow(self, call: Call) -> Flow | None:
        revision = call.revision
        if revision in _DRAFTS:
            self._assume(Assumption.SUBFLOW_DRAFT)
            revision = "LatestRevision" if self.given.test_user else "LatestPublished"
        flow = self.library.find(call.flow, revision)
        return flow if flow is not None and flow.initial else None

    def _return(self) -> None:
        values = variables_of(self.frames.pop().context)
        self.leave(self._widget(), Move("completed", values))

    def _stand_at(self, widget: Widget, following: str) -> None:
        frame = self.frames[-1]
        if self._flow().widget(following) is None:
            self._assume(Assumption.DANGLING)
            self._trouble(widget, "definition", f"no widget is called {following}")
            self._end("DANGLING_TRANSITION")
            return
        repeats = frame.repeats + 1 if following == widget.name else 1
        if repeats > MOST_REPEATS:
            self._assume(Assumption.REPEATS)
            self._trouble(widget, "limit", f"{following} ran {MOST_REPEATS} times in a row")
            self._end("REPEAT_LIMIT")
            return
        self.frames[-1] = Frame(
            frame.flow, frame.revision, following, frame.context, repeats, frame.step, frame.parent_step
        )

    def _record(self, widget: Widget, move: Move, index: int | None, following: str | None) -> None:
        frame, number = self.frames[-1], self._number()
        context = frame.context if move.saved is None else with_saved(frame.context, widget.name, move.saved)
        if move.variables:
            context = with_variables(context, move.variables)
        step = Step(
            number=number,
            sid=sid_of("FT", self.given.execution, f"step.{number}"),
            flow=frame.flow,
            name=move.event,
            transitioned_from=widget.name,
            transitioned_to=following or ENDED,
            type=widget.type,
            transition=index,
            at=self.given.now,
            parent_step=frame.parent_step,
            context=context,
        )
        self.steps.append(step)
        # Written out: `replace` looks at every field twice, and this is done for every step.
        self.frames[-1] = Frame(
            frame.flow, frame.revision, frame.widget, context, frame.repeats, step.sid, frame.parent_step
        )

    def _chosen(self, widget: Widget, move: Move) -> int | None:
        found = [index for index, transition in enumerate(widget.transitions) if transition.event == move.event]
        if not found:
            self._assume(Assumption.NO_TRANSITION)
            return None
        if len(found) > 1:
            self._assume(Assumption.DUPLICATE_EVENT)
        return found[0]

    def _unanswered(self, kind: Kind, request: Request, event: Event) -> None:
        if not isinstance(event, HungUp):
            raise SimulationError(
                f"{request.widget} ({request.type}) cannot take {event!r}",
                hint=f"It waits for one of: {', '.join(request.answers)}.",
            )
        self._assume(Assumption.HANG_UP)
        self.hung_up = True
        if kind.channel == "voice":
            self._end("CONTACT_HUNG_UP")

    def _end(self, reason: EndReason) -> None:
        if reason != "FLOW_END":
            self._assume(Assumption.END_REASON)
        self.over = True
        self.waiting, self.ended = None, self.ended or reason

    def _number(self) -> int:
        """Give the number of the step that comes next."""
        return self.given.steps + len(self.steps) + 1

    def _flow(self) -> Flow:
        frame = self.frames[-1]
        flow = self.library.find(frame.flow, str(frame.revision))
        if flow is None:
            raise SimulationError(
                f"no flow {frame.flow} at revision {frame.revision} in the library",
                hint="Give the run the same flows that it began with.",
            )
        return flow

    def _widget(self) -> Widget:
        name = self.frames[-1].widget
        widget = self._flow().widget(name)
        if widget is None:
            raise SimulationError(f"the flow has no widget {name!r}", hint="Give the run the flow that it began with.")
        return widget

    def _scene(self, widget: Widget) -> Scene:
        return Scene(widget, self.frames[-1].context, self.given.execution, self._number(), self.given.now)

    def _note(self, scene: Scene) -> None:
        self.effects.extend(scene.effects)
        self.assumptions |= scene.assumptions

    def _assume(self, assumption: Assumption) -> None:
        self.assumptions.add(assumption)

    def _trouble(self, widget: Widget, kind: TroubleKind, message: str, code: int | None = None) -> None:
        self.effects.append(Troubled(widget.name, kind, message, code))
