"""Decide what one declared flow needs: its steps, and what others did to it. Pure; the order comes later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from reconciler.compare.flows import Comparison, compare, matters
from reconciler.compare.snapshot import Content, Snapshot, of_desired, of_live, of_record
from reconciler.definition import compare as definitions
from reconciler.definition import document
from reconciler.definition.layout import keep_ignored, keep_layout
from reconciler.definition.merge import merge
from reconciler.errors import CycleError
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.model.desired import DesiredFlow
from reconciler.model.live import LiveFlow
from reconciler.model.record import FlowRecord
from reconciler.plan.inputs import (
    Inputs,
    ends_in_own_draft,
    foreign_revisions,
    ignored_in,
    recorded_as,
    status_of,
)
from reconciler.plan.mark import read_mark
from reconciler.plan.origins import Fields, Sides, three_sides, told, told_by, told_fields
from reconciler.plan.values import Basis, ChangeClass, DiffItem, Drift, FieldChanged, Step, StepKind

NOTHING: Final = document.of({"states": []})
"""The other side of a create."""

PHONE_NUMBERS_STAY: Final = (
    "The flow gets a new SID: phone numbers, Messaging Services and webhooks that point at {sid} will not follow."
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What one address needs.

    Attributes:
        definition: what would be sent, references unresolved where this plan creates what they mean.
        conflicts: what a merge could not bring together.
        waiting: the manifest's own change that gives way to accepted drift.
    """

    address: Address
    steps: tuple[Step, ...] = ()
    drift: Drift | None = None
    definition: Definition | None = None
    conflicts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def decide_flow(inputs: Inputs, flow: DesiredFlow, definition: Definition) -> Decision:
    """Decide what a declared flow needs. `definition` is what is wanted of it in this environment."""
    known = recorded_as(inputs.state, flow)
    if known is None:
        return _unrecorded(inputs, flow, definition)
    address, record = known
    live = inputs.live.flows.get(record.sid)
    if live is None:
        return _recreate(flow, definition, record)
    flow = replace(flow, status=status_of(flow, live.row.status))
    return _known(_Known(inputs, flow, record, live, renamed=address != flow.address), definition)


@dataclass(frozen=True, slots=True)
class _Known:
    """A recorded flow that exists, with its two older sides."""

    inputs: Inputs
    flow: DesiredFlow
    record: FlowRecord
    live: LiveFlow
    renamed: bool = False

    @property
    def now(self) -> Snapshot:
        return of_live(self.live, self.record)

    @property
    def basis(self) -> Basis:
        published = self.live.published or (self.live.body if self.live.row.status == "published" else None)
        recorded = self.record.published.revision if self.record.published else None
        return Basis(
            sid=self.live.row.sid,
            revision=self.live.row.revision,
            published_revision=published.revision if published else recorded,
            digest=self.now.latest.digests.full,
            target=None,
        )


def _unrecorded(inputs: Inputs, flow: DesiredFlow, definition: Definition) -> Decision:
    sid = inputs.desired.environment.imports.get(flow.address) or inputs.own.get(flow.address)
    live = inputs.live.flows.get(sid) if sid else None
    if live is None or live.body is None:
        return Decision(flow.address, (_create(flow, definition, "not-recorded"),), definition=definition)
    record = record_of(live, flow)
    flow = replace(flow, status=status_of(flow, live.row.status))
    known = _Known(inputs, flow, record, live)
    after = _decide_change(known, definition, compare(of_record(record), known.now, by=flow.status), drift=None)
    reason = "imported" if sid == inputs.desired.environment.imports.get(flow.address) else "own-mark"
    adopt = Step(flow.address, "adopt", "none", reason, known.basis)
    return replace(after, steps=(adopt, *(step for step in after.steps if step.kind != "record")))


def foreign_owner(inputs: Inputs, address: Address, sid: str) -> str | None:
    """Tell whose mark an unrecorded flow bears when it is not ours; None when it bears none."""
    live = inputs.live.flows.get(sid)
    first = read_mark(live.first.commit_message) if live and live.first else None
    if first is None or first.owner == inputs.owner(address):
        return None
    return f"{first.owner.project}/{first.owner.environment}/{first.owner.address}"


def record_of(live: LiveFlow, flow: DesiredFlow) -> FlowRecord:
    """Give the record that adopting a flow would make, for comparing only."""
    from_live = of_live(live, None)
    return FlowRecord(
        sid=live.row.sid,
        friendly_name=live.row.friendly_name,
        status=live.row.status,
        revision=live.row.revision,
        webhook_url=live.row.webhook_url,
        published=None,
        sent=None,
        stored=from_live.latest.digests,
        on_delete=flow.lifecycle.on_delete,
    )


def _create(flow: DesiredFlow, definition: Definition, reason: str, notes: tuple[str, ...] = ()) -> Step:
    if flow.address.name in definition.references:
        raise CycleError([str(flow.address)] * 2)  # its SID is known only when it exists
    target = None if definition.references else definition.digests.full
    diff: tuple[DiffItem, ...] = (
        FieldChanged("friendlyName", None, flow.friendly_name),
        FieldChanged("status", None, flow.status),
        *definitions.differences(NOTHING, definition),
    )
    basis = Basis(sid=None, revision=0, published_revision=None, digest=None, target=target)
    return Step(flow.address, "create", "behaviour", reason, basis, diff=diff, notes=notes)


def _recreate(flow: DesiredFlow, definition: Definition, record: FlowRecord) -> Decision:
    note = PHONE_NUMBERS_STAY.format(sid=record.sid)
    step = _create(flow, definition, "deleted-by-others", (note,))
    drift = Drift(flow.address, "deleted", record.revision, None)
    return Decision(flow.address, (step,), drift, definition)


def _known(known: _Known, definition: Definition) -> Decision:
    drifted = compare(of_record(known.record), known.now, by=known.flow.status)
    decision = _decide_change(known, definition, drifted, _drift(known, drifted))
    drift = decision.drift and replace(
        decision.drift, diff=_told_drift(known, definition, drifted, decision.drift.diff)
    )
    steps = tuple(replace(step, diff=_told_step(known, definition, drifted, step.diff)) for step in decision.steps)
    return replace(decision, drift=drift, steps=steps)


def _told_drift(
    known: _Known, definition: Definition, drifted: Comparison, items: tuple[DiffItem, ...]
) -> tuple[DiffItem, ...]:
    sides = _three_sides(known, definition, _drifted_head(known, drifted))
    found = told(items, sides, before="base", after="live") if sides is not None else items
    return told_fields(found, _fields(known))


def _told_step(
    known: _Known, definition: Definition, drifted: Comparison, items: tuple[DiffItem, ...]
) -> tuple[DiffItem, ...]:
    found = items
    if drifted.content == "none":
        found = told_by(items, "manifest")
    elif items and (sides := _three_sides(known, definition, known.now.head(known.flow.status))) is not None:
        found = told(items, sides, before="live", after="desired")
    return told_fields(found, _fields(known))


def _three_sides(known: _Known, definition: Definition, head: Content | None) -> Sides | None:
    base = known.live.base.definition if known.live.base else None
    if base is None or head is None or head.definition is None:
        return None
    manage = known.inputs.desired.policy.layout == "manage"
    return three_sides(base, head.definition, definition, ignored=ignored_in(known.flow), manage_layout=manage)


def _fields(known: _Known) -> Fields:
    record, row, flow = known.record, known.live.row, known.flow
    ignored = "friendlyName" in flow.lifecycle.ignore_changes
    name = record.friendly_name if ignored else flow.friendly_name
    return Fields((record.friendly_name, row.friendly_name, name), (record.status, row.status, flow.status))


def _drifted_head(known: _Known, drifted: Comparison) -> Content | None:
    return known.now.latest if drifted.draft else known.now.head(known.flow.status)


def _drift(known: _Known, drifted: Comparison) -> Drift | None:
    moved = (known.live.row.revision, known.live.row.status) != (known.record.revision, known.record.status)
    if drifted.flow_class == "none" and not moved:
        return None
    return Drift(
        address=known.flow.address,
        change_class=drifted.flow_class,
        from_revision=known.record.revision,
        to_revision=known.live.row.revision,
        revisions=foreign_revisions(known.live, known.inputs.owner(known.flow.address), known.record.revision),
        diff=_drift_items(known, drifted),
    )


def _drift_items(known: _Known, drifted: Comparison) -> tuple[DiffItem, ...]:
    items: list[DiffItem] = []
    if drifted.name:
        items.append(FieldChanged("friendlyName", known.record.friendly_name, known.live.row.friendly_name))
    if drifted.status or drifted.draft:
        items.append(FieldChanged("status", known.record.status, known.live.row.status))
    base = known.live.base.definition if known.live.base else None
    head = _drifted_head(known, drifted)
    if base is not None and head is not None and head.definition is not None:
        items.extend(definitions.differences(base, head.definition))
    return tuple(items)


def _decide_change(known: _Known, definition: Definition, drifted: Comparison, drift: Drift | None) -> Decision:
    flow = known.flow
    conflicts: tuple[str, ...] = ()
    reason = "changed"
    foreign = drifted.content == "behaviour" and drift is not None and not is_ours(drift)
    if foreign and known.inputs.on_drift(flow) == "merge":
        merged = _merged(known, definition)
        definition, conflicts = merged.definition, merged.conflicts
        reason = "changed" if conflicts else "merged"
    wanted = _kept(known, definition)
    change = compare(known.now, _desired_side(known, wanted), by=flow.status)
    kind = _step_kind(known, change, wanted)
    if kind is None:
        return _nothing_to_send(known, wanted, drift, reason)
    if foreign and known.inputs.on_drift(flow) == "accept":
        step = Step(flow.address, "record", "behaviour", "accepted", known.basis)
        return Decision(flow.address, (step,), drift, wanted, warnings=(_waits(known),))
    step = _write(known, kind, change, wanted)
    notes = (*_beside_published(known), *(_on_foreign(known, reason) if foreign else ()))
    return Decision(flow.address, (replace(step, reason=reason, notes=notes),), drift, wanted, conflicts)


def _nothing_to_send(known: _Known, wanted: Definition, drift: Drift | None, merged: str) -> Decision:
    reason = _record_reason(known, drift)
    steps: tuple[Step, ...] = ()
    if reason is not None and merged == "merged":
        notes = _on_foreign(known, merged)
        steps = (Step(known.flow.address, "record", _step_class(drift), merged, known.basis, notes=notes),)
    elif reason is not None:
        steps = (Step(known.flow.address, "record", _step_class(drift), reason, known.basis),)
    return Decision(known.flow.address, steps, drift, wanted, warnings=_cannot_unpublish(known))


def is_ours(drift: Drift) -> bool:
    """Tell whether our own writes alone moved a flow: every revision since bears our mark."""
    return bool(drift.revisions) and all(revision.ours for revision in drift.revisions)


@dataclass(frozen=True, slots=True)
class _Merged:
    definition: Definition
    conflicts: tuple[str, ...]


def _merged(known: _Known, definition: Definition) -> _Merged:
    base = known.live.base.definition if known.live.base else None
    head = known.now.head(known.flow.status)
    if base is None or head is None or head.definition is None:
        return _Merged(definition, ("the revision both sides started from cannot be read",))
    merged, conflicts = merge(base, head.definition, definition)
    return _Merged(merged if not conflicts else definition, tuple(conflicts))


def _kept(known: _Known, definition: Definition) -> Definition:
    # What is ignored stays as the compared head has it: a draft of others on top of it must not be published.
    head = known.now.head(known.flow.status) or known.now.latest
    ignored = ignored_in(known.flow)
    if head.definition is None or not ignored:
        return definition
    return keep_ignored(definition, head.definition, ignored)


def composed(definition: Definition, live: Definition, *, manage_layout: bool) -> Definition:
    """Give what an update sends: the wanted definition, on the canvas as people left it."""
    return definition if manage_layout else keep_layout(definition, live)


def _desired_side(known: _Known, wanted: Definition) -> Snapshot:
    ignored = known.flow.lifecycle.ignore_changes
    name = known.live.row.friendly_name if "friendlyName" in ignored else known.flow.friendly_name
    return of_desired(name, known.flow.status, wanted, known.record)


def _step_kind(known: _Known, change: Comparison, wanted: Definition) -> StepKind | None:
    layout = known.inputs.desired.policy.layout
    if not matters(change.content, layout):
        if change.name:
            return "update"
        return "publish" if _own_draft_waits(known, wanted) else None
    latest = _same_content(known, known.now.latest, wanted)
    if known.flow.status == "published" and known.live.row.status == "draft" and latest:
        return "publish"
    return "update"


def _own_draft_waits(known: _Known, wanted: Definition) -> bool:
    """Tell whether a draft of ours, of the very content that is published, still stands on top of it."""
    if known.flow.status != "published" or not ends_in_own_draft(known.record):
        return False
    still = (known.live.row.revision, known.live.row.status) == (known.record.revision, "draft")
    return still and _same_content(known, known.now.latest, wanted)


def _same_content(known: _Known, latest: Content, wanted: Definition) -> bool:
    side = of_desired(known.flow.friendly_name, "draft", wanted, known.record).latest
    if known.inputs.desired.policy.layout == "manage":
        return latest.digests.full == side.digests.full
    return latest.digests.behaviour == side.digests.behaviour


def _write(known: _Known, kind: StepKind, change: Comparison, wanted: Definition) -> Step:
    items: list[DiffItem] = []
    row = known.live.row
    if change.name:
        items.append(FieldChanged("friendlyName", row.friendly_name, known.flow.friendly_name))
    if row.status != known.flow.status:
        items.append(FieldChanged("status", row.status, known.flow.status))
    manage = known.inputs.desired.policy.layout == "manage"
    latest = known.now.latest.definition
    sent = wanted if latest is None else composed(wanted, latest, manage_layout=manage)
    head = known.now.head(known.flow.status)
    shown = head.definition if head is not None and head.definition is not None else latest
    if shown is not None and kind == "update":
        items.extend(definitions.differences(shown, sent))
    change_class: ChangeClass = change.flow_class if kind == "update" else "metadata"
    target = None if sent.references else sent.digests.full
    return Step(
        known.flow.address, kind, change_class, "changed", replace(known.basis, target=target), diff=tuple(items)
    )


def _record_reason(known: _Known, drift: Drift | None) -> str | None:
    if known.renamed:
        return "renamed"
    if drift is not None:
        return "moved"
    if known.record.on_delete != known.flow.lifecycle.on_delete:
        return "lifecycle"
    return None


def _step_class(drift: Drift | None) -> ChangeClass:
    return drift.change_class if drift is not None else "none"


def _cannot_unpublish(known: _Known) -> tuple[str, ...]:
    if known.flow.status == "draft" and known.live.row.status == "published":
        return (f"{known.flow.address}: draft is wanted, but this content is published; Studio cannot unpublish.",)
    return ()


def _waits(known: _Known) -> str:
    address, number = known.flow.address, known.live.row.revision
    command = f"`reconciler pull {address}`"
    return (
        f"{address}: revision {number} is taken into the record, not into the manifest: the next plan will want to "
        f"undo it, unless {command} puts it into the manifest's file."
    )


def _on_foreign(known: _Known, reason: str) -> tuple[str, ...]:
    address, number = known.flow.address, known.live.row.revision
    if reason == "merged":
        note = (
            "What others changed is in Studio, not in the manifest: the manifest's next change undoes it, unless "
            f"`reconciler pull {address}` puts it into its file before."
        )
        return (note,)
    if known.inputs.on_drift(known.flow) == "revert":
        return (f"Overwrites revision {number}; `reconciler rollback {address} --to {number}` brings it back.",)
    return ()


def _beside_published(known: _Known) -> tuple[str, ...]:
    published = known.basis.published_revision
    if known.flow.status == "published" or known.live.row.status == "draft" or published is None:
        return ()
    return (f"This becomes a draft: callers go on with revision {published}, which stays published.",)
