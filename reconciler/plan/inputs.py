"""The three sides and a person's wishes, as every planning function gets them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.definition import portable
from reconciler.model.address import Address
from reconciler.model.definition import Definition, Status
from reconciler.model.desired import Desired, DesiredFlow, OnDrift
from reconciler.model.live import Live, LiveFlow
from reconciler.model.record import FlowRecord, State
from reconciler.plan.mark import Owner, read_mark
from reconciler.plan.options import PlanOptions
from reconciler.plan.values import ForeignRevision


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a plan is decided on.

    Attributes:
        own: by address without a record, the SID of the one flow that bears our mark for it; it will be adopted.
    """

    desired: Desired
    state: State
    live: Live
    options: PlanOptions
    own: Mapping[Address, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Find our own among the flows that nobody recorded, once for all addresses."""
        object.__setattr__(self, "own", _own(self))

    def owner(self, address: Address) -> Owner:
        """Give the owner that our marks on this address name."""
        return owner_of(self.desired, address)

    def on_drift(self, flow: DesiredFlow) -> OnDrift:
        """Give what drift of this flow meets: what was said for it, for all, or in its manifest."""
        said = self.options.on_drift_of.get(flow.address) or self.options.on_drift
        return said or flow.lifecycle.on_drift


def _own(inputs: Inputs) -> dict[Address, str]:
    imports = inputs.desired.environment.imports
    given = frozenset(imports.values())  # what `imports` gives to an address is that address's, whatever its mark says
    marked: dict[Owner, list[str]] = {}
    for sid, live in inputs.live.flows.items():
        mark = read_mark(live.first.commit_message) if live.first and sid not in given else None
        if mark is not None:
            marked.setdefault(mark.owner, []).append(sid)
    unrecorded = [flow.address for flow in inputs.desired.flows.values() if recorded_as(inputs.state, flow) is None]
    found = {address: marked.get(inputs.owner(address), []) for address in unrecorded if address not in imports}
    return {address: sids[0] for address, sids in found.items() if len(sids) == 1}


def status_of(flow: DesiredFlow, live: Status) -> Status:
    """Give the status that is wanted: the manifest's, or the live one where the manifest leaves it alone."""
    return live if "status" in flow.lifecycle.ignore_changes else flow.status


def ends_in_own_draft(record: FlowRecord) -> bool:
    """Tell whether the latest recorded revision is a draft that we wrote."""
    return record.status == "draft" and any(e.by == "us" for e in record.revisions if e.revision == record.revision)


def ignored_in(flow: DesiredFlow) -> tuple[str, ...]:
    """Give what of a flow's definition is left as it is live."""
    return tuple(name for name in flow.lifecycle.ignore_changes if name not in {"friendlyName", "status"})


def owner_of(desired: Desired, address: Address) -> Owner:
    """Give the owner that our marks on an address name."""
    return Owner(desired.project, desired.environment.name, address)


def recorded_as(state: State, flow: DesiredFlow) -> tuple[Address, FlowRecord] | None:
    """Find the record of a declared flow, under its address or one that it had before."""
    for name in (flow.address.name, *flow.previous_names):
        address = Address("Flow", name)
        record = state.flow(address)
        if record is not None:
            return address, record
    return None


def renamed_from(desired: Desired, state: State) -> dict[Address, Address]:
    """Give, by recorded address, the declared address that took it over."""
    found = {}
    for address, flow in desired.flows.items():
        known = recorded_as(state, flow)
        if known is not None and known[0] != address:
            found[known[0]] = address
    return found


def flow_names(desired: Desired, state: State) -> dict[str, str]:
    """Give the names of managed flows by every SID that may stand for them in an export."""
    names = {sid: name for sid, name in desired.known_sids.items() if Address("Flow", name) in desired.flows}
    for address, flow in desired.flows.items():
        known = recorded_as(state, flow)
        if known is not None:
            names[known[1].sid] = address.name
    return names


def flow_sids(desired: Desired, state: State) -> dict[str, str]:
    """Give the SIDs of flows by name, in this environment: recorded, to be adopted, or bound by hand."""
    prefix = "flow/"
    sids = {
        name.removeprefix(prefix): sid
        for name, sid in desired.environment.bindings.items()
        if name.startswith(prefix) and isinstance(sid, str)
    }
    sids.update({address.name: sid for address, sid in desired.environment.imports.items()})
    for address, flow in desired.flows.items():
        known = recorded_as(state, flow)
        if known is not None:
            sids[address.name] = known[1].sid
    return sids


def wanted(definition: Definition, names: Mapping[str, str], sids: Mapping[str, str]) -> Definition:
    """Give a definition as it goes to this environment; names without a SID stay as references."""
    return portable.finish(portable.resolve(portable.bind(definition, names), sids))


def foreign_revisions(live: LiveFlow, owner: Owner, above: int) -> tuple[ForeignRevision, ...]:
    """Give the revisions above a number, oldest first, telling ours by their mark."""
    seen = {revision.revision: revision for revision in (*live.between, *((live.body,) if live.body else ()))}
    return tuple(
        ForeignRevision(
            revision=number,
            status=revision.status,
            author=revision.author_sid,
            at=revision.date_updated or revision.date_created,
            message=revision.commit_message,
            ours=owned(revision.commit_message, owner),
        )
        for number, revision in sorted(seen.items())
        if number > above
    )


def owned(message: str | None, owner: Owner) -> bool:
    """Tell whether a commit message carries the mark of this owner."""
    found = read_mark(message)
    return found is not None and found.owner == owner
