"""Where an execution stands, what it waits for, and the steps behind it: values only.

Contexts are JSON that several states share: whoever holds one must not change it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from reconciler.model.jsontypes import JsonObject
from reconciler.simulate.assumptions import Assumption
from reconciler.simulate.effects import Effect
from reconciler.simulate.flow import Flow
from reconciler.simulate.triggers import Trigger

EndReason: TypeAlias = Literal[
    "FLOW_END", "CONTACT_HUNG_UP", "STOPPED", "STEP_LIMIT", "REPEAT_LIMIT", "EXPIRED", "DANGLING_TRANSITION"
]

Need: TypeAlias = Literal["reply", "input", "response", "outcome"]
"""What is waited for: a message of the contact; keys or speech; an HTTP answer; anything that has a usual outcome."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What a run begins with.

    Attributes:
        flow: what runs.
        trigger: what starts it.
        at: when, in seconds since 1970.
        execution, account: SIDs; the defaults are for runs that nobody records.
        test_user: whether the contact is a test user of the flow, who runs drafts of subflows too.
    """

    flow: Flow
    trigger: Trigger
    at: float = 0.0
    execution: str = "FN00000000000000000000000000000001"
    account: str = "AC00000000000000000000000000000001"
    test_user: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What a run needs from outside to go on.

    Attributes:
        widget, type: who asks.
        need: what kind of answer.
        answers: the events that may follow, by Studio's names.
        usual: the event that follows when nothing special happens; None where somebody has to say.
        deadline: when `TimedOut` is due, in seconds since 1970; None for never.
        saved: what the widget saves besides what the answer brings.
    """

    widget: str
    type: str
    need: Need
    answers: tuple[str, ...]
    usual: str | None = None
    deadline: float | None = None
    saved: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Frame:
    """One flow on its way; a subflow has a frame of its own above its parent's.

    Attributes:
        flow, revision: what runs.
        widget: the widget that runs next, or waits.
        repeats: how many times in a row it has run.
        context: the variables, as Studio shows them.
        step: SID of the last step of this flow; None before the first.
        parent_step: SID of the parent's step that led into this flow; None outside of subflows.
    """

    flow: str
    revision: int
    widget: str
    context: JsonObject
    repeats: int = 0
    step: str | None = None
    parent_step: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """All that must be kept of a run to go on with it later, `reconciler.simulate.document` writes it as JSON.

    Attributes:
        execution, account: SIDs.
        started, now: seconds since 1970.
        frames: the flows on their way, the outermost first; the last one runs.
        steps: how many steps were taken.
        waiting: what it needs; None at an end, and before a widget that has not run yet.
        ended: why it ended; None while it is active.
        hung_up: whether the contact's call is over.
        test_user: see `Launch`.
        assumptions: what the run relied upon so far.
    """

    execution: str
    account: str
    started: float
    now: float
    frames: tuple[Frame, ...]
    steps: int = 0
    waiting: Request | None = None
    ended: EndReason | None = None
    hung_up: bool = False
    test_user: bool = False
    assumptions: frozenset[Assumption] = frozenset()

    @property
    def context(self) -> JsonObject:
        """The variables of the flow that runs; at the end, of the outermost."""
        return self.frames[-1].context


@dataclass(frozen=True, slots=True)
class Step:
    """One move, with what Studio's Step resource says of it.

    Attributes:
        number: 1 for the first of the execution.
        sid: `FT…`, the same in every run of the same execution.
        flow: SID of the flow that it belongs to, which may be a subflow.
        name: the event.
        transitioned_from, transitioned_to: names of widgets; `Ended` when nothing follows.
        type: the type of the widget that ran.
        transition: which transition was taken, counted from 0; None when the widget has none for the event.
        at: when, in seconds since 1970.
        parent_step: inside of a subflow: SID of the parent's step that led into it.
        context: the variables after it.
    """

    number: int
    sid: str
    flow: str
    name: str
    transitioned_from: str
    transitioned_to: str
    type: str
    transition: int | None
    at: float
    parent_step: str | None
    context: JsonObject = field(repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of one call: where the run stands, and what happened on the way, in order."""

    state: State
    steps: tuple[Step, ...] = ()
    effects: tuple[Effect, ...] = ()
