"""Put a lost state together again from the account alone: by the marks that our writes left in commit messages.

What only the state knew cannot be known again, and is said: flows that bear our mark and are not declared (they may
have been retained or forgotten on purpose), and what was sent where Studio stores it in another form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from reconciler.apply.records import adopted, entry
from reconciler.errors import NotFoundError, UsageError
from reconciler.model.address import Address
from reconciler.model.definition import Digests
from reconciler.model.desired import Desired
from reconciler.model.live import FlowRevision, FlowRow, LiveFlow
from reconciler.model.record import (
    FlowRecord,
    PutResource,
    SetAccount,
    State,
    StateChange,
    TestUsersRecord,
)
from reconciler.plan.inputs import owned, owner_of, wanted
from reconciler.plan.mark import Mark, read_mark
from reconciler.workflows.world import ReadingWorld, WritingWorld

READING = "Reading revisions"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuilt state would hold.

    Attributes:
        changes: what is to be recorded.
        unknown: sentences about what cannot be known again.
    """

    changes: tuple[StateChange, ...]
    unknown: tuple[str, ...]

    def flows(self) -> tuple[tuple[Address, FlowRecord], ...]:
        """Give the flows found, by address."""
        found = [
            (change.address, change.resource)
            for change in self.changes
            if isinstance(change, PutResource) and isinstance(change.resource, FlowRecord)
        ]
        return tuple(sorted(found, key=lambda item: item[0]))


@dataclass(frozen=True, slots=True)
class _Found:
    live: LiveFlow
    revisions: tuple[FlowRevision, ...]
    mark: Mark


def propose(world: ReadingWorld, desired: Desired) -> Rebuilt:
    """Find everything that bears the mark of this project and environment. Reads only.

    Raises:
        UsageError: there is a state already.
    """
    if world.state.read() is not None:
        raise UsageError(
            "there is a state already", hint="`reconciler state pull` shows it; move it away to rebuild it."
        )
    rows = list(world.reader.list_flows())
    world.progress.begin(READING, len(rows))

    def read(row: FlowRow) -> _Found | None:
        found = _read(world, desired, row)
        world.progress.advance(READING)
        return found

    found = [one for one in world.pool.map(read, rows) if one is not None]
    return _rebuilt(world, desired, rows, found)


def rebuild(world: WritingWorld, blank: State, rebuilt: Rebuilt, *, lock_timeout: float) -> None:
    """Record what `propose` found, as the first serial of a new lineage.

    Raises:
        UsageError: somebody made a state in the meantime.
    """
    with world.store.open(create=blank, timeout=lock_timeout) as session:
        if session.state.resources or session.state.pending:
            raise UsageError("there is a state by now", hint="`reconciler state list` shows what it holds.")
        session.record(rebuilt.changes)


def _read(world: ReadingWorld, desired: Desired, row: FlowRow) -> _Found | None:
    """Read a flow back from its newest revision until a mark of ours says whose it is, then all the others."""
    body = world.reader.fetch_flow(row.sid)
    revisions = [body.latest]
    for number in range(body.row.revision - 1, 0, -1):
        try:
            revisions.append(world.reader.fetch_revision(row.sid, number))
        except NotFoundError:
            continue  # a gap
    marks = [mark for revision in revisions if (mark := read_mark(revision.commit_message)) is not None]
    ours = [mark for mark in marks if (mark.owner.project, mark.owner.environment) == _project(desired)]
    if not ours:
        return None
    published = next((revision for revision in revisions if revision.status == "published"), None)
    live = LiveFlow(body.row, body.latest, published, never_published=published is None)
    return _Found(live, tuple(reversed(revisions)), ours[0])


def _project(desired: Desired) -> tuple[str, str]:
    return desired.project, desired.environment.name


def _rebuilt(world: ReadingWorld, desired: Desired, rows: Sequence[FlowRow], found: Sequence[_Found]) -> Rebuilt:
    changes: list[StateChange] = [SetAccount(account) for account in {r.account_sid for r in rows} if account]
    unknown: list[str] = []
    by_address = _by_address(desired, found, unknown)
    sids = {address.name: one.live.row.sid for address, one in by_address.items()}
    for address, one in sorted(by_address.items()):
        record = _record(desired, address, one, sids)
        if record.sent is None:
            unknown.append(
                f"{address}: what was sent, because Studio stores it in another form; the next plan sends it"
            )
        changes.append(PutResource(address, record))
    changes.extend(_test_users(world, desired, sids, unknown))
    return Rebuilt(tuple(changes), tuple(unknown))


def _by_address(desired: Desired, found: Sequence[_Found], unknown: list[str]) -> dict[Address, _Found]:
    """Give what was found by declared address; what is not declared, or found twice, is told instead."""
    names = {name: address for address, flow in desired.flows.items() for name in flow.previous_names}
    claims: dict[Address, list[_Found]] = {}
    for one in sorted(found, key=lambda each: each.live.row.sid):
        marked = one.mark.owner.address
        address = marked if marked in desired.flows else names.get(marked.name)
        if address is None:
            unknown.append(f"{one.live.row.sid} bears the mark of {marked}, which is not declared: it is left alone")
        else:
            claims.setdefault(address, []).append(one)
    for address, several in claims.items():
        if len(several) > 1:
            sids = " and ".join(one.live.row.sid for one in several)
            unknown.append(f"{sids} all bear the mark of {address}: import the right one")
    return {address: several[0] for address, several in claims.items() if len(several) == 1}


def _record(desired: Desired, address: Address, one: _Found, sids: dict[str, str]) -> FlowRecord:
    flow = desired.flows[address]
    owner = owner_of(desired, address)
    record = adopted(one.live, owner, flow.lifecycle.on_delete)
    first = next((i for i, r in enumerate(one.revisions) if read_mark(r.commit_message) is not None), 0)
    history = tuple(
        entry(revision, "us" if owned(revision.commit_message, owner) else "others")
        for revision in one.revisions[first:]
    )
    return replace(record, revisions=history, sent=_sent(desired, address, one, sids))


def _sent(desired: Desired, address: Address, one: _Found, sids: dict[str, str]) -> Digests | None:
    """Find out what we sent last: what Studio stored, or what the manifest wants, whichever the mark's digest names."""
    ours = [r for r in one.revisions if owned(r.commit_message, owner_of(desired, address)) and r.definition]
    definition = desired.flows[address].definition
    names = {sid: name for name, sid in sids.items()}
    candidates = [*(r.definition.digests for r in ours[-1:] if r.definition), wanted(definition, names, sids).digests]
    marked = [digests for digests in candidates if digests.full.removeprefix("sha256:").startswith(one.mark.digest)]
    return marked[0] if marked else None


def _test_users(world: ReadingWorld, desired: Desired, sids: dict[str, str], unknown: list[str]) -> list[StateChange]:
    changes: list[StateChange] = []
    for address, users in sorted(desired.test_users.items()):
        sid = sids.get(users.flow.name)
        if sid is None:
            continue
        stored = world.reader.fetch_test_users(sid)
        if set(stored) != set(users.contacts):
            unknown.append(f"{address}: whether the test users are ours; the next plan shows the difference")
            continue
        contacts = tuple(sorted(users.contacts))
        changes.append(PutResource(address, TestUsersRecord(users.flow, sid, contacts, tuple(sorted(stored)))))
    return changes
