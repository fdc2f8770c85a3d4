"""Find out how the writes of an interrupted run ended. Reads only; whoever may write records the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from reconciler.apply.look import Look, between
from reconciler.apply.records import Written, after_write, foreign_revision
from reconciler.apply.settle import find_created, find_updated, is_deleted
from reconciler.definition.canonical import digest_of_contacts
from reconciler.definition.contacts import same_contacts
from reconciler.errors import NotFoundError
from reconciler.model.address import Address
from reconciler.model.definition import Digests
from reconciler.model.desired import Desired, DesiredTestUsers
from reconciler.model.live import FlowBody
from reconciler.model.record import (
    DropIntent,
    DropResource,
    FlowRecord,
    Intent,
    PutResource,
    State,
    StateChange,
    TestUsersRecord,
)
from reconciler.plan.mark import Owner, read_mark
from reconciler.plan.values import ForeignRevision
from reconciler.ports import Pool

LONG_AGO: Final = timedelta(minutes=15)
"""A write that was to be sent so long ago has been sent and shown, or never will be: nothing is waited for."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of one pending intent, and what the state has to say about it from now on.

    Attributes:
        sid: the flow that was written, where one was.
        overwritten: revisions of others that landed before the write, and that it is on top of.
    """

    address: Address
    changes: tuple[StateChange, ...]
    message: str
    sid: str | None = None
    overwritten: tuple[ForeignRevision, ...] = ()


@dataclass(frozen=True, slots=True)
class _Open:
    look: Look
    state: State
    desired: Desired
    address: Address
    intent: Intent

    @property
    def owner(self) -> Owner:
        return Owner(self.state.project, self.state.environment, self.address)


def recover(look: Look, pool: Pool, state: State, desired: Desired) -> tuple[Recovered, ...]:
    """Settle every pending intent, also of addresses that no manifest names any more.

    A write that is not there once the window has passed did not happen; the plan will want it again.
    """
    if state.pending and look.reader.server_time() is None:
        look.reader.list_flows()  # how long ago an intent was recorded is told by Studio's clock, ours may be wrong
    items: Sequence[tuple[Address, Intent]] = sorted(state.pending.items())
    return tuple(pool.map(lambda item: _recover_one(look, state, desired, item), items))


def _recover_one(look: Look, state: State, desired: Desired, item: tuple[Address, Intent]) -> Recovered:
    address, intent = item
    old = look.server_now() - intent.at > LONG_AGO
    pending = _Open(replace(look, window=0.0) if old else look, state, desired, address, intent)
    match intent.kind:
        case "create":
            return _create(pending)
        case "update" | "publish":
            return _update(pending)
        case "delete":
            return _delete(pending)
        case "set-test-users":
            return _test_users(pending)


def _nothing(pending: _Open) -> Recovered:
    message = f"{pending.address}: the {pending.intent.kind} of an interrupted run did not happen"
    return Recovered(pending.address, (DropIntent(pending.address),), message)


def _create(pending: _Open) -> Recovered:
    known = frozenset(resource.sid for resource in pending.state.resources.values())
    found = find_created(pending.look, pending.intent, known)
    if found is None:
        return _nothing(pending)
    return _written(pending, None, found)


def _update(pending: _Open) -> Recovered:
    record = _record_of(pending)
    if record is None:
        return _nothing(pending)
    ours = [e.author for e in record.revisions if e.by == "us" and e.author]
    found, _ = find_updated(pending.look, pending.intent, record.sid, ours[-1] if ours else None)
    return _nothing(pending) if found is None else _written(pending, record, found)


def _record_of(pending: _Open) -> FlowRecord | None:
    by_sid = (r for r in pending.state.flows().values() if r.sid == pending.intent.sid)
    return pending.state.flow(pending.address) or next(by_sid, None)


def _written(pending: _Open, record: FlowRecord | None, found: FlowBody) -> Recovered:
    intent = pending.intent
    flow = pending.desired.flows.get(pending.address)
    on_delete = flow.lifecycle.on_delete if flow else record.on_delete if record else "delete"
    sent = Digests(intent.behaviour or found.definition.digests.behaviour, intent.target)
    written = Written(pending.owner, sent, intent.plan, None, on_delete)
    latest = found.latest
    others = between(pending.look, found.row.sid, record.revision, latest) if record else ()
    foreign = [r for r in others if (mark := read_mark(r.commit_message)) is None or mark.token != intent.token]
    overwritten = tuple(foreign_revision(r) for r in foreign if r.revision > intent.base)
    new = after_write(record, found, written, foreign)
    names = flow.previous_names if flow else ()
    old = [
        a
        for a, r in pending.state.flows().items()
        if a != pending.address and (r.sid == found.row.sid or a.name in names)
    ]
    changes: list[StateChange] = [DropResource(address) for address in old]
    users = ((a, r) for a, r in pending.state.test_users().items() if r.flow in old)
    changes += [PutResource(address, replace(resource, flow=pending.address)) for address, resource in users]
    changes += [PutResource(pending.address, new), DropIntent(pending.address)]
    message = f"{pending.address}: the {intent.kind} of an interrupted run is revision {new.revision} of {new.sid}"
    if overwritten:
        numbers = ", ".join(str(r.revision) for r in overwritten)
        message += f", on top of what others wrote meanwhile: revision {numbers}"
    return Recovered(pending.address, tuple(changes), message, new.sid, overwritten)


def _delete(pending: _Open) -> Recovered:
    if pending.intent.sid is None or not is_deleted(pending.look, pending.intent.sid):
        return _nothing(pending)
    users = [a for a, r in pending.state.test_users().items() if r.flow == pending.address]
    drops = [DropResource(address) for address in (pending.address, *users)]
    message = f"{pending.address}: the delete of an interrupted run was done"
    return Recovered(pending.address, (*drops, DropIntent(pending.address)), message)


def _test_users(pending: _Open) -> Recovered:
    sid = pending.intent.sid
    wanted = pending.desired.test_users.get(pending.address)
    if sid is None:
        return _nothing(pending)
    try:
        stored = pending.look.reader.fetch_test_users(sid)
    except NotFoundError:
        return _nothing(pending)
    if wanted is None or not _arrived(pending.intent, wanted, stored):
        return _nothing(pending)
    record = TestUsersRecord(wanted.flow, sid, tuple(sorted(wanted.contacts)), tuple(sorted(stored)))
    message = f"{pending.address}: the test users of an interrupted run are set"
    return Recovered(pending.address, (PutResource(pending.address, record), DropIntent(pending.address)), message)


def _arrived(intent: Intent, wanted: DesiredTestUsers, stored: tuple[str, ...]) -> bool:
    """Tell whether the list is what was sent; its manifest may have changed since, and Studio may spell it anew."""
    sent = digest_of_contacts(wanted.contacts) == intent.target
    return sent and same_contacts(stored, wanted.contacts)
