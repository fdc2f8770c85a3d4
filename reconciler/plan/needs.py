"""Decide what must be read for a plan, before anything is asked. Pure; it errs on the side of reading less."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.compare.flows import compare, matters
from reconciler.compare.snapshot import of_desired, of_record
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.model.desired import Desired, DesiredFlow
from reconciler.model.live import FlowRow
from reconciler.model.record import FlowRecord, State
from reconciler.plan.inputs import (
    ends_in_own_draft,
    flow_names,
    flow_sids,
    recorded_as,
    renamed_from,
    status_of,
    wanted,
)
from reconciler.plan.options import PlanOptions
from reconciler.plan.scope import addresses


@dataclass(frozen=True, slots=True)
class Needs:
    """What a plan has to read beyond the list of flows.

    Attributes:
        known: records in scope by SID: each is looked up in the list.
        declared: declared flows in scope by the SID they are recorded under.
        bodies: SIDs of recorded flows whose body is needed even though nothing moved: something will be written.
        deletes: SIDs of recorded flows that will be deleted.
        imports: SIDs to adopt, by address.
        names: friendly names of declared flows that no record knows, by address: their namesakes are looked at.
        test_users: SIDs of flows whose test users are declared.
    """

    known: Mapping[str, tuple[Address, FlowRecord]]
    declared: Mapping[str, DesiredFlow]
    bodies: frozenset[str]
    deletes: frozenset[str]
    imports: Mapping[Address, str]
    names: Mapping[Address, str]
    test_users: frozenset[str]


def needs(desired: Desired, state: State, options: PlanOptions) -> Needs:
    """Give what a plan has to read.

    Raises:
        UsageError: `imports` names one flow twice, or one that is recorded under another address.
    """
    chosen = addresses(desired, state, options.scope)
    flows = {a: f for a, f in desired.flows.items() if chosen is None or a in chosen}
    records = {a: r for a, r in state.flows().items() if chosen is None or a in chosen}
    names, sids = flow_names(desired, state), flow_sids(desired, state)
    declared = {a: recorded_as(state, flow) for a, flow in flows.items()}
    kept = {known[1].sid for known in declared.values() if known is not None}
    renamed = renamed_from(desired, state)
    deletes = {r.sid for a, r in records.items() if a not in desired.flows and a not in renamed and r.sid not in kept}
    bodies = {
        known[1].sid
        for a, known in declared.items()
        if known is not None and _differs(desired, flows[a], wanted(flows[a].definition, names, sids), known[1])
    }
    unrecorded = {a: f.friendly_name for a, f in flows.items() if declared[a] is None}
    users = {u.flow.name for a, u in desired.test_users.items() if chosen is None or a in chosen}
    return Needs(
        known={r.sid: (a, r) for a, r in records.items()},
        declared={known[1].sid: flows[a] for a, known in declared.items() if known is not None},
        bodies=frozenset(bodies),
        deletes=frozenset(deletes),
        imports=_imports(state, {a: s for a, s in desired.environment.imports.items() if a in unrecorded}),
        names=unrecorded,
        test_users=frozenset(sids[name] for name in users if name in sids),
    )


def _imports(state: State, wanted: Mapping[Address, str]) -> Mapping[Address, str]:
    """Refuse to take one flow over under two addresses: one of them would change or delete it under the other."""
    taken = {record.sid: address for address, record in state.flows().items()}
    for address, sid in sorted(wanted.items()):
        other = taken.setdefault(sid, address)
        if other != address:
            raise UsageError(
                f"imports: {address} names {sid}, which is {other}",
                hint=f"Say `previousNames: [{other.name}]` in {address} if it was renamed.",
            )
    return wanted


def _differs(desired: Desired, flow: DesiredFlow, definition: Definition, record: FlowRecord) -> bool:
    status = status_of(flow, record.status)
    after = of_desired(flow.friendly_name, status, definition, record)
    change = compare(of_record(record), after, by=status)
    named = change.name and "friendlyName" not in flow.lifecycle.ignore_changes
    publishes = status == "published" and ends_in_own_draft(record)
    return named or publishes or matters(change.content, desired.policy.layout)


def row_of(record: FlowRecord) -> FlowRow:
    """Give the row that the list would show if nothing had changed, for `--refresh=none`."""
    return FlowRow(
        record.sid, None, record.friendly_name, record.status, record.revision, webhook_url=record.webhook_url
    )
