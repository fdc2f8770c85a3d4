"""Decide beforehand what a release would do: its flows, what is tried, what is watched, and what speaks against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reconciler.model.address import Address
from reconciler.model.desired import Desired
from reconciler.model.record import FlowRecord, State
from reconciler.model.release import Release, ReleasedFlow
from reconciler.plan.guard import objections
from reconciler.plan.inputs import Inputs, recorded_as, status_of
from reconciler.plan.values import Objection, Step
from reconciler.workflows.plan import Decided, decide
from reconciler.workflows.release.sides import manifest_digest, narrowed
from reconciler.workflows.release.values import ReleasePlan, ReleaseRequest, Tried, Watched
from reconciler.workflows.world import ReadingWorld

_CHANGES = frozenset({"create", "update", "publish"})


def plan_release(world: ReadingWorld, request: ReleaseRequest) -> ReleasePlan:
    """Say what a release would do. Writes nothing, neither to Studio nor to the state.

    Raises:
        StateMismatchError, CycleError, UsageError, StudioError: see `workflows.plan.make_plan`.
    """
    return prepare(world, request, world.state.read() or request.blank)


def prepare(world: ReadingWorld, request: ReleaseRequest, state: State) -> ReleasePlan:
    """Say what a release on top of a given state would do."""
    decided = decide(world, request.desired, request.options, state, request.blank)
    built, state = decided.built, decided.planned.state
    group = {step.address for step in built.plan.steps if step.kind in _CHANGES}
    users = tuple(a for a, u in request.desired.test_users.items() if u.flow in group)
    chosen = group | set(users)
    # Guards are asked again: what a release leaves alone speaks neither for nor against it.
    part = replace(narrowed(replace(built.plan, objections=()), chosen), warnings=built.plan.warnings)
    definitions = {a: d for a, d in built.definitions.items() if a in group}
    inputs = Inputs(request.desired, state, decided.planned.live, request.options)
    found = objections(inputs, replace(built, plan=part, definitions=definitions))
    own = (*_merged(part.steps), *_under_way(state, request), *_taken_back(state, request, group))
    plan = replace(part, objections=(*_of(found, chosen), *own), manifests=request.desired.digest)
    return ReleasePlan(
        plan=plan,
        flows=tuple(_flow(request.desired, decided, step) for step in plan.steps if step.kind in _CHANGES),
        users=tuple(sorted(users)),
        smoke=tuple(Tried(a, s) for a in _order(plan.steps) for s in request.desired.flows[a].release.smoke),
        watched=tuple(Watched(a, request.watch(request.desired.flows[a])) for a in _order(plan.steps)),
        left=tuple(s for s in built.plan.steps if s.address not in chosen and s.kind != "record"),
    )


def _order(steps: tuple[Step, ...]) -> list[Address]:
    return [step.address for step in steps if step.kind in _CHANGES]


def _of(found: tuple[Objection, ...], chosen: set[Address]) -> Iterator[Objection]:
    return (o for o in found if o.id != "empty" and (o.scope == "plan" or o.address in chosen))


def _flow(desired: Desired, decided: Decided, step: Step) -> ReleasedFlow:
    flow, basis = desired.flows[step.address], step.basis
    live = decided.planned.live.flows.get(basis.sid or "")
    known = recorded_as(decided.planned.state, flow)
    status = flow.status if live is None else status_of(flow, live.row.status)
    return ReleasedFlow(
        address=step.address,
        sid=basis.sid,
        base=basis.revision,
        previous=basis.published_revision,
        previous_digest=_previous_digest(decided, step, None if known is None else known[1]),
        publish=status == "published",
        manifest=manifest_digest(flow),
    )


def _previous_digest(decided: Decided, step: Step, record: FlowRecord | None) -> str | None:
    number = step.basis.published_revision
    live = decided.planned.live.flows.get(step.basis.sid or "")
    for seen in (live.published, live.body) if live is not None else ():
        if seen is not None and seen.revision == number and seen.definition is not None:
            return seen.definition.digests.full
    head = record.published if record is not None else None
    return head.digests.full if head is not None and head.revision == number else None


def _merged(steps: tuple[Step, ...]) -> Iterator[Objection]:
    for step in steps:
        if step.reason == "merged":
            message = f"{step.address}: a release publishes what the manifests say, not a merge with what others did"
            command = f"reconciler pull {step.address} --merge"
            yield Objection("merge", "plan", step.address, message, None, command)


def _under_way(state: State, request: ReleaseRequest) -> Iterator[Objection]:
    now = state.releasing
    if now is not None:
        message = (
            f"release {now.id} is under way (stage {now.stage}): one at a time in {request.desired.environment.name}"
        )
        yield Objection("release", "plan", None, message, None, "reconciler release")


def _taken_back(state: State, request: ReleaseRequest, group: set[Address]) -> Iterator[Objection]:
    last = state.release
    if last is None or last.stage != "taken-back" or request.again or last.cause in {None, "asked", "conflict"}:
        return
    if group and same_as(last, request.desired) >= group:
        message = f"release {last.id} of the very same was taken back: {last.reason}"
        yield Objection("taken-back", "plan", None, message, "--again")


def same_as(release: Release, desired: Desired) -> set[Address]:
    """Give the flows of a release of which the manifests still say what they said when it began."""
    flows = desired.flows
    return {f.address for f in release.flows if f.address in flows and manifest_digest(flows[f.address]) == f.manifest}
