"""Take a release back: every flow that it published gets the very body back that callers had before, at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from reconciler.apply.look import when_shown
from reconciler.errors import ConflictError, NotFoundError
from reconciler.model.address import Address
from reconciler.model.live import FlowRevision
from reconciler.model.record import FlowRecord
from reconciler.model.release import Release, ReleasedFlow
from reconciler.plan.outcome import Failed, Outcome, Skipped
from reconciler.plan.values import Drift, Plan
from reconciler.ports import StateSession
from reconciler.workflows.release import sides
from reconciler.workflows.release.forward import published_since, record_of
from reconciler.workflows.release.job import Ending, Job, Stopped, ending
from reconciler.workflows.release.smoke import end_runs

NEVER_PUBLISHED = "it was never published before, and Studio cannot unpublish: it stays as the release published it"


def go_back(job: Job, release: Release) -> Release | Stopped:
    """Take back what was published, callers before what they call, each as far as it can be; then it is over.

    A newer draft of others is superseded: it stays readable as a revision, and callers come first. What others
    published is a conflict.
    """
    with job.session(release) as session:
        release = job.current(session, release)
        release = end_runs(job, session, release)
        release, records = _to_do(job, session, release)
        release, bodies = _bodies(job, release, records)
        if not bodies:
            return job.put(session, replace(release, stage="taken-back", ended=job.look.server_now()))
        release, went = _written(job, session, release, bodies)
        if job.request.on_drift == "accept" and went.how == "failed":
            release, went = _left(release, went.failed), replace(went, how="done")
        left = {flow.address for flow in release.flows if flow.left is not None} | went.conflicts.keys()
        release = job.put(session, _gone_back(job, session, release, [a for a in bodies if a not in left]))
        if went.how != "done":
            return Stopped(release, went.why, interrupted=went.how == "interrupted", conflict=went.how == "conflict")
        if went.conflicts:
            return Stopped(release, "; ".join(went.conflicts.values()), conflict=True)
        return job.put(session, replace(release, stage="taken-back", ended=job.look.server_now()))


def _to_do(job: Job, session: StateSession, release: Release) -> tuple[Release, dict[Address, FlowRecord]]:
    """Give the records of the flows that have to go back; of those that cannot, the release notes why."""
    records: dict[Address, FlowRecord] = {}
    for flow in release.flows:
        if flow.left is not None or not flow.publish:
            continue
        record = record_of(session.state, job.request.desired, flow)
        if record is None or flow.sid not in {None, record.sid}:
            if flow.published is not None:
                release = release.with_flow(replace(flow, left="it is not what is recorded any more"))
        elif published_since(record, flow) is None and flow.published is None:
            continue
        elif flow.previous is None:
            release = release.with_flow(replace(flow, left=NEVER_PUBLISHED))
        else:
            records[flow.address] = record
    return release, records


def _bodies(
    job: Job, release: Release, records: Mapping[Address, FlowRecord]
) -> tuple[Release, dict[Address, FlowRevision]]:
    """Read the bodies that callers had before; a flow that is gone has none any more, and the release notes that."""
    bodies: dict[Address, FlowRevision] = {}
    for address, record in records.items():
        try:
            bodies[address] = _previous(job, record, release, address)
        except NotFoundError:
            if _exists(job, record.sid):
                raise
            release = release.with_flow(replace(_of(release, address), left="it was deleted by others"))
    return release, bodies


def _exists(job: Job, sid: str) -> bool:
    try:
        when_shown(job.look, lambda: job.world.writing.reader.fetch_flow(sid))
    except NotFoundError:
        return False
    return True


def _previous(job: Job, record: FlowRecord, release: Release, address: Address) -> FlowRevision:
    flow = _of(release, address)
    reader = job.world.writing.reader
    found = when_shown(job.look, lambda: reader.fetch_revision(record.sid, flow.previous or 0))
    digest = found.definition.digests.full if found.definition is not None else None
    if flow.previous_digest is not None and digest != flow.previous_digest:
        raise ConflictError(f"{address}: revision {flow.previous} is not what it was when the release began")
    return found


def _of(release: Release, address: Address) -> ReleasedFlow:
    return next(flow for flow in release.flows if flow.address == address)


def _without_conflicts(
    job: Job, session: StateSession, release: Release, plan: Plan, records: Mapping[Address, FlowRecord]
) -> tuple[Release, dict[Address, str]]:
    """Find the flows that others published, or deleted, since the release did."""
    conflicts: dict[Address, str] = {}
    drifts = {drift.address: drift for drift in plan.drift}
    for address in records:
        flow, drift = _of(release, address), drifts.get(address)
        gone = drift is not None and drift.change_class == "deleted"
        number = _theirs(flow, drift, records[address])
        if not gone and number is None:
            continue
        what = "it was deleted by others" if gone else f"others published revision {number} since"
        if gone or job.request.on_drift == "accept":
            release = job.put(session, release.with_flow(replace(flow, left=what)))
        elif job.request.on_drift != "revert":
            conflicts[address] = f"{address}: {what}"
    return release, conflicts


def _theirs(flow: ReleasedFlow, drift: Drift | None, record: FlowRecord) -> int | None:
    """Give the newest revision that others published since the release began, also just before ours; None for none."""
    if drift is not None and drift.change_class != "none":
        numbers = [r.revision for r in drift.revisions if not r.ours and r.status == "published"]
        if numbers:
            return numbers[-1]
    if record.published is not None and record.published.digests.full == flow.previous_digest:
        return None  # it is back already
    published = [entry for entry in record.revisions if entry.status == "published"]
    ours = next((entry.digest for entry in reversed(published) if entry.by == "us"), None)
    known = [e.revision for e in published if e.by == "others" and e.revision > flow.base and e.digest != ours]
    return known[-1] if known else None


@dataclass(frozen=True, slots=True)
class _Went:
    """How far writing the old bodies went. `conflicts`: why a flow was left for a person to decide, by address."""

    how: Ending = "done"
    why: str = ""
    failed: tuple[Failed, ...] = ()
    conflicts: Mapping[Address, str] = field(default_factory=dict)


def _written(
    job: Job, session: StateSession, release: Release, bodies: Mapping[Address, FlowRevision]
) -> tuple[Release, _Went]:
    """Write the old bodies; a flow that fails keeps no other from going back.

    Whether others published is asked of the very plan that is carried out.
    """
    went = _Went()
    for order in (sides.reversed_order, sides.unordered):
        state = session.state
        found = {f.address: record_of(state, job.request.desired, f) for f in release.flows if f.address in bodies}
        records = {address: record for address, record in found.items() if record is not None}
        desired = sides.back(job.request.desired, {a: bodies[a] for a in records}, records)
        plan = _allowed(job.plan(session, desired, release, records))
        release, conflicts = _without_conflicts(job, session, release, plan, records)
        left = {flow.address for flow in release.flows if flow.left is not None} | conflicts.keys()
        part = order(sides.narrowed(plan, frozenset(records) - left))
        outcomes = job.carry_out(session, desired, release, part, validate=False)
        how, why = ending(part, outcomes)
        went = _Went(how, why, tuple(o for o in outcomes if isinstance(o, Failed)), conflicts)
        if not _waited_in_vain(outcomes):
            break
    return release, went


def _left(release: Release, failed: Sequence[Failed]) -> Release:
    """Note that a person lets those flows be whose old body Studio refuses."""
    for outcome in failed:
        flow = _of(release, outcome.step.address)
        release = release.with_flow(replace(flow, left=f"Studio refuses its old body: {outcome.error.message}"))
    return release


def _allowed(plan: Plan) -> Plan:
    """Leave out what speaks against a body: Studio took it before, and it alone says whether it does so again."""
    return replace(plan, objections=tuple(o for o in plan.objections if o.id in {"account", "take-over"}))


def _waited_in_vain(outcomes: tuple[Outcome, ...]) -> bool:
    return any(isinstance(o, Skipped) and "/" in o.because for o in outcomes)


def _gone_back(job: Job, session: StateSession, release: Release, addresses: list[Address]) -> Release:
    for address in addresses:
        flow = _of(release, address)
        record = record_of(session.state, job.request.desired, flow)
        head = record.published if record is not None else None
        if record is None or head is None or flow.previous is None:
            continue
        above = max(flow.published or 0, flow.draft or 0)
        if head.revision > above and flow.previous_digest in {None, head.digests.full}:
            release = release.with_flow(replace(flow, back=head.revision))
    return release
