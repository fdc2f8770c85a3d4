"""Find one side of one flow: what the manifest wants here, what is live, what a revision held."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.definition.layout import keep_ignored
from reconciler.definition.remarks import nearest
from reconciler.errors import NotFoundError, UsageError
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.model.desired import Desired, DesiredFlow
from reconciler.model.live import FlowRevision
from reconciler.model.record import FlowRecord, State
from reconciler.plan.inputs import flow_names, flow_sids, recorded_as, wanted
from reconciler.ports import FlowReader

_LIST = "`reconciler status` lists all addresses."


def no_flow(address: Address, problem: str, known: Iterable[Address], otherwise: str = _LIST) -> UsageError:
    """Give the error for an address that names no flow.

    Args:
        address: as it was written.
        problem: what it is not, such as `declared`.
        known: the flows that there are; the nearest of them is named.
        otherwise: the hint when none is near. Default: where all are listed.
    """
    if address.kind != "Flow":
        return UsageError(f"{address}: these are test users, and this is about flows", hint="Name a flow.")
    near = nearest(address.name, (one.name for one in known))
    return UsageError(f"{address} is {problem}", hint=otherwise if near is None else f"Did you mean {near}?")


def declared(desired: Desired, address: Address) -> DesiredFlow:
    """Give a declared flow. Raises UsageError when there is none of that address."""
    flow = desired.flows.get(address)
    if flow is None:
        raise no_flow(address, "not declared", desired.flows)
    return flow


def record_of(desired: Desired, state: State, address: Address) -> FlowRecord:
    """Give the record of a flow, also under a name it had before. Raises UsageError when there is none."""
    flow = desired.flows.get(address)
    known = recorded_as(state, flow) if flow is not None else None
    record = known[1] if known is not None else state.flow(address)
    if record is None and flow is None:
        raise no_flow(address, "neither declared nor recorded", {*desired.flows, *state.flows()})
    if record is None:
        raise UsageError(f"{address} is not recorded", hint="`reconciler apply` creates it; `import` takes one over.")
    return record


def wanted_here(desired: Desired, state: State, address: Address, live: Definition | None = None) -> Definition:
    """Give the definition that the manifest wants of a flow in this environment."""
    flow = declared(desired, address)
    definition = wanted(flow.definition, flow_names(desired, state), flow_sids(desired, state))
    ignored = tuple(name for name in flow.lifecycle.ignore_changes if name not in {"friendlyName", "status"})
    return keep_ignored(definition, live, ignored) if live is not None and ignored else definition


def revision_of(reader: FlowReader, address: Address, record: FlowRecord, revision: int) -> FlowRevision:
    """Give one revision with its body.

    Raises:
        UsageError: Studio has no such revision.
    """
    try:
        return reader.fetch_revision(record.sid, revision)
    except NotFoundError as error:
        raise UsageError(
            f"{address} has no revision {revision}", hint=f"`reconciler history {address}` lists them."
        ) from error


def body_definition(revision: FlowRevision) -> Definition:
    """Give the definition of a revision that was read with its body. Raises UsageError when it has none."""
    if revision.definition is None:
        raise UsageError(f"revision {revision.revision} of {revision.sid} has no definition")
    return revision.definition
