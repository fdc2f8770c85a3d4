"""Go back to an earlier revision: its body becomes the desired one again. Revisions themselves are never undone."""

from __future__ import annotations

from dataclasses import replace

from reconciler.definition.canonical import digest_bytes
from reconciler.model.address import Address
from reconciler.model.definition import Definition, Status
from reconciler.model.desired import Desired
from reconciler.model.live import FlowRevision
from reconciler.workflows.sides import declared, no_flow, revision_of
from reconciler.workflows.world import ReadingWorld


def body_of(world: ReadingWorld, address: Address, revision: int) -> FlowRevision:
    """Give a revision of a recorded flow with its body.

    Raises:
        UsageError: the flow is not recorded, or has no such revision.
    """
    state = world.state.read()
    record = state.flow(address) if state is not None else None
    if record is None:
        known = state.flows() if state is not None else ()
        raise no_flow(address, "not recorded", known, "`reconciler state list` shows what is.")
    return revision_of(world.reader, address, record, revision)


def with_definition(desired: Desired, address: Address, definition: Definition, status: Status) -> Desired:
    """Give the desired side with another body and status of one flow, its files untouched."""
    flow = replace(declared(desired, address), definition=definition, status=status, written=None)
    digest = digest_bytes(f"{desired.digest} {address} {definition.digests.full} {status}".encode())
    return replace(desired, flows={**desired.flows, address: flow}, digest=digest)
