"""Run the steps of a plan: as many at once as the pool has threads, each as soon as what it needs is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from reconciler.apply import other_steps, write_flow
from reconciler.apply.run import Run
from reconciler.apply.schedule import Schedule
from reconciler.errors import (
    ConflictError,
    InterruptedRunError,
    LeaseLostError,
    ReconcilerError,
    RefusedError,
    StaleError,
    StateWriteError,
)
from reconciler.model.address import Address
from reconciler.plan.outcome import Conflicted, Done, Failed, Outcome, Pending, Refused, Skipped
from reconciler.plan.values import Objection, Plan, Step, StepKind
from reconciler.ports import Pool

GRACE: Final = 8.0
"""Seconds that steps in flight may still take after the first Ctrl-C (design section 8)."""

LEASE: Final = "lease"
"""What steps waited for that were skipped because the lock of the state was lost."""

_LOOK_UP: Final = 0.2
"""Seconds after which a wait for steps looks up, so that Ctrl-C is noticed."""

STEPS: Final[Mapping[StepKind, Callable[[Run, Step], Done]]] = {
    "create": write_flow.create,
    "update": write_flow.update,
    "publish": write_flow.update,
    "delete": other_steps.delete,
    "set-test-users": other_steps.set_test_users,
    "adopt": other_steps.adopt,
    "forget": other_steps.forget,
    "record": other_steps.record,
}


@dataclass(frozen=True, slots=True)
class Notice:
    """Whom to tell what happens; called from one thread only."""

    started: Callable[[Step], None]
    ended: Callable[[Outcome], None]


@dataclass(slots=True)
class _Progress:
    schedule: Schedule
    objections: Mapping[Address, tuple[Objection, ...]]
    notice: Notice
    running: dict[Future[Outcome], int] = field(default_factory=dict)
    steps: dict[int, Step] = field(default_factory=dict)
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    halted: str | None = None
    deadline: float | None = None

    def end(self, index: int, outcome: Outcome) -> None:
        """Note what came of a step, and of what waited for it."""
        self.outcomes[index] = outcome
        self.notice.ended(outcome)
        if isinstance(outcome, Done):
            self.schedule.done(index)
            return
        for follower, step, because in self.schedule.not_done(index):
            self.outcomes[follower] = Skipped(step, because)
            self.notice.ended(self.outcomes[follower])


def execute(run: Run, plan: Plan, pool: Pool, notice: Notice) -> tuple[Outcome, ...]:
    """Run every step of a plan that nothing speaks against; give the outcomes in the order of the plan.

    Steps whose address a guard objects to are refused, and what waits for a step that was not done is skipped. When
    the state cannot be written, nothing new is started. After an interrupt, what runs has a few seconds to end.
    """
    progress = _Progress(Schedule(plan.steps), _by_address(plan), notice)
    while True:
        _halt_if_asked(run, progress)
        _start(run, pool, progress)
        if not progress.running:
            break
        _collect(run, pool, progress)
        if progress.deadline is not None and run.look.clock.monotonic() >= progress.deadline:
            break
    for index in sorted(progress.running.values()):
        progress.end(index, Pending(progress.steps[index], "no answer yet; the next run finds out"))
    for index, step in progress.schedule.rest():
        progress.end(index, Skipped(step, progress.halted or "interrupted"))
    return tuple(progress.outcomes[index] for index in sorted(progress.outcomes))


def _by_address(plan: Plan) -> dict[Address, tuple[Objection, ...]]:
    found: dict[Address, tuple[Objection, ...]] = {}
    for objection in plan.objections:
        if objection.scope == "step" and objection.address is not None:
            found[objection.address] = (*found.get(objection.address, ()), objection)
    return found


def _halt_if_asked(run: Run, progress: _Progress) -> None:
    if run.look.clock.stopping() and progress.deadline is None:
        progress.halted = "interrupted"
        progress.deadline = run.look.clock.monotonic() + GRACE


def _start(run: Run, pool: Pool, progress: _Progress) -> None:
    while progress.halted is None and len(progress.running) < pool.size:
        handed = progress.schedule.next()
        if handed is None:
            return
        index, step = handed
        objections = progress.objections.get(step.address)
        if objections:
            progress.end(index, Refused(step, objections))
            continue
        progress.notice.started(step)
        progress.steps[index] = step
        progress.running[pool.submit(partial(perform, run, step))] = index


def _collect(run: Run, pool: Pool, progress: _Progress) -> None:
    left = _LOOK_UP if progress.deadline is None else progress.deadline - run.look.clock.monotonic()
    for future in pool.wait(progress.running, timeout=min(max(left, 0.0), _LOOK_UP)):
        index = progress.running.pop(future)
        outcome = future.result()
        if isinstance(outcome, Failed) and isinstance(outcome.error, StateWriteError):
            progress.halted = LEASE if isinstance(outcome.error, LeaseLostError) else "state"
        progress.end(index, outcome)


def perform(run: Run, step: Step) -> Outcome:
    """Do one step and say what came of it. Only what nobody foresaw is raised.

    As long as an intent stands in the state, a step that ended with an error is not failed but open.
    """
    try:
        return STEPS[step.kind](run, step)
    except StateWriteError as error:
        return Failed(step, error)
    except ReconcilerError as error:
        return _ended(step, error, is_open=run.ledger.has_intent(step.address))


def _ended(step: Step, error: ReconcilerError, *, is_open: bool) -> Outcome:
    if is_open:
        return Pending(step, _sentence(error))
    match error:
        case InterruptedRunError():
            return Skipped(step, "interrupted")
        case ConflictError() | StaleError():
            return Conflicted(step, _sentence(error))
        case RefusedError():
            return Refused(step, (Objection("active", "step", step.address, error.message, "--allow-active"),))
        case _:
            return Failed(step, error)


def _sentence(error: ReconcilerError) -> str:
    return f"{error.message}. {error.hint}" if error.hint else error.message
