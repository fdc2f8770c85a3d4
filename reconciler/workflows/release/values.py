"""What a release is asked, told and gives back. Values only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from reconciler.errors import ReconcilerError
from reconciler.model.address import Address
from reconciler.model.desired import Desired, DesiredFlow, OnDrift
from reconciler.model.record import State
from reconciler.model.release import Release, ReleasedFlow, Smoke, SmokeRun, Watch
from reconciler.plan.options import PlanOptions
from reconciler.plan.values import Plan, Step
from reconciler.ports import ExecutionReader, ExecutionWriter, HealthSource
from reconciler.workflows.results import Event
from reconciler.workflows.world import WritingWorld

NO_WATCH: Final = Watch()


@dataclass(frozen=True, slots=True)
class ReleaseRequest:
    """What is to be released.

    Attributes:
        desired: what the manifests say.
        options: what a person says of the plan; its targets are the flows, none means all that would change.
        blank: the state to start from when there is none.
        validate: whether Studio is asked about definitions before the first write.
        lock_timeout: seconds to wait for the lock, each time.
        source: where the manifests come from.
        watch_for: how long callers are watched, instead of what the manifests say; zero does not watch.
        again: also what was taken back before, unchanged.
        on_drift: what going back meets when others published meanwhile: `revert` takes theirs back too, `accept`
            leaves such a flow alone; None is a conflict.
    """

    desired: Desired
    options: PlanOptions
    blank: State
    validate: bool = True
    lock_timeout: float = 0.0
    source: str | None = None
    watch_for: timedelta | None = None
    again: bool = False
    on_drift: OnDrift | None = None

    def watch(self, flow: DesiredFlow) -> Watch:
        """Give how the callers of a flow are watched."""
        watch = flow.release.watch or self.desired.policy.watch or NO_WATCH
        return watch if self.watch_for is None else replace(watch, span=self.watch_for)


@dataclass(frozen=True, slots=True)
class ReleasingWorld:
    """What a release may do: what apply may, and start and end executions of its own."""

    writing: WritingWorld
    runs: ExecutionReader
    runner: ExecutionWriter
    health: HealthSource


@dataclass(frozen=True, slots=True)
class Tried:
    """One declared smoke execution and the flow it belongs to."""

    flow: Address
    smoke: Smoke


@dataclass(frozen=True, slots=True)
class Watched:
    """How the callers of one flow are watched."""

    flow: Address
    watch: Watch


@dataclass(frozen=True, slots=True)
class ReleasePlan:
    """What a release would do, stage by stage.

    Attributes:
        plan: the changes of its flows with every objection, in the order in which they are published.
        flows: the group.
        users: test users that are set on the way.
        smoke: what is tried on the drafts.
        watched: flows whose callers are watched.
        left: steps that apply would do and a release does not (deletes, for one).
    """

    plan: Plan
    flows: tuple[ReleasedFlow, ...]
    users: tuple[Address, ...] = ()
    smoke: tuple[Tried, ...] = ()
    watched: tuple[Watched, ...] = ()
    left: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class ReleaseDecided:
    """The release that is about to begin."""

    decided: ReleasePlan


@dataclass(frozen=True, slots=True)
class StageBegan:
    """A stage begins, or goes on; `resumed`: an earlier run was in it."""

    release: Release
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class SmokeBegan:
    """A smoke execution runs."""

    run: SmokeRun


@dataclass(frozen=True, slots=True)
class SmokeEnded:
    """A smoke execution was judged."""

    run: SmokeRun


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look at the callers of one flow showed; `left`: seconds of the watch that are left."""

    flow: Address
    executions: int
    failed: int
    errors: int
    left: float


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that stops nothing."""

    message: str


ReleaseEvent = Event | ReleaseDecided | StageBegan | SmokeBegan | SmokeEnded | Looked | Warned
Tell = Callable[[ReleaseEvent], None]
Approve = Callable[[ReleasePlan], bool]


@dataclass(frozen=True, slots=True)
class Released:
    """What came of a release.

    Attributes:
        release: as it is now; None when nothing began.
        decided: what it would do; None when one that was under way went on.
        declined: a person said no.
        interrupted: it was asked to stop; it is still under way.
        halted: why it stopped while it is still under way, a sentence; None when it did not.
        conflict: it could not go back because of what others did.
        asked: a person asked it to go back.
        error: what halted it, where that was an error.
    """

    release: Release | None
    decided: ReleasePlan | None = None
    declined: bool = False
    interrupted: bool = False
    halted: str | None = None
    conflict: bool = False
    asked: bool = False
    error: ReconcilerError | None = None
