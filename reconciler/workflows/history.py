"""Tell the revisions of one flow: whose they are, when, what they said and, if asked, what they changed.

From the state alone, or from Studio, which knows all of them, with the state's word on which are ours. Names come from
Twilio's Monitor where it may be read; nothing else depends on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from reconciler.definition import compare as definitions
from reconciler.definition.document import of
from reconciler.model.address import Address
from reconciler.model.audit import Actor, Audit, AuditEvent
from reconciler.model.desired import Desired
from reconciler.model.live import FlowRevision
from reconciler.model.record import RevisionEntry, State
from reconciler.plan.inputs import owned, owner_of
from reconciler.plan.values import DiffItem, FieldChanged
from reconciler.ports import AuditReader, StateReader
from reconciler.workflows.bodies import Bodies
from reconciler.workflows.results import History
from reconciler.workflows.sides import no_flow, record_of
from reconciler.workflows.world import ReadingWorld

_NEAR: Final = timedelta(seconds=30)
"""Monitor's time of a change and Studio's time of the revision are two clocks' words on one moment."""

_WRITES: Final = frozenset({"flow.created", "flow.updated"})


@dataclass(frozen=True, slots=True)
class LookBack:
    """What is asked of a flow's past.

    Attributes:
        newest: how many revisions, the newest; 0 for all.
        patch: also what each changed. Default no.
    """

    address: Address
    newest: int = 0
    patch: bool = False


def read_history(state: StateReader, address: Address) -> History:
    """Give the history of a flow as the state knows it, oldest first. Studio is not asked.

    Raises:
        UsageError: no such flow is recorded.
    """
    present = state.read()
    record = present.flow(address) if present is not None else None
    if record is None:
        known = present.flows() if present is not None else ()
        raise no_flow(address, "not recorded", known, "`reconciler state list` shows what is.")
    by_number = {entry.revision: entry for entry in (*state.history(address), *record.revisions)}
    return History(address, record, tuple(by_number[number] for number in sorted(by_number)))


def look_back(world: ReadingWorld, audit: AuditReader, desired: Desired, asked: LookBack, blank: State) -> History:
    """Give the history of a flow as Studio knows it, oldest first, with names where Monitor may be read.

    Bodies are read only where they are needed, each once: for a commit message that neither the state nor the list
    tells, and to say what a revision changed.

    Raises:
        UsageError: the flow is not recorded.
    """
    record = record_of(desired, world.state.read() or blank, asked.address)
    known = {entry.revision: entry for entry in (*world.state.history(asked.address), *record.revisions)}
    rows = sorted(world.reader.list_revisions(record.sid), key=lambda row: row.revision)
    shown = rows[-asked.newest :] if asked.newest else rows
    bodies = Bodies(world, asked.address, record)
    numbers = _compared(rows, shown) if asked.patch else []
    bodies.read([*numbers, *(row.revision for row in shown if _untold(row, known.get(row.revision)))])
    told = audit.events_of(record.sid)
    owner = owner_of(desired, asked.address)
    entries = tuple(
        replace(one, by="us") if owned(one.message, owner) else one
        for one in (_entry(row, known.get(row.revision), bodies) for row in shown)
    )
    return History(
        asked.address,
        record,
        entries,
        actors=actors_of([(entry.revision, entry.at) for entry in entries], told),
        patches=_patches(bodies, numbers, shown) if asked.patch else {},
        older=len(rows) - len(shown),
        nameless=told.missing,
        live_head=max((row.revision for row in rows if row.status == "published"), default=None),
    )


def actors_of(revisions: Iterable[tuple[int, datetime | None]], audit: Audit) -> dict[int, Actor]:
    """Give who made each revision, by the moment: the event that is nearest to it, each event once."""
    left = [event for event in audit.events if event.type in _WRITES and event.at is not None]
    found: dict[int, Actor] = {}
    pairs = sorted(
        (
            (distance, number, event.sid)
            for number, at in revisions
            for event in left
            if (distance := _distance(event, at)) <= _NEAR
        ),
        key=lambda pair: (pair[0], -pair[1], pair[2]),
    )
    actors = {event.sid: event.actor for event in left}
    for _, number, sid in pairs:
        if number not in found and sid in actors:
            found[number] = actors.pop(sid)
    return found


def _distance(event: AuditEvent, at: datetime | None) -> timedelta:
    return abs(event.at - at) if event.at is not None and at is not None else timedelta.max


def _untold(row: FlowRevision, entry: RevisionEntry | None) -> bool:
    return row.commit_message is None and (entry is None or entry.message is None)


def _entry(row: FlowRevision, known: RevisionEntry | None, bodies: Bodies) -> RevisionEntry:
    """Give what is known of a revision: what Studio says now, and what only the state remembers."""
    whole = bodies.known(row.revision) or row
    entry = known or RevisionEntry(row.revision, row.status, None, None, None, None, "others")
    return replace(
        entry,
        status=row.status,
        message=whole.commit_message or entry.message,
        author=row.author_sid or entry.author,
        at=entry.at or row.date_updated or row.date_created,
    )


def _compared(rows: Sequence[FlowRevision], shown: Sequence[FlowRevision]) -> list[int]:
    """Give the numbers to read: those that are shown, and the one before the first of them."""
    numbers = [row.revision for row in rows]
    first = len(rows) - len(shown)
    return numbers[max(first - 1, 0) :]


def _patches(
    bodies: Bodies, numbers: Sequence[int], shown: Sequence[FlowRevision]
) -> Mapping[int, tuple[DiffItem, ...]]:
    wanted = {row.revision for row in shown}
    found: dict[int, tuple[DiffItem, ...]] = {}
    for index, number in enumerate(numbers):
        if number in wanted:
            before = bodies.revision(numbers[index - 1]) if index else None
            found[number] = _changed(before, bodies.revision(number))
    return found


def _changed(before: FlowRevision | None, after: FlowRevision) -> tuple[DiffItem, ...]:
    nothing = of({"states": []})
    if after.definition is None:
        return ()
    fields = [
        FieldChanged("friendlyName", before.friendly_name if before else None, after.friendly_name),
        FieldChanged("status", before.status if before else None, after.status),
    ]
    old = before.definition if before is not None and before.definition is not None else nothing
    return (*(one for one in fields if one.before != one.after), *definitions.differences(old, after.definition))
