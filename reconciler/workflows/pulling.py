"""Bring home what people changed in the Console: live flows → what the manifests' files are to say, and the records.

Nothing here writes a file: whoever calls puts each `Pulled` into the files and then lets `settle` move the records, so
that a run that is killed in between leaves drift that is still seen, and never a record of what no file holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from reconciler.apply.look import head_number, read_moved
from reconciler.apply.records import moved
from reconciler.compare.flows import compare
from reconciler.compare.snapshot import of_desired, of_record
from reconciler.definition import compare as definitions
from reconciler.definition import document, portable
from reconciler.definition.layout import keep_ignored, keep_layout
from reconciler.definition.merge import merge
from reconciler.errors import NotFoundError, RefusedError, StaleError, UsageError
from reconciler.model.address import Address
from reconciler.model.definition import Definition, Status
from reconciler.model.desired import Desired, DesiredFlow
from reconciler.model.jsontypes import JsonObject
from reconciler.model.live import FlowRevision, FlowRow, LiveFlow
from reconciler.model.record import FlowRecord, PutResource, State
from reconciler.plan.inputs import flow_names, ignored_in, owner_of, recorded_as, status_of
from reconciler.plan.values import DiffItem, FieldChanged
from reconciler.ports import StateStore
from reconciler.workflows.plan import must_match
from reconciler.workflows.refresh import look_of
from reconciler.workflows.sides import body_definition, no_flow, wanted_here
from reconciler.workflows.world import ReadingWorld

_NO_BASE: Final = "the revision both sides started from cannot be read"


@dataclass(frozen=True, slots=True)
class PullOptions:
    """What a person says of a pull.

    Attributes:
        addresses: these, whether they moved or not; none means every recorded flow that moved since it was recorded.
        merge: keep what the manifest itself changed since the recorded revision. Default no: live wins.
        draft: take a draft that is newer than the published revision. Default no.
        layout: take the places on the canvas along. Default no, unless the policy manages them.
    """

    addresses: tuple[Address, ...] = ()
    merge: bool = False
    draft: bool = False
    layout: bool = False


@dataclass(frozen=True, slots=True)
class Pulled:
    """What one flow's document is to say.

    Attributes:
        flow: as the manifests declare it.
        recorded: the address and the record as they were found.
        record: the record once the files are written.
        revision: the revision that the body is of.
        data, resolved: the new body, and the file's own, both in portable form.
        friendly_name, status: None where the manifest says to leave them alone.
        items: what differs from the manifest.
        conflicts: what both sides changed; with any, nothing of this flow is to be written.
        notes: what a person should know.
    """

    flow: DesiredFlow
    recorded: tuple[Address, FlowRecord]
    record: FlowRecord
    revision: FlowRevision
    data: JsonObject
    resolved: JsonObject
    friendly_name: str | None
    status: Status | None
    items: tuple[DiffItem, ...]
    conflicts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def address(self) -> Address:
        """The flow's address."""
        return self.flow.address


@dataclass(frozen=True, slots=True)
class Pulls:
    """What a pull found: the flows to write, those that are gone from the account, and whether any is recorded."""

    flows: tuple[Pulled, ...] = ()
    gone: tuple[Address, ...] = ()
    recorded: bool = True


def read_pulls(world: ReadingWorld, desired: Desired, options: PullOptions, blank: State) -> Pulls:
    """Read the flows that are to be pulled, and say what the manifests become. Writes nothing.

    Raises:
        UsageError: an address is not declared, not recorded, or has a write whose end is not known.
        RefusedError: another account answers than the environment's.
        NotFoundError: a flow that was named is gone.
        StateMismatchError, StaleError, StudioError: as for a plan.
    """
    state = world.state.read() or blank
    must_match(state, blank)
    known = _known(desired, state, options)
    if not known:
        return Pulls(recorded=False)
    rows = {row.sid: row for row in world.reader.list_flows()}
    _same_account(rows, state.account or desired.environment.account)
    work = _Work(world, desired, state, options, rows)
    found = world.pool.map(work.pull, [desired.flows[address] for address in known])
    gone = tuple(address for address, pulled in zip(known, found, strict=True) if isinstance(pulled, NotFoundError))
    return Pulls(tuple(pulled for pulled in found if isinstance(pulled, Pulled)), gone)


def settle(
    store: StateStore, blank: State, pulls: Sequence[Pulled], write: Callable[[], None], *, lock_timeout: float
) -> None:
    """Write the files and then move the records, under the lock of the state.

    Args:
        store: the state.
        blank: what it must match.
        pulls: without those that are not to be written.
        write: puts the new texts in place.
        lock_timeout: seconds to wait for the lock.

    Raises:
        StaleError: another run recorded one of these flows meanwhile; nothing was written.
    """
    with store.open(create=blank, timeout=lock_timeout) as session:
        must_match(session.state, blank)
        for pulled in pulls:
            address, record = pulled.recorded
            if session.state.flow(address) != record or address in session.state.pending:
                raise StaleError(
                    f"another run has written to {address} meanwhile; nothing is pulled", hint="Try again."
                )
        write()
        session.record([PutResource(p.recorded[0], p.record) for p in pulls if p.record != p.recorded[1]])


def _known(desired: Desired, state: State, options: PullOptions) -> list[Address]:
    named = dict.fromkeys(options.addresses)
    for address in named:
        flow = desired.flows.get(address)
        if flow is None:
            write = f"Write a document for it, then take it over: `reconciler import {address} FW…`."
            raise no_flow(address, "not declared, so there is no file to write it to", desired.flows, write)
        if recorded_as(state, flow) is None:
            raise UsageError(
                f"{address} is not recorded, so nobody knows which flow it is",
                hint=f"`reconciler import {address} FW…` takes over the flow that it is.",
            )
    chosen = [address for address, flow in desired.flows.items() if recorded_as(state, flow) is not None]
    for address in named or chosen:
        recorded = recorded_as(state, desired.flows[address])
        if recorded is not None and recorded[0] in state.pending:
            raise UsageError(
                f"{address}: a write was interrupted", hint="`reconciler apply` settles what became of it."
            )
    return [*named] or chosen


def _same_account(rows: Mapping[str, FlowRow], expected: str | None) -> None:
    other = next(
        (row.account_sid for row in rows.values() if expected and row.account_sid not in {None, expected}), None
    )
    if other is not None:
        raise RefusedError(f"account {other} answers, but {expected} is expected here")


@dataclass(frozen=True, slots=True)
class _Head:
    """The live revision that a manifest is to follow."""

    revision: FlowRevision
    status: Status
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Work:
    world: ReadingWorld
    desired: Desired
    state: State
    options: PullOptions
    rows: Mapping[str, FlowRow]

    def pull(self, flow: DesiredFlow) -> Pulled | NotFoundError | None:
        """Read one flow; None when nothing moved and nobody named it, the error when it is gone and nobody did."""
        known = recorded_as(self.state, flow)
        if known is None:
            return None
        record = known[1]
        live = self._read(flow, record)
        if not isinstance(live, LiveFlow):
            return live
        wanted = status_of(flow, live.row.status)
        head = self._head(flow, live, wanted)
        pulled = self._content(flow, known, live, head)
        new = moved(record, live, owner_of(self.desired, flow.address), pulled.status or wanted)
        return replace(pulled, record=new)

    def _read(self, flow: DesiredFlow, record: FlowRecord) -> LiveFlow | NotFoundError | None:
        named = flow.address in self.options.addresses
        row = self.rows.get(record.sid)
        if row is not None and not named and _as_recorded(row, record):
            return None
        known = row or FlowRow(record.sid, None, record.friendly_name, record.status, record.revision)
        base = head_number(record, status_of(flow, known.status))
        try:
            return read_moved(look_of(self.world, self.desired), record, known, base=base)
        except NotFoundError as error:
            if not named:
                return error
            raise NotFoundError(
                f"{flow.address}: {record.sid} is gone from the account", status=404, hint="`reconciler plan` shows it."
            ) from error

    def _head(self, flow: DesiredFlow, live: LiveFlow, wanted: Status) -> _Head:
        latest = live.body
        if latest is None:
            raise ValueError("a flow is pulled by its body")
        if wanted == "draft" or self.options.draft or live.row.status == "published":
            return _Head(latest, live.row.status)
        if live.published is None:
            return _Head(latest, "draft")
        command = f"`reconciler pull {flow.address} --draft`"
        note = f"Revision {latest.revision} is a newer draft, and stays one; {command} takes it."
        return _Head(live.published, "published", (note,))

    def _content(self, flow: DesiredFlow, known: tuple[Address, FlowRecord], live: LiveFlow, head: _Head) -> Pulled:
        names = flow_names(self.desired, self.state)
        mine = portable.bind(flow.definition, names)
        theirs = _portable(body_definition(head.revision), names)
        notes = list(head.notes)
        conflicts: tuple[str, ...] = ()
        if self.options.merge:
            base = self._base(flow, known[1], live, head, names)
            theirs, conflicts = (mine, (_NO_BASE,)) if base is None else merge(base, theirs, mine)
        elif self._changed_itself(flow, known[1]):
            notes.append(
                f"What the manifest itself changed since revision {known[1].revision} is overwritten; "
                f"`reconciler pull {flow.address} --merge` keeps it."
            )
        notes += self._shared(flow)
        new = self._kept(flow, theirs, mine)
        fields = _Fields.of(flow, known[1], live.row.friendly_name, head.status, merge=self.options.merge)
        return Pulled(
            flow=flow,
            recorded=known,
            record=known[1],
            revision=head.revision,
            data=new.data(),
            resolved=mine.data(),
            friendly_name=fields.friendly_name,
            status=fields.status,
            items=(*fields.items(flow), *definitions.differences(mine, new)),
            conflicts=(*fields.conflicts, *conflicts),
            notes=tuple(notes),
        )

    def _base(
        self, flow: DesiredFlow, record: FlowRecord, live: LiveFlow, head: _Head, names: Mapping[str, str]
    ) -> Definition | None:
        """Give the revision that both sides started from; None when it cannot be read."""
        if live.base is not None:
            return _portable(body_definition(live.base), names)
        number = head_number(record, status_of(flow, live.row.status))
        digests = (
            record.published.digests if record.published and record.published.revision == number else record.stored
        )
        body = body_definition(head.revision)
        return _portable(body, names) if body.digests == digests else None

    def _shared(self, flow: DesiredFlow) -> list[str]:
        """Name the other flows that the file of a definition is about."""
        others = [
            other.address
            for other in self.desired.flows.values()
            if other.source == flow.source != flow.place.file and other.address != flow.address
        ]
        return [f"{flow.source} is the definition of {', '.join(map(str, others))} too."] if others else []

    def _kept(self, flow: DesiredFlow, new: Definition, mine: Definition) -> Definition:
        kept = keep_ignored(new, mine, ignored_in(flow)) if ignored_in(flow) else new
        follow = self.options.layout or self.desired.policy.layout == "manage"
        return kept if follow else keep_layout(kept, mine)

    def _changed_itself(self, flow: DesiredFlow, record: FlowRecord) -> bool:
        wanted = wanted_here(self.desired, self.state, flow.address)
        side = of_desired(flow.friendly_name, flow.status, wanted, record)
        return compare(of_record(record), side, by=flow.status).content == "behaviour"


@dataclass(frozen=True, slots=True)
class _Fields:
    """What a flow's document is to say beside the definition; None leaves a field alone."""

    friendly_name: str | None
    status: Status | None
    conflicts: tuple[str, ...]

    @classmethod
    def of(cls, flow: DesiredFlow, record: FlowRecord, name: str, status: Status, *, merge: bool) -> _Fields:
        """Take live's values; in a merge only those that live changed."""
        ignored = flow.lifecycle.ignore_changes
        by_live = {"friendlyName": name != record.friendly_name, "status": status != _recorded_status(record)}
        by_manifest = {
            "friendlyName": flow.friendly_name not in {record.friendly_name, name},
            "status": flow.status not in {_recorded_status(record), status},
        }
        taken = {field for field, changed in by_live.items() if field not in ignored and (changed or not merge)}
        conflicts = tuple(sorted(field for field in taken if merge and by_manifest[field]))
        return cls(
            name if "friendlyName" in taken else None,
            status if "status" in taken else None,
            conflicts,
        )

    def items(self, flow: DesiredFlow) -> tuple[FieldChanged, ...]:
        """Give what differs from the manifest."""
        found = []
        if self.friendly_name not in {None, flow.friendly_name}:
            found.append(FieldChanged("friendlyName", flow.friendly_name, self.friendly_name))
        if self.status not in {None, flow.status}:
            found.append(FieldChanged("status", flow.status, self.status))
        return tuple(found)


def _recorded_status(record: FlowRecord) -> Status:
    """Give the status of the head that was recorded: a draft on top of a published revision hides it from nobody."""
    return "published" if record.published is not None else record.status


def _as_recorded(row: FlowRow, record: FlowRecord) -> bool:
    seen = (row.revision, row.status, row.friendly_name)
    return seen == (record.revision, record.status, record.friendly_name)


def _portable(definition: Definition, names: Mapping[str, str]) -> Definition:
    """Give a body as a manifest would hold it: references to managed flows by name, look-alikes escaped."""
    return portable.bind(document.of(portable.escape(definition.data())), names)
