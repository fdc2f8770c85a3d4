"""Take over a flow that exists: write its record, touch nothing in Studio."""

from __future__ import annotations

from dataclasses import replace

from reconciler.apply.look import fetch_at_least, fetch_number, published_head
from reconciler.apply.records import adopted
from reconciler.errors import NotFoundError, RefusedError, UsageError
from reconciler.model.address import Address
from reconciler.model.desired import Desired
from reconciler.model.live import LiveFlow
from reconciler.model.record import PutResource, SetAccount, State
from reconciler.plan.inputs import owner_of, recorded_as
from reconciler.plan.mark import read_mark
from reconciler.workflows.plan import must_match
from reconciler.workflows.refresh import look_of
from reconciler.workflows.results import Imported
from reconciler.workflows.sides import declared
from reconciler.workflows.world import WritingWorld


def import_flow(  # noqa: PLR0913 - each is a separate wish of the command line
    world: WritingWorld,
    desired: Desired,
    address: Address,
    sid: str,
    *,
    blank: State,
    take_over: bool,
    lock_timeout: float,
) -> Imported:
    """Record an existing flow under a declared address, as it is; the next plan shows what the manifest changes.

    Raises:
        UsageError: the address is not declared, or it or the SID is recorded already, or there is no such flow.
        RefusedError: the flow carries the mark of somebody else, and `take_over` was not said.
    """
    flow = declared(desired, address)
    with world.store.open(create=blank, timeout=lock_timeout) as session:
        state = session.state
        must_match(state, blank)
        _must_be_free(state, desired, address, sid)
        live = _read(world, desired, sid)
        notes = _owner(desired, address, live, take_over=take_over)
        record = adopted(live, owner_of(desired, address), flow.lifecycle.on_delete)
        account = live.row.account_sid
        known = () if account is None or state.account is not None else (SetAccount(account),)
        _same_account(state, blank, account)
        session.record([*known, PutResource(address, record)])
    return Imported(address, sid, record.revision, record, notes)


def _must_be_free(state: State, desired: Desired, address: Address, sid: str) -> None:
    known = recorded_as(state, declared(desired, address))
    if known is not None:
        raise UsageError(
            f"{address} is recorded already, as {known[1].sid}",
            hint=f"`reconciler state rm {known[0]}` forgets it; the flow itself stays.",
        )
    for other, record in state.flows().items():
        if record.sid == sid:
            raise UsageError(f"{sid} is recorded already, as {other}", hint=f"`reconciler state mv {other} {address}`.")


def _same_account(state: State, blank: State, account: str | None) -> None:
    expected = blank.account or state.account
    if expected and account and expected != account:
        raise RefusedError(f"account {account} answers, but {expected} is expected here")


def _read(world: WritingWorld, desired: Desired, sid: str) -> LiveFlow:
    look = look_of(world.reading(), desired)
    try:
        body = fetch_at_least(replace(look, window=0.0), sid, 1)
    except NotFoundError as error:
        raise UsageError(f"this account has no flow {sid}") from error
    published = published_head(look, body)
    first = body.latest if body.row.revision == 1 else fetch_number(look, sid, 1, body.latest)
    return LiveFlow(body.row, body.latest, published, never_published=published is None, first=first)


def _owner(desired: Desired, address: Address, live: LiveFlow, *, take_over: bool) -> tuple[str, ...]:
    mark = read_mark(live.first.commit_message) if live.first else None
    if mark is None or mark.owner == owner_of(desired, address):
        return ()
    owner = f"{mark.owner.project}/{mark.owner.environment}/{mark.owner.address}"
    if not take_over:
        raise RefusedError(f"{live.row.sid} carries the mark of {owner}", hint="Say --take-over if it is yours by now.")
    return (f"It carried the mark of {owner}: make sure that nobody else manages it.",)
