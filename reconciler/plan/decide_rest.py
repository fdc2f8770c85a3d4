"""Decide about test users, and about what is recorded and no longer desired. Pure; the order comes later."""

from __future__ import annotations

from reconciler.definition.canonical import digest_of_contacts
from reconciler.model.address import Address
from reconciler.model.desired import DesiredTestUsers
from reconciler.model.record import FlowRecord, TestUsersRecord
from reconciler.plan.decide import Decision
from reconciler.plan.inputs import Inputs, renamed_from
from reconciler.plan.values import Basis, ContactsChanged, Drift, Step


def decide_test_users(inputs: Inputs, wanted: DesiredTestUsers, sid: str | None) -> Decision:
    """Decide what declared test users need. `sid` is their flow's, None while it does not exist."""
    record = inputs.state.resources.get(wanted.address)
    recorded = record if isinstance(record, TestUsersRecord) and record.sid == sid else None
    live = inputs.live.test_users.get(sid) if sid else None
    if live is None:
        if recorded is not None and inputs.options.refresh == "none":
            live = recorded.stored
        else:
            return Decision(wanted.address, (_set(wanted, None, ()),))
    drift = _contacts_drift(wanted.address, recorded, live)
    if _as_wanted(wanted, recorded, live):
        if recorded is None or drift is not None:
            basis = _basis(sid, live, None)
            step = Step(wanted.address, "record", "none" if drift is None else "contacts", "moved", basis)
            return Decision(wanted.address, (step,), drift)
        return Decision(wanted.address)
    return Decision(wanted.address, (_set(wanted, sid, live),), drift)


def _as_wanted(wanted: DesiredTestUsers, recorded: TestUsersRecord | None, live: tuple[str, ...]) -> bool:
    if set(wanted.contacts) == set(live):
        return True
    # Studio may normalise contacts: what equals what we sent stands for what Studio answered.
    return recorded is not None and set(wanted.contacts) == set(recorded.sent) and set(live) == set(recorded.stored)


def _contacts_drift(address: Address, recorded: TestUsersRecord | None, live: tuple[str, ...]) -> Drift | None:
    if recorded is None or set(recorded.stored) == set(live):
        return None
    change = ContactsChanged(
        added=tuple(sorted(set(live) - set(recorded.stored))), removed=tuple(sorted(set(recorded.stored) - set(live)))
    )
    return Drift(address, "contacts", None, None, diff=(change,))


def _set(wanted: DesiredTestUsers, sid: str | None, live: tuple[str, ...]) -> Step:
    change = ContactsChanged(
        added=tuple(sorted(set(wanted.contacts) - set(live))), removed=tuple(sorted(set(live) - set(wanted.contacts)))
    )
    target = digest_of_contacts(wanted.contacts)
    return Step(wanted.address, "set-test-users", "contacts", "changed", _basis(sid, live, target), diff=(change,))


def _basis(sid: str | None, live: tuple[str, ...], target: str | None) -> Basis:
    digest = digest_of_contacts(live) if sid else None
    return Basis(sid=sid, revision=0, published_revision=None, digest=digest, target=target)


def decide_removed(inputs: Inputs) -> list[Decision]:
    """Decide about everything recorded that no manifest names any more."""
    renamed = renamed_from(inputs.desired, inputs.state)
    declared = set(inputs.desired.flows) | set(inputs.desired.test_users) | set(renamed)
    decisions = []
    for address, record in sorted(inputs.state.resources.items()):
        if address in declared:
            continue
        if isinstance(record, FlowRecord):
            decisions.append(_remove_flow(inputs, address, record))
        elif not _goes_with_its_flow(inputs, record, declared):
            basis = Basis(record.sid, 0, None, digest_of_contacts(record.stored), None)
            decisions.append(Decision(address, (Step(address, "forget", "none", "no-longer-desired", basis),)))
    return decisions


def _goes_with_its_flow(inputs: Inputs, record: TestUsersRecord, declared: set[Address]) -> bool:
    flow = inputs.state.flow(record.flow)
    return flow is not None and record.flow not in declared and flow.on_delete == "delete"


def _remove_flow(inputs: Inputs, address: Address, record: FlowRecord) -> Decision:
    live = inputs.live.flows.get(record.sid)
    published = record.published.revision if record.published else None
    if live is None:
        basis = Basis(record.sid, record.revision, published, record.stored.full, None)
        drift = Drift(address, "deleted", record.revision, None)
        return Decision(address, (Step(address, "forget", "deleted", "deleted-by-others", basis),), drift)
    digest = live.body.definition.digests.full if live.body and live.body.definition else record.stored.full
    basis = Basis(record.sid, live.row.revision, published, digest, None)
    if record.on_delete == "retain":
        note = f"The flow {record.sid} stays as it is in Studio; reconciler no longer manages it."
        return Decision(address, (Step(address, "forget", "none", "retained", basis, notes=(note,)),))
    note = f"Phone numbers and webhooks that point at {record.sid} will fail."
    reason = "destroy" if inputs.options.destroy else "no-longer-desired"
    return Decision(address, (Step(address, "delete", "deleted", reason, basis, notes=(note,)),))
