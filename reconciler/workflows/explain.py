"""Explain one resource: which row, which digests and which rule decided, and which calls were not needed."""

from __future__ import annotations

from reconciler.compare.snapshot import of_live, sent_for
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.desired import Desired
from reconciler.model.live import Live
from reconciler.model.record import FlowRecord, State, TestUsersRecord
from reconciler.plan.inputs import recorded_as
from reconciler.plan.options import PlanOptions
from reconciler.plan.values import Plan
from reconciler.workflows.plan import Planned, make_plan
from reconciler.workflows.results import Explanation
from reconciler.workflows.sides import wanted_here
from reconciler.workflows.world import ReadingWorld

Facts = list[tuple[str, str]]


def explain(world: ReadingWorld, desired: Desired, address: Address, options: PlanOptions, blank: State) -> Explanation:
    """Plan, and say of one address what the plan was decided on.

    Raises:
        UsageError: the address is neither declared nor recorded.
    """
    planned = make_plan(world, desired, options, blank)
    known = address in desired.flows or address in desired.test_users or address in planned.state.resources
    if not known:
        raise UsageError(f"{address} is neither declared nor recorded", hint="`reconciler status` lists all addresses.")
    facts = _flow_facts(desired, planned, address) if address.kind == "Flow" else _user_facts(desired, planned, address)
    return Explanation(address, tuple(facts), _decision(planned.plan, address), _saved(planned, address))


def _record(desired: Desired, state: State, address: Address) -> FlowRecord | None:
    flow = desired.flows.get(address)
    known = recorded_as(state, flow) if flow is not None else None
    return known[1] if known is not None else state.flow(address)


def _flow_facts(desired: Desired, planned: Planned, address: Address) -> Facts:
    facts: Facts = []
    flow = desired.flows.get(address)
    record = _record(desired, planned.state, address)
    if flow is not None:
        wanted = wanted_here(desired, planned.state, address)
        facts += [
            ("manifest", str(flow.place)),
            ("definition", flow.source),
            ("desired status", flow.status),
            ("desired behaviour", wanted.digests.behaviour),
            ("desired full", wanted.digests.full),
        ]
        facts += [("waits for", f"flow/{name} (known after apply)") for name in wanted.references]
    if record is not None:
        facts += _record_facts(record)
        facts += _live_facts(planned.live, record)
        sent = sent_for(record, flow.status if flow else record.status)
        if flow is not None and sent is not None:
            same = wanted_here(desired, planned.state, address).digests.behaviour == sent.behaviour
            facts.append(("desired equals what was sent", "yes" if same else "no"))
    facts.append(("layout", desired.policy.layout))
    return facts


def _record_facts(record: FlowRecord) -> Facts:
    published = "never" if record.published is None else str(record.published.revision)
    return [
        ("recorded", f"{record.sid} at revision {record.revision}, {record.status}"),
        ("recorded published revision", published),
        ("recorded behaviour", record.stored.behaviour),
        ("recorded full", record.stored.full),
    ]


def _live_facts(live: Live, record: FlowRecord) -> Facts:
    found = live.flows.get(record.sid)
    if found is None:
        return [("live", "absent: not in a complete list, and 404 twice a consistency window apart")]
    facts = [("live row", f"revision {found.row.revision}, {found.row.status}, {found.row.friendly_name!r}")]
    if found.body is not None:
        now = of_live(found, record)
        facts.append(("live behaviour", now.latest.digests.behaviour))
        facts.append(("live full", now.latest.digests.full))
    return facts


def _user_facts(desired: Desired, planned: Planned, address: Address) -> Facts:
    facts: Facts = []
    wanted = desired.test_users.get(address)
    if wanted is not None:
        facts += [("manifest", str(wanted.place)), ("flow", str(wanted.flow)), ("desired", f"{len(wanted.contacts)}")]
    record = planned.state.resources.get(address)
    if isinstance(record, TestUsersRecord):
        live = planned.live.test_users.get(record.sid)
        facts += [("recorded sent", f"{len(record.sent)}"), ("recorded stored", f"{len(record.stored)}")]
        facts.append(("live", "not read" if live is None else f"{len(live)}"))
    return facts


def _decision(plan: Plan, address: Address) -> str:
    steps = [f"{s.kind} ({s.reason}, class {s.change_class})" for s in plan.steps if s.address == address]
    drift = next((d for d in plan.drift if d.address == address), None)
    parts = [", then ".join(steps) if steps else "nothing to do"]
    if drift is not None:
        parts.append(f"drift of class {drift.change_class} since revision {drift.from_revision}")
    parts += [f"refused by guard {o.id}" for o in plan.objections_to(address)]
    return "; ".join(parts)


def _saved(planned: Planned, address: Address) -> tuple[str, ...]:
    record = planned.state.flow(address)
    live = planned.live.flows.get(record.sid) if record else None
    if record is None or live is None or live.body is not None:
        return ()
    return (
        f"FetchFlow {record.sid}: the list shows the recorded revision and status, so the body cannot have changed",
        f"FetchFlowRevision {record.sid} LatestPublished: the published head is recorded",
    )
