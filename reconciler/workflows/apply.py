"""Apply: lock, settle, plan, ask, validate, execute, record. A run may be killed at any point and started again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.apply.execute import Notice, execute
from reconciler.apply.ledger import Ledger
from reconciler.apply.recover import recover
from reconciler.apply.run import Run
from reconciler.apply.validate import validate
from reconciler.errors import LeaseLostError, StaleError
from reconciler.model.address import Address
from reconciler.model.desired import Desired, OnDrift
from reconciler.model.record import SetAccount, State
from reconciler.plan import document
from reconciler.plan.inputs import flow_names, flow_sids
from reconciler.plan.options import PlanOptions
from reconciler.plan.outcome import Failed, Outcome
from reconciler.plan.values import Plan
from reconciler.ports import StateSession
from reconciler.workflows.plan import decide, must_match
from reconciler.workflows.refresh import look_of
from reconciler.workflows.results import Applied, Event, PlanDecided, Recovered, StepEnded, StepStarted
from reconciler.workflows.world import WritingWorld


@dataclass(frozen=True, slots=True)
class ApplyRequest:
    """What is to be applied.

    Attributes:
        saved: a plan that somebody approved by saving it; None plans now.
        blank: the state to start from when there is none.
        validate: whether Studio is asked about definitions before the first write.
        lock_timeout: seconds to wait for the lock.
        source: where the manifests come from (`git:COMMIT`), kept with each revision.
    """

    desired: Desired
    options: PlanOptions
    saved: Plan | None
    blank: State
    validate: bool = True
    lock_timeout: float = 0.0
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """What a person said to a plan; `on_drift_of` is what drift of single flows shall meet."""

    approved: bool
    on_drift_of: Mapping[Address, OnDrift] = field(default_factory=dict)


Approve = Callable[[Plan], Approval]
Tell = Callable[[Event], None]


def apply(world: WritingWorld, request: ApplyRequest, approve: Approve, tell: Tell) -> Applied:
    """Bring Studio to what the manifests say, as far as nothing speaks against it.

    `approve` is asked unless the plan was saved or sends nothing; `tell` hears of everything as it happens, from one
    thread. A plan that a guard refuses as a whole comes back without outcomes.

    Raises:
        StateLockedError, StateMismatchError, StateDamagedError: see `StateStore.open`.
        StaleError: a saved plan was decided on something else.
        StateWriteError: the state could not be written at the end; its journal holds everything.
    """
    with world.store.open(create=request.blank, timeout=request.lock_timeout) as session:
        must_match(session.state, request.blank)
        settle(world, request.desired, session, tell)
        plan = _plan(world, request, session.state)
        tell(PlanDecided(plan))
        if plan.refused or not plan.steps:
            return Applied(plan, ())
        if request.saved is None and not plan.empty:
            approval = approve(plan)
            if not approval.approved:
                return Applied(plan, (), declined=True)
            request, plan = _as_said(world, request, session.state, plan, approval)
            if approval.on_drift_of:
                tell(PlanDecided(plan))
        return carry_out(world, request, session, plan, tell)


def settle(world: WritingWorld, desired: Desired, session: StateSession, tell: Tell) -> None:
    """Find out how the writes of an interrupted run ended, and record that before anything else."""
    state = session.state
    if not state.pending:
        return
    for one in recover(look_of(world.reading(), desired), world.pool, state, desired):
        session.record(one.changes)
        tell(Recovered(one.address, one.message, one.sid, one.overwritten))


def _plan(world: WritingWorld, request: ApplyRequest, state: State) -> Plan:
    if request.saved is None:
        return decide(world.reading(), request.desired, request.options, state, request.blank).planned.plan
    _must_still_hold(request.saved, request.desired, state)
    return request.saved


def _must_still_hold(plan: Plan, desired: Desired, state: State) -> None:
    """Refuse a saved plan that was decided on something else.

    Raises:
        StaleError: manifests, lineage, serial or account are not those of the plan.
    """
    pairs = (
        ("the manifests", plan.manifests, desired.digest),
        ("the state's lineage", plan.lineage, state.lineage if state.serial or state.resources else plan.lineage),
        ("the state's serial", plan.serial, state.serial),
        ("the account", plan.account, state.account or plan.account),
        ("the environment", plan.environment, desired.environment.name),
    )
    changed = [what for what, planned, now in pairs if planned != now]
    # A run that crashed since leaves its outcomes under the same serial.
    changed += [str(s.address) for s in plan.steps if s.reason == "not-recorded" and s.address in state.resources]
    if changed:
        raise StaleError(f"the plan is stale: {', '.join(changed)} changed since it was made", hint="Plan again.")


def _as_said(
    world: WritingWorld, request: ApplyRequest, state: State, plan: Plan, approval: Approval
) -> tuple[ApplyRequest, Plan]:
    """Plan again when a person decided what drift shall meet; what they approved otherwise stands."""
    if not approval.on_drift_of:
        return request, plan
    request = replace(request, options=replace(request.options, on_drift_of=approval.on_drift_of))
    return request, _plan(world, request, state)


def carry_out(world: WritingWorld, request: ApplyRequest, session: StateSession, plan: Plan, tell: Tell) -> Applied:
    """Do a plan that was decided on this very state and that nobody has to approve any more."""
    if plan.account is not None and session.state.account is None:
        session.record([SetAccount(plan.account)])
    session.sign(document.digest(plan))
    run = _run(world, request, session, plan)
    refused = validate(run, plan, world.pool)
    if refused:
        for outcome in refused:
            tell(StepEnded(outcome))
        return Applied(plan, refused)
    notice = Notice(lambda step: tell(StepStarted(step)), lambda outcome: tell(StepEnded(outcome)))
    outcomes: Sequence[Outcome] = execute(run, plan, world.pool, notice)
    lost = any(isinstance(each, Failed) and isinstance(each.error, LeaseLostError) for each in outcomes)
    return Applied(plan, tuple(outcomes), interrupted=world.clock.stopping(), lease_lost=lost)


def _run(world: WritingWorld, request: ApplyRequest, session: StateSession, plan: Plan) -> Run:
    desired, state = request.desired, session.state
    return Run(
        look=look_of(world.reading(), desired),
        writer=world.writer,
        validator=world.validator if request.validate else None,
        chance=world.chance,
        ledger=Ledger(session, _standing(plan, flow_sids(desired, state))),
        desired=desired,
        options=request.options,
        plan_digest=document.digest(plan),
        names=flow_names(desired, state),
        source=request.source,
    )


def _standing(plan: Plan, sids: Mapping[str, str]) -> dict[str, str]:
    """Give the SIDs by name of flows that exist: one that is created again has none until then."""
    creating = {step.address.name for step in plan.steps if step.kind == "create"}
    return {name: sid for name, sid in sids.items() if name not in creating}
