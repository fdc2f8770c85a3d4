"""The stages that write flows on the way forward: drafts, test users, and what makes the drafts live."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reconciler.model.desired import Desired
from reconciler.model.record import FlowRecord, State
from reconciler.model.release import Release, ReleasedFlow
from reconciler.plan.inputs import recorded_as
from reconciler.plan.values import Plan, Step
from reconciler.ports import StateSession
from reconciler.workflows.release import sides
from reconciler.workflows.release.job import Job, Stopped, ending, on_top_of_others

_WRITES = frozenset({"create", "update", "publish"})


def draft(job: Job, release: Release) -> Release | Stopped:
    """Save every flow as a draft, on top of what was there when the release was approved. Callers notice nothing."""
    with job.session(release) as session:
        release = job.current(session, release)
        desired = sides.drafts(job.request.desired, release)
        plan = job.plan(session, desired, release, release.addresses)
        for flow in release.flows:
            foreign = others_since(plan, flow) or _another_flow(plan, flow, record_of(session.state, desired, flow))
            if foreign is not None:
                return job.go_back(session, release, "conflict", foreign)
        outcomes = job.carry_out(session, desired, release, plan, validate=job.request.validate)
        how, why = ending(plan, outcomes)
        drafted = _drafted(release, session.state)
        below = on_top_of_others(outcomes)
        if below is not None:
            return job.go_back(session, drafted, "conflict", below)
        if how in {"conflict", "failed"}:
            return job.go_back(session, drafted, "conflict" if how == "conflict" else "failed", why)
        if how != "done":
            return Stopped(job.put(session, drafted), why, interrupted=how == "interrupted")
        return job.to(session, drafted, "test-users")


def others_since(plan: Plan, flow: ReleasedFlow) -> str | None:
    """Say what others did to a flow since the release began; None when they did nothing."""
    drift = next((d for d in plan.drift if d.address == flow.address), None)
    if drift is None or drift.change_class == "none":
        return None
    if drift.change_class == "deleted":
        return f"{flow.address} was deleted by others" if flow.base else None  # else it is there to be created again
    newest = next((r for r in reversed(drift.revisions) if not r.ours and r.revision > flow.base), None)
    if newest is None:
        return None
    who = f" by {newest.author}" if newest.author else ""
    return f"{flow.address}: others wrote revision {newest.revision}{who} meanwhile"


def _another_flow(plan: Plan, flow: ReleasedFlow, record: FlowRecord | None) -> str | None:
    """Say why what would be written is not the flow, or the revision of it, that was approved; None when it is.

    What is recorded is watched over by its record; what is not, by what the release remembers.
    """
    if record is not None:
        known = flow.sid is None or record.sid == flow.sid
        return None if known else f"{flow.address} is recorded as {record.sid} by now, not as {flow.sid}"
    for step in plan.steps:
        if step.address == flow.address and (step.basis.sid, step.basis.revision) != (flow.sid, flow.base):
            if step.kind == "create":
                return f"{flow.address} was deleted by others"
            return f"{flow.address}: {step.basis.sid} is at revision {step.basis.revision} by now"
    return None


def record_of(state: State, desired: Desired, flow: ReleasedFlow) -> FlowRecord | None:
    """Give the record of a flow of a release, under its address or one that it had before."""
    declared = desired.flows.get(flow.address)
    known = recorded_as(state, declared) if declared is not None else None
    return known[1] if known is not None else state.flow(flow.address)


def _drafted(release: Release, state: State) -> Release:
    for flow in release.flows:
        record = state.flow(flow.address)
        if record is not None and record.status == "draft":
            sent = record.sent.full if record.sent is not None else record.stored.full
            release = release.with_flow(replace(flow, sid=record.sid, draft=record.revision, target=sent))
        elif record is not None:
            release = release.with_flow(replace(flow, sid=record.sid))
    return release


def test_users(job: Job, release: Release) -> Release | Stopped:
    """Set the test users of these flows as they are declared: they run the drafts."""
    with job.session(release) as session:
        release = job.current(session, release)
        desired = sides.drafts(job.request.desired, release)
        group = frozenset(release.addresses)
        users = [a for a, one in desired.test_users.items() if one.flow in group]
        plan = job.plan(session, desired, release, users)
        outcomes = job.carry_out(session, desired, release, plan, validate=False) if users else ()
        how, why = ending(plan, outcomes) if users else ("done", "")
        if how in {"conflict", "failed"}:
            return job.go_back(session, release, "conflict" if how == "conflict" else "failed", why)
        if how != "done":
            return Stopped(release, why, interrupted=how == "interrupted")
        return job.to(session, release, "smoke")


test_users.__test__ = False  # type: ignore[attr-defined]  # pytest takes what is called test_… for a test


def publish(job: Job, release: Release) -> Release | Stopped:
    """Publish what was tried, sub-flows first; whoever is not done takes all others back.

    Nothing is published when one of the drafts is not what it was any more.
    """
    with job.session(release) as session:
        release = job.current(session, release)
        if any(run.verdict != "passed" for run in release.smoke):
            return job.go_back(session, release, "smoke", "not every smoke execution has passed")
        desired = sides.published(job.request.desired, release)
        wanted = [flow for flow in release.flows if flow.publish]
        if not wanted:
            return _to_watch(job, session, release)
        plan = job.plan(session, desired, release, [flow.address for flow in wanted])
        conflict = next(_not_as_tried(plan, wanted, session.state), None)
        if conflict is not None:
            return job.go_back(session, _published(release, session.state), "conflict", conflict)
        if release.since is None:
            release = job.put(session, replace(release, since=job.look.server_now()))
        outcomes = job.carry_out(session, desired, release, plan, validate=False)
        how, why = ending(plan, outcomes)
        release = _published(release, session.state)
        below = on_top_of_others(outcomes)
        if below is not None:
            return job.go_back(session, release, "conflict", below)
        if how == "interrupted":
            return Stopped(job.put(session, release), why, interrupted=True)
        if how != "done":
            return job.go_back(session, release, "conflict" if how == "conflict" else "failed", why)
        return _to_watch(job, session, release)


def _not_as_tried(plan: Plan, wanted: list[ReleasedFlow], state: State) -> Iterator[str]:
    """Say of each flow why what would be published is not the draft that was tried."""
    for flow in wanted:
        record = state.flow(flow.address)
        foreign = others_since(plan, flow)
        if foreign is None and record is not None and record.sid != flow.sid:
            foreign = f"{flow.address} is recorded as {record.sid} by now, not as {flow.sid}"
        if foreign is not None:
            yield foreign
        steps = [step for step in plan.steps if step.address == flow.address and step.kind in _WRITES]
        if not steps and not _is_published(state, flow):
            yield f"{flow.address}: its draft is gone"
        if any(not _of_draft(step, flow) for step in steps):
            yield f"{flow.address}: what would be published is not the draft that was tried"


def _of_draft(step: Step, flow: ReleasedFlow) -> bool:
    return step.kind == "publish" and step.basis.target in {None, flow.target}


def _is_published(state: State, flow: ReleasedFlow) -> bool:
    record = state.flow(flow.address)
    return record is not None and published_since(record, flow) is not None


def published_since(record: FlowRecord, flow: ReleasedFlow) -> int | None:
    """Give the revision by which a release published a flow, as the record tells; None when it did not.

    A server may publish without minting: the number is then that of the draft.
    """
    head = record.published
    if flow.sid not in {None, record.sid}:
        return None
    if head is None or head.revision <= (flow.previous or 0):
        return None
    ours = any(entry.revision == head.revision and entry.by == "us" for entry in record.revisions)
    return head.revision if ours else None


def _published(release: Release, state: State) -> Release:
    for flow in release.flows:
        record = state.flow(flow.address)
        number = published_since(record, flow) if record is not None else None
        if number is not None:
            release = release.with_flow(replace(flow, published=number))
    return release


def _to_watch(job: Job, session: StateSession, release: Release) -> Release:
    flows = job.request.desired.flows
    now = job.look.server_now()
    span = max((job.request.watch(flows[f.address]).span for f in release.flows if f.publish), default=None)
    if not span:
        return job.put(session, replace(release, stage="done", ended=now))
    return job.put(session, replace(release, stage="watch", until=now + span))
