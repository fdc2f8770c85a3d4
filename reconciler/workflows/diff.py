"""Compare two sides of one flow, widget by widget."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconciler.apply.look import head_number
from reconciler.definition import compare as definitions
from reconciler.definition.layout import keep_layout
from reconciler.definition.merge import merge
from reconciler.errors import NotFoundError, UsageError
from reconciler.model.address import Address
from reconciler.model.definition import Definition, Status
from reconciler.model.desired import Desired
from reconciler.model.record import FlowRecord, State
from reconciler.plan.origins import Fields, told, told_fields
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
        return _compared(address, before, _of_manifest(desired, state, address, before.definition))
    body = world.reader.fetch_flow(record.sid)
    label = f"live (revision {body.row.revision}, {body.row.status})"
    live = _Side(label, body.row.friendly_name, body.row.status, body.definition)
    found = _compared(address, live, _of_manifest(desired, state, address, live.definition))
    number = head_number(record, declared(desired, address).status)
    return found if number == body.row.revision else _told(world, desired, state, found, (live, record, number))


def _told(
    world: ReadingWorld, desired: Desired, state: State, found: Compared, moved: tuple[_Side, FlowRecord, int]
) -> Compared:
    """Say who made each difference between live and manifest since the recorded revision, if that can be read."""
    live, record, number = moved
    try:
        base = body_definition(world.reader.fetch_revision(record.sid, number))
    except (NotFoundError, UsageError):
        return found
    flow = declared(desired, found.address)
    wanted = _of_manifest(desired, state, found.address, base)
    items = told(found.items, (base, live.definition, wanted.definition), before="live", after="desired")
    fields = Fields(
        (record.friendly_name, live.friendly_name, flow.friendly_name), (record.status, live.status, flow.status)
    )
    _, conflicts = merge(base, live.definition, wanted.definition)
    return replace(found, items=told_fields(items, fields), base=f"revision {number}", conflicts=conflicts)


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
