"""Read the live side for one plan: one list call for all flows, then only what can have changed (design section 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from reconciler.apply.look import (
    Look,
    fetch_at_least,
    fetch_contacts,
    fetch_number,
    head_number,
    published_head,
    read_moved,
    when_shown,
)
from reconciler.errors import NotFoundError, ProtocolError, UsageError
from reconciler.model.desired import Desired
from reconciler.model.live import FlowRevision, FlowRow, Live, LiveFlow
from reconciler.model.record import FlowRecord, State
from reconciler.plan.build import called
from reconciler.plan.inputs import flow_names, owner_of, status_of
from reconciler.plan.mark import read_mark
from reconciler.plan.needs import Needs, needs, row_of
from reconciler.plan.options import PlanOptions
from reconciler.workflows.world import ReadingWorld

READING = "Reading Studio"


@dataclass(frozen=True, slots=True)
class _Refresh:
    world: ReadingWorld
    look: Look
    desired: Desired
    state: State
    options: PlanOptions
    needs: Needs
    rows: Mapping[str, FlowRow]

    def several(self, call: Callable[[str], LiveFlow | None], sids: Sequence[str]) -> dict[str, LiveFlow]:
        """Read some flows in the pool; those that are not there are left out."""
        self.world.progress.begin(READING, len(sids))

        def one(sid: str) -> LiveFlow | None:
            found = call(sid)
            self.world.progress.advance(READING)
            return found

        found = zip(sids, self.world.pool.map(one, sids), strict=True)
        return {sid: flow for sid, flow in found if flow is not None}


def look_of(world: ReadingWorld, desired: Desired) -> Look:
    """Give the reader with the consistency window of the project."""
    return Look(world.reader, world.clock, desired.policy.consistency_window.total_seconds())


def read_live(world: ReadingWorld, desired: Desired, state: State, options: PlanOptions) -> Live:
    """Read everything that a plan of this scope is decided on, and nothing else.

    With `refresh="none"` the state is trusted for what it knows. What it does not know is looked for all the same: a
    flow that exists must not be created a second time.

    Raises:
        UsageError: `imports` names a flow that the account does not have, or one that is recorded.
        StaleError: Studio keeps answering with less than was seen before.
        StudioError: Studio cannot be read, or its list may be short.
    """
    wanted = needs(desired, state, options)
    trusted = options.refresh == "none"
    if trusted and not wanted.names:
        return Live(state.account, _trusted(wanted))
    listed = {row.sid: row for row in world.reader.list_flows()}
    refresh = _Refresh(world, look_of(world, desired), desired, state, options, wanted, listed)
    flows = {sid: LiveFlow(row) for sid, row in listed.items()}
    known, absent = (_trusted(wanted), frozenset[str]()) if trusted else _known(refresh)
    flows.update(known)
    flows.update(_strangers(refresh))
    for sid in absent:
        flows.pop(sid, None)
    if not trusted:
        flows.update(_callers_of_lost(refresh, absent, flows))
        flows.update(_other_callers(refresh, flows))
    return Live(
        account=_account(refresh),
        flows=flows,
        absent=absent,
        test_users={} if trusted else _test_users(refresh, flows),
        active=frozenset() if trusted else _active(refresh, flows),
        calls=dict(world.reader.calls()),
    )


def _trusted(wanted: Needs) -> dict[str, LiveFlow]:
    return {sid: LiveFlow(row_of(record)) for sid, (_, record) in wanted.known.items()}


def _account(refresh: _Refresh) -> str | None:
    """Give the account that answered; one that is not the expected one speaks for all."""
    expected = refresh.desired.environment.account or refresh.state.account
    seen = {row.account_sid for row in refresh.rows.values() if row.account_sid}
    if not seen:
        return refresh.world.reader.fetch_account()
    return next((account for account in sorted(seen) if account != expected), min(seen))


def _known(refresh: _Refresh) -> tuple[dict[str, LiveFlow], frozenset[str]]:
    """Read recorded flows that moved, that will be written to, or that the list does not show."""
    suspects = [sid for sid, (_, record) in refresh.needs.known.items() if _suspect(refresh, sid, record)]
    found = refresh.several(lambda sid: _read_known(refresh, sid), sorted(suspects))
    return found, frozenset(sid for sid in suspects if sid not in found)


def _suspect(refresh: _Refresh, sid: str, record: FlowRecord) -> bool:
    row = refresh.rows.get(sid)
    if row is None or refresh.options.refresh == "full":
        return True
    needed = sid in refresh.needs.bodies or sid in refresh.needs.deletes
    return needed or (row.revision, row.status) != (record.revision, record.status)


def _read_known(refresh: _Refresh, sid: str) -> LiveFlow | None:
    _, record = refresh.needs.known[sid]
    row = refresh.rows.get(sid) or row_of(record)
    try:
        live = read_moved(refresh.look, record, row, base=_base(refresh, sid, record, row))
    except NotFoundError:
        return None
    if refresh.options.refresh == "full":
        _verify(record, live)
    return live


def _base(refresh: _Refresh, sid: str, record: FlowRecord, row: FlowRow) -> int:
    """Give the revision that a declared flow is compared with to see what others did: the head that is wanted."""
    flow = refresh.needs.declared.get(sid)
    return head_number(record, status_of(flow, row.status) if flow else row.status)


def _verify(record: FlowRecord, live: LiveFlow) -> None:
    """Hold what Studio says of the recorded revision against what was recorded: revisions are immutable."""
    same = [r for r in (live.base, *live.between, live.body) if r is not None and r.revision == record.revision]
    for revision in same:
        if revision.definition is not None and revision.definition.digests.full != record.stored.full:
            raise ProtocolError(
                f"{record.sid}: revision {record.revision} is not what was recorded of it",
                hint="Revisions are immutable: the state is of another flow, or it was edited. Restore a backup of it.",
            )


def _strangers(refresh: _Refresh) -> dict[str, LiveFlow]:
    """Read unrecorded flows that `imports` names, or that may be ours by name."""
    wanted = set(refresh.needs.imports.values())
    names = set(refresh.needs.names.values())
    recorded = {record.sid for record in refresh.state.flows().values()}
    namesakes = {
        sid for sid, row in refresh.rows.items() if row.friendly_name in names and sid not in recorded | wanted
    }
    found = refresh.several(lambda sid: _read_stranger(refresh, sid, adopt=sid in wanted), sorted(wanted | namesakes))
    for address, sid in refresh.needs.imports.items():
        if sid not in found:
            raise UsageError(f"imports: {address} names {sid}, which this account does not have")
    return found


def _read_stranger(refresh: _Refresh, sid: str, *, adopt: bool) -> LiveFlow | None:
    row = refresh.rows.get(sid)
    try:
        body = fetch_at_least(refresh.look, sid, row.revision if row else 1)
    except NotFoundError:
        return None
    first = body.latest if body.row.revision == 1 else fetch_number(refresh.look, sid, 1, body.latest)
    live = LiveFlow(body.row, first=first)
    if not (adopt or _is_ours(refresh, first)):
        return live
    published = published_head(refresh.look, body)
    return replace(live, body=body.latest, published=published, never_published=published is None)


def _is_ours(refresh: _Refresh, first: FlowRevision | None) -> bool:
    """Tell whether a flow's first revision bears our mark for an address that has no record."""
    mark = read_mark(first.commit_message) if first else None
    if mark is None or mark.owner.address not in refresh.needs.names:
        return False
    return mark.owner == owner_of(refresh.desired, mark.owner.address)


def _callers_of_lost(refresh: _Refresh, absent: frozenset[str], flows: Mapping[str, LiveFlow]) -> dict[str, LiveFlow]:
    """Read declared flows that call one which is gone: it gets a new SID, and they change with it."""
    lost = {refresh.needs.known[sid][0].name for sid in absent}
    names = flow_names(refresh.desired, refresh.state)
    callers = [
        sid
        for sid, flow in refresh.needs.declared.items()
        if sid in flows and flows[sid].body is None and called(flow.definition, names) & lost
    ]
    return refresh.several(lambda sid: _read_known(refresh, sid), sorted(callers)) if lost else {}


def _other_callers(refresh: _Refresh, flows: Mapping[str, LiveFlow]) -> dict[str, LiveFlow]:
    """Read every flow that is not ours before one of ours is deleted: what they call must not go unnoticed."""
    records = {record.sid: record for record in refresh.state.flows().values()}
    if not any(records[sid].on_delete == "delete" for sid in refresh.needs.deletes if sid in flows):
        return {}

    def read(sid: str) -> LiveFlow | None:
        try:
            return replace(flows[sid], body=fetch_at_least(refresh.look, sid, flows[sid].row.revision).latest)
        except NotFoundError:
            return None

    return refresh.several(read, sorted(sid for sid in flows if sid not in records and flows[sid].body is None))


def _test_users(refresh: _Refresh, flows: Mapping[str, LiveFlow]) -> dict[str, tuple[str, ...]]:
    adopted = {sid for sid, live in flows.items() if live.first is not None and live.body is not None}
    declared = {users.flow for users in refresh.desired.test_users.values()}
    ours = {sid for address, sid in refresh.needs.imports.items() if address in declared}
    sids = sorted((refresh.needs.test_users | ours | (adopted if declared else set())) & set(flows))
    known = {record.sid: frozenset(record.stored) for record in refresh.state.test_users().values()}
    found = refresh.world.pool.map(lambda sid: _contacts(refresh, sid, known.get(sid)), sids)
    return dict(zip(sids, found, strict=True))


def _contacts(refresh: _Refresh, sid: str, known: frozenset[str] | None) -> tuple[str, ...]:
    """Read the test users of one flow. They carry no version: right after a write of ours, what differs may be old."""
    writer, window = refresh.state.writer, timedelta(seconds=refresh.look.window)
    recent = writer is not None and refresh.look.clock.now() - writer.at <= window
    return fetch_contacts(refresh.look, sid, lambda found: not recent or known is None or known == set(found))


def _active(refresh: _Refresh, flows: Mapping[str, LiveFlow]) -> frozenset[str]:
    records = {record.sid: record for record in refresh.state.flows().values()}
    sids = [s for s in sorted(refresh.needs.deletes) if s in flows and records[s].on_delete == "delete"]
    reader = refresh.world.reader
    answers = refresh.world.pool.map(
        lambda sid: when_shown(refresh.look, lambda: reader.has_active_executions(sid)), sids
    )
    return frozenset(sid for sid, active in zip(sids, answers, strict=True) if active)
