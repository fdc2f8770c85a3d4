"""Take a release from its first stage to its last, or back. A run may be killed anywhere; the next one goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from reconciler.errors import InterruptedRunError, ReconcilerError, RefusedError, UsageError
from reconciler.model.address import Address
from reconciler.model.release import Release, SmokeRun, Stage
from reconciler.ports import StateSession
from reconciler.workflows.release.back import go_back
from reconciler.workflows.release.forward import draft, publish, test_users
from reconciler.workflows.release.job import Job, Stopped
from reconciler.workflows.release.prepare import prepare, same_as
from reconciler.workflows.release.smoke import smoke
from reconciler.workflows.release.values import (
    Approve,
    Released,
    ReleaseDecided,
    ReleasePlan,
    ReleaseRequest,
    ReleasingWorld,
    StageBegan,
    Tell,
)
from reconciler.workflows.release.watch import watch

_STAGES: Final[Mapping[Stage, Callable[[Job, Release], Release | Stopped]]] = {
    "draft": draft,
    "test-users": test_users,
    "smoke": smoke,
    "publish": publish,
    "watch": watch,
    "back": go_back,
}
_AS_DECLARED: Final[frozenset[Stage]] = frozenset({"draft", "test-users", "smoke", "publish"})
"""Stages in which the manifests must still say what they said when the release began."""


def release(world: ReleasingWorld, request: ReleaseRequest, approve: Approve, tell: Tell) -> Released:
    """Release what the manifests change, or go on with the release that is under way.

    `approve` is asked before a new one begins; `tell` hears of everything as it happens, from one thread.

    Raises:
        StateLockedError, StateMismatchError, StateDamagedError: see `StateStore.open`; nothing began.
        RefusedError: the one under way cannot go on as the manifests are now.
        UsageError: another one is under way than the one that was asked for.
    """
    job = Job(world, request, tell)
    with job.session() as session:
        under_way = session.state.releasing
        if under_way is None:
            began = _begun(job, session, approve)
            if isinstance(began, Released):
                return began
            now, decided = began
        else:
            _must_go_on(request, under_way)
            now, decided = under_way, None
    return _through(job, now, decided, resumed=under_way is not None)


def take_back(world: ReleasingWorld, request: ReleaseRequest, tell: Tell) -> Released:
    """Take the release that is under way back, from whatever stage it is in.

    Raises:
        UsageError: none is under way.
        StateLockedError, StateMismatchError, StateDamagedError: see `StateStore.open`.
    """
    job = Job(world, request, tell)
    with job.session() as session:
        now = session.state.releasing
        if now is None:
            last = session.state.release
            hint = None if last is None else f"Release {last.id} is over: {last.stage}."
            raise UsageError("no release is under way", hint=hint)
        _must_be_confirmed(request)
        if now.stage != "back":
            now = job.go_back(session, now, "asked", "somebody asked for it")
    return replace(_through(job, now, None, resumed=True), asked=now.cause == "asked")


def _begun(job: Job, session: StateSession, approve: Approve) -> Released | tuple[Release, ReleasePlan]:
    decided = prepare(job.world.writing.reading(), job.request, session.state)
    job.tell(ReleaseDecided(decided))
    if decided.plan.objections or not decided.flows:
        return Released(None, decided)
    if not approve(decided):
        return Released(None, decided, declined=True)
    chance = job.world.writing.chance
    now = Release(
        id=chance.token(),
        stage="draft",
        began=job.look.server_now(),
        message=job.request.options.message,
        flows=decided.flows,
        smoke=tuple(SmokeRun(one.flow, one.smoke.name, chance.token()) for one in decided.smoke),
    )
    return job.put(session, now), decided


def _must_go_on(request: ReleaseRequest, now: Release) -> None:
    targets: set[Address] = set(request.options.scope.targets)
    if targets - set(now.addresses):
        raise UsageError(
            f"release {now.id} of {', '.join(map(str, now.addresses))} is under way (stage {now.stage})",
            hint="Say `reconciler release` to go on with it, or `reconciler release --back` to take it back.",
        )
    _must_be_confirmed(request)
    changed = set(now.addresses) - same_as(now, request.desired)
    if now.stage in _AS_DECLARED and changed:
        raise RefusedError(
            f"the manifests of {', '.join(map(str, sorted(changed)))} changed since release {now.id} began",
            hint="Put them back to go on with it, or take it back: `reconciler release --back`.",
        )


def _must_be_confirmed(request: ReleaseRequest) -> None:
    environment = request.desired.environment
    if environment.protected and request.options.confirm != environment.name:
        raise RefusedError(
            f"environment {environment.name} is protected: say its name to go on",
            hint=f"Say --confirm {environment.name}.",
        )


def _through(job: Job, now: Release, decided: ReleasePlan | None, *, resumed: bool) -> Released:
    """Go from stage to stage until the release is over, or cannot go on."""
    while now.under_way:
        if job.look.clock.stopping():
            return Released(now, decided, interrupted=True)
        job.tell(StageBegan(now, resumed))
        resumed = False
        try:
            came = _STAGES[now.stage](job, now)
        except InterruptedRunError:
            return Released(now, decided, interrupted=True)
        except ReconcilerError as error:
            return Released(now, decided, halted=error.message, error=error)
        if isinstance(came, Stopped):
            halted = None if came.interrupted else came.why
            return Released(
                came.release,
                decided,
                interrupted=came.interrupted,
                halted=halted,
                conflict=came.conflict,
                error=came.error,
            )
        now = came
    job.tell(StageBegan(now))
    return Released(now, decided)
