"""Compare two sides of one flow, widget by widget."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.definition import compare as definitions
from reconciler.definition.layout import keep_layout
from reconciler.model.address import Address
from reconciler.model.definition import Definition, Status
from reconciler.model.desired import Desired
from reconciler.model.record import State
from reconciler.plan.values import DiffItem, FieldChanged
from reconciler.workflows.results import Compared
from reconciler.workflows.sides import body_definition, declared, record_of, revision_of, wanted_here
from reconciler.workflows.world import ReadingWorld


@dataclass(frozen=True, slots=True)
class _Side:
    label: str
    friendly_name: str
    status: Status
    definition: Definition


def compare_revisions(
    world: ReadingWorld, desired: Desired, address: Address, revisions: tuple[int, ...], blank: State
) -> Compared:
    """Compare live with the manifest, one revision with the manifest, or one revision with another.

    Args:
        world: what may be looked at.
        desired: what the manifests say.
        address: the flow.
        revisions: none, one or two numbers.
        blank: the state when there is none.

    Raises:
        UsageError: the flow is not declared or not recorded, or has no such revision.
    """
    state = world.state.read() or blank
    record = record_of(desired, state, address)
    if len(revisions) > 1:
        before, after = (_of_revision(world, address, state, desired, number) for number in revisions[:2])
        return _compared(address, before, after)
    if revisions:
        before = _of_revision(world, address, state, desired, revisions[0])
    else:
        body = world.reader.fetch_flow(record.sid)
        label = f"live (revision {body.row.revision}, {body.row.status})"
        before = _Side(label, body.row.friendly_name, body.row.status, body.definition)
    return _compared(address, before, _of_manifest(desired, state, address, before.definition))


def _of_revision(world: ReadingWorld, address: Address, state: State, desired: Desired, number: int) -> _Side:
    revision = revision_of(world.reader, address, record_of(desired, state, address), number)
    return _Side(f"revision {number}", revision.friendly_name, revision.status, body_definition(revision))


def _of_manifest(desired: Desired, state: State, address: Address, live: Definition) -> _Side:
    flow = declared(desired, address)
    definition = wanted_here(desired, state, address, live)
    if desired.policy.layout == "ignore":
        definition = keep_layout(definition, live)
    return _Side("manifest", flow.friendly_name, flow.status, definition)


def _compared(address: Address, before: _Side, after: _Side) -> Compared:
    items: list[DiffItem] = []
    if before.friendly_name != after.friendly_name:
        items.append(FieldChanged("friendlyName", before.friendly_name, after.friendly_name))
    if before.status != after.status:
        items.append(FieldChanged("status", before.status, after.status))
    items.extend(definitions.differences(before.definition, after.definition))
    return Compared(address, before.label, after.label, tuple(items))
