"""Say in one line how each resource stands. Derived from a plan, so that both always agree."""

from __future__ import annotations

from reconciler.model.address import Address
from reconciler.model.desired import Desired
from reconciler.model.record import FlowRecord, State, TestUsersRecord
from reconciler.plan.options import PlanOptions
from reconciler.plan.values import Drift, Plan, Step
from reconciler.workflows.plan import Planned, make_plan
from reconciler.workflows.results import Condition, ResourceStatus
from reconciler.workflows.world import ReadingWorld


def read_status(
    world: ReadingWorld, desired: Desired, options: PlanOptions, blank: State
) -> tuple[ResourceStatus, ...]:
    """Give the status of everything declared or recorded, by address."""
    before = world.state.read() or blank
    planned = make_plan(world, desired, options, blank)
    everything = set(desired.flows) | set(desired.test_users) | set(planned.state.resources) | set(before.pending)
    return tuple(_status(desired, planned, before, address) for address in sorted(everything))


def _status(desired: Desired, planned: Planned, before: State, address: Address) -> ResourceStatus:
    plan = planned.plan
    steps = [step for step in plan.steps if step.address == address]
    drift = next((d for d in plan.drift if d.address == address), None)
    record = planned.state.resources.get(address)
    condition = _condition(plan, address, steps, drift)
    if condition == "in-sync" and address in before.pending:
        condition = "pending"
    elif condition in {"in-sync", "changed"} and _foreign_draft(record):
        condition = "draft-waiting"
    elif condition == "in-sync" and address not in desired.flows and address not in desired.test_users:
        condition = "orphaned"
    return _as_status(planned, address, condition, _note(plan, address, steps, drift))


def _condition(plan: Plan, address: Address, steps: list[Step], drift: Drift | None) -> Condition:
    writes = [step for step in steps if step.kind != "record"]
    kinds = {step.kind for step in writes}
    if drift is not None and drift.change_class == "deleted":
        return "deleted-by-others"
    if drift is not None and drift.change_class == "draft":
        return "draft-waiting"
    if any(o.id == "drift" for o in plan.objections_to(address)):
        return "conflict"
    if drift is not None and drift.change_class in {"behaviour", "metadata", "contacts"}:
        return "drifted"
    if kinds & {"create", "adopt"}:
        return "not-created"
    if kinds & {"delete", "forget"}:
        return "orphaned"
    return "changed" if writes else "in-sync"


def _foreign_draft(record: object) -> bool:
    if not isinstance(record, FlowRecord) or record.status != "draft":
        return False
    newest = [entry for entry in record.revisions if entry.revision == record.revision]
    return bool(newest) and newest[0].by == "others"


def _note(plan: Plan, address: Address, steps: list[Step], drift: Drift | None) -> str | None:
    objections = plan.objections_to(address)
    if objections:
        return objections[0].message
    if drift is not None and drift.to_revision is not None:
        return f"revision {drift.from_revision} is recorded, {drift.to_revision} is live ({drift.change_class})"
    return f"{steps[0].kind}: {steps[0].reason}" if steps else None


def _as_status(planned: Planned, address: Address, condition: Condition, note: str | None) -> ResourceStatus:
    record = planned.state.resources.get(address)
    if isinstance(record, TestUsersRecord):
        return ResourceStatus(address, condition, record.sid, None, None, None, note)
    if record is None:
        sid = next((s.basis.sid for s in planned.plan.steps if s.address == address), None)
        live = planned.live.flows.get(sid or "")
        return ResourceStatus(
            address,
            condition,
            sid,
            live.row.revision if live else None,
            None,
            live.row.webhook_url if live else None,
            note,
        )
    live = planned.live.flows.get(record.sid)
    published = live.published.revision if live and live.published else None
    if published is None and record.published is not None:
        published = record.published.revision
    revision = live.row.revision if live else record.revision
    return ResourceStatus(address, condition, record.sid, revision, published, record.webhook_url, note)
