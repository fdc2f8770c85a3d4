"""What every stage has: ports, wishes, and the right to change the state while the release is still where it was."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from reconciler.apply.look import Look
from reconciler.errors import ReconcilerError, StaleError, StateWriteError
from reconciler.model.address import Address
from reconciler.model.desired import Desired
from reconciler.model.record import PutRelease
from reconciler.model.release import Cause, Release, Stage
from reconciler.plan.outcome import Done, Failed, Outcome, Skipped
from reconciler.plan.values import Plan
from reconciler.ports import StateSession
from reconciler.workflows.apply import ApplyRequest, carry_out, settle
from reconciler.workflows.plan import decide, must_match
from reconciler.workflows.refresh import look_of
from reconciler.workflows.release import sides
from reconciler.workflows.release.values import ReleaseRequest, ReleasingWorld, Tell, Warned
from reconciler.workflows.results import PlanDecided

Ending = Literal["done", "open", "conflict", "failed", "interrupted"]

_WORST: Final[tuple[Ending, ...]] = ("conflict", "failed", "open", "interrupted", "done")
"""When steps end in several ways, the first of these is what came of their stage."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A stage did not come to its end; the release is still under way.

    Attributes:
        why: a sentence.
        interrupted: it was asked to stop.
        conflict: others are in the way of going back.
    """

    release: Release
    why: str
    interrupted: bool = False
    conflict: bool = False
    error: ReconcilerError | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a release."""

    world: ReleasingWorld
    request: ReleaseRequest
    tell: Tell

    @property
    def look(self) -> Look:
        """Reads of flows in spite of lag."""
        return look_of(self.world.writing.reading(), self.request.desired)

    @contextlib.contextmanager
    def session(self, release: Release | None = None) -> Iterator[StateSession]:
        """Take the lock and settle what an interrupted run left open; the release must be where it was.

        Raises:
            StaleError: another run took the release on meanwhile.
            StateLockedError, StateMismatchError, StateDamagedError: see `StateStore.open`.
        """
        world, request = self.world.writing, self.request
        with world.store.open(create=request.blank, timeout=request.lock_timeout) as session:
            must_match(session.state, request.blank)
            if release is not None:
                _must_be(session.state.release, release)
            settle(world, request.desired, session, self.tell)
            yield session

    @staticmethod
    def current(session: StateSession, release: Release) -> Release:
        """Give a release as it is recorded now: another run may have gone on within the same stage."""
        return session.state.release or release

    def put(self, session: StateSession, release: Release) -> Release:
        """Record a release durably."""
        session.record([PutRelease(release)])
        return release

    def to(self, session: StateSession, release: Release, stage: Stage) -> Release:
        """Record that a stage is over and the next one begins."""
        return self.put(session, replace(release, stage=stage))

    def go_back(self, session: StateSession, release: Release, cause: Cause, reason: str) -> Release:
        """Record that the release goes back, and why."""
        self.tell(Warned(f"Going back: {reason}."))
        return self.put(session, replace(release, stage="back", cause=cause, reason=reason))

    def plan(self, session: StateSession, desired: Desired, release: Release, addresses: Collection[Address]) -> Plan:
        """Plan some addresses of a stage; nobody else's steps are in it."""
        world, request = self.world.writing.reading(), self.request
        options = sides.options(request.options, desired, release, addresses)
        plan = decide(world, desired, options, session.state, request.blank).planned.plan
        return sides.narrowed(plan, frozenset(addresses))

    def carry_out(
        self, session: StateSession, desired: Desired, release: Release, plan: Plan, *, validate: bool
    ) -> tuple[Outcome, ...]:
        """Do a stage's plan, through the one executor there is.

        Raises:
            StateWriteError: the state can no longer be written, or its lock was lost.
        """
        self.tell(PlanDecided(plan))
        if plan.refused or not plan.steps:
            return ()
        options = sides.options(self.request.options, desired, release, {s.address for s in plan.steps})
        asked = ApplyRequest(desired, options, None, self.request.blank, validate=validate, source=self.request.source)
        applied = carry_out(self.world.writing, asked, session, plan, self.tell)
        for outcome in applied.outcomes:
            if isinstance(outcome, Failed) and isinstance(outcome.error, StateWriteError):
                raise outcome.error
        return applied.outcomes


def _must_be(now: Release | None, expected: Release) -> None:
    if now is None or (now.id, now.stage) != (expected.id, expected.stage):
        where = "is not known any more" if now is None else f"is in stage {now.stage} by now"
        raise StaleError(f"another run took release {expected.id} on: it {where}", hint="`reconciler status` shows it.")


def ending(plan: Plan, outcomes: Collection[Outcome]) -> tuple[Ending, str]:
    """Say in one word what came of a stage's plan, and why in a sentence."""
    for objection in plan.objections if plan.refused else ():
        return "failed", objection.message
    if any(isinstance(o, Skipped) and o.because == "interrupted" for o in outcomes):
        return "interrupted", "interrupted"
    decided = [found for outcome in outcomes if (found := _of_outcome(outcome)) is not None]
    return min(decided, key=lambda found: _WORST.index(found[0]), default=("done", ""))


def _of_outcome(outcome: Outcome) -> tuple[Ending, str] | None:
    address = outcome.step.address
    match outcome.kind:
        case "conflict":
            return "conflict", f"{address}: {outcome.message}"
        case "refused":  # a guard that somebody may overrule, or whose cause may go away
            return "open", outcome.objections[0].message
        case "failed":
            return ("open" if outcome.error.retry else "failed"), f"{address}: {outcome.error.message}"
        case "pending":
            return "open", f"{address}: {outcome.message}"
        case "done" | "skipped":
            return None


def on_top_of_others(outcomes: Collection[Outcome]) -> str | None:
    """Say whose edit landed between our look and our write, and is below ours now; None when none did."""
    for outcome in outcomes:
        if isinstance(outcome, Done) and outcome.overwritten:
            newest = outcome.overwritten[-1]
            who = f" by {newest.author}" if newest.author else ""
            return f"{outcome.step.address}: others wrote revision {newest.revision}{who} just before ours"
    return None
