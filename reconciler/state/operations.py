"""What the commands under `reconciler state` do: functions of a store or a state that print and parse nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from reconciler.errors import StateDamagedError, StateLockedError, UsageError
from reconciler.model.address import Address
from reconciler.model.jsontypes import JsonObject
from reconciler.model.record import (
    DropIntent,
    DropResource,
    PutIntent,
    PutResource,
    State,
    StateChange,
    TestUsersRecord,
)
from reconciler.ports import StateReader, StateStore
from reconciler.state.document import decode, encode
from reconciler.state.encoding import intent_json, resource_json
from reconciler.state.store import ManagedStore


def addresses(state: State) -> Sequence[Address]:
    """List what is recorded or pending, in order."""
    return sorted({*state.resources, *state.pending})


def described(state: State, address: Address) -> JsonObject:
    """Give what is recorded of an address in the words of the document: `resource` and `pending`, null for neither.

    Raises:
        UsageError: nothing is recorded of it.
    """
    _check_known(state, address)
    resource, intent = state.resources.get(address), state.pending.get(address)
    return {
        "address": str(address),
        "pending": None if intent is None else intent_json(intent),
        "resource": None if resource is None else resource_json(resource),
    }


def remove(store: StateStore, address: Address, *, timeout: float) -> Sequence[Address]:
    """Forget an address, and with a flow its test users; nothing changes in Studio. Give what was forgotten.

    Raises:
        UsageError: nothing is recorded of it.
    """
    return _record(store, timeout, lambda state: removal(state, address))


def removal(state: State, address: Address) -> Sequence[StateChange]:
    """Give the changes that forget an address, and with a flow its test users.

    Raises:
        UsageError: nothing is recorded of it.
    """
    _check_known(state, address)
    users = [each for each, record in state.test_users().items() if record.flow == address and each != address]
    return [change for each in (address, *sorted(users)) for change in (DropResource(each), DropIntent(each))]


def move(store: StateStore, old: Address, new: Address, *, timeout: float) -> None:
    """Give what is recorded another address; nothing changes in Studio.

    Raises:
        UsageError: nothing is recorded of `old`, something of `new`, or they are of different kinds.
    """
    _record(store, timeout, lambda state: renaming(state, old, new))


def renaming(state: State, old: Address, new: Address) -> Sequence[StateChange]:
    """Give the changes that move a record from one address to another; test users follow their flow.

    Raises:
        UsageError: nothing is recorded of `old`, something of `new`, they are of different kinds, or a release of
            `old` is under way.
    """
    _check_known(state, old)
    if old.kind != new.kind:
        raise UsageError(f"{old} cannot become {new}: they are of different kinds")
    if state.releasing is not None and old in state.releasing.addresses:
        raise UsageError(
            f"{old} is part of release {state.releasing.id}, which is under way",
            hint="End it first: `reconciler release`, or `reconciler release --back`.",
        )
    if new in state.resources or new in state.pending:
        raise UsageError(f"{new} is recorded already", hint=f"Forget it first: `reconciler state rm {new}`.")
    changes: list[StateChange] = [DropResource(old), DropIntent(old)]
    if (resource := state.resources.get(old)) is not None:
        changes.append(PutResource(new, resource))
    if (intent := state.pending.get(old)) is not None:
        changes.append(PutIntent(new, intent))
    for address, users in state.test_users().items():
        if users.flow == old:
            changes.append(PutResource(address, _of_flow(users, new)))
    return changes


def pull(reader: StateReader) -> bytes:
    """Give the whole document, journal included, as `push` takes it.

    Raises:
        UsageError: there is no state yet.
    """
    return encode(_present(reader))


def push(store: ManagedStore, data: bytes, *, origin: str, timeout: float, force: bool = False) -> State:
    """Put a document in the place of the state; what was there is kept as a backup.

    Args:
        store: the state to replace.
        data: the document.
        origin: the file it was read from, for messages.
        timeout: seconds to wait for the lock; 0 does not wait.
        force: also take another lineage, a serial that is not higher, and the place of a damaged state.

    Raises:
        StateDamagedError: the document, or without `force` what is there, cannot be trusted.
        StateMismatchError: the lineage is another one.
        StaleError: the serial is not higher.
    """
    return store.replace(decode(data, origin), timeout=timeout, force=force)


def restore(store: ManagedStore, serial: int, *, timeout: float) -> State:
    """Put a backup back, under a new serial. Of the present state, even a damaged one, a copy is kept.

    Raises:
        StateDamagedError: there is no such backup, or it cannot be trusted.
        StateMismatchError: it is of another lineage than the present state.
    """
    backup = store.backup(serial)
    try:
        present = store.read()
    except StateDamagedError:
        return store.replace(backup, timeout=timeout, force=True)
    # Of a snapshot that is gone, the last serial was one above the newest backup: it must not come again.
    above = max(store.backups()) + 2 if present is None else present.serial + 1
    return store.replace(replace(backup, serial=max(above, backup.serial)), timeout=timeout)


def unlock(store: ManagedStore) -> None:
    """Wipe out what a dead run left of its lock, where the lock itself went with its process.

    Raises:
        StateLockedError: a run holds it. That of a remote store can be broken by its ID alone, which is told.
    """
    holder = store.holder()
    if holder is not None:
        raise StateLockedError(
            f"the state is locked by {holder}",
            hint="Let it end, or end that process, and the lock goes with it. If it is dead and an ID is named here: "
            "`reconciler state unlock ID`.",
        )


def _record(store: StateStore, timeout: float, decide: Callable[[State], Sequence[StateChange]]) -> Sequence[Address]:
    with store.open(create=_present(store), timeout=timeout) as session:
        changes = decide(session.state)
        session.record(changes)
    return [change.address for change in changes if isinstance(change, DropResource)]


def _present(reader: StateReader) -> State:
    state = reader.read()
    if state is None:
        raise UsageError("there is no state yet", hint="The first `reconciler apply` or `reconciler import` makes one.")
    return state


def _of_flow(users: TestUsersRecord, flow: Address) -> TestUsersRecord:
    return replace(users, flow=flow)


def _check_known(state: State, address: Address) -> None:
    if address not in state.resources and address not in state.pending:
        raise UsageError(f"{address}: nothing is recorded of it", hint="`reconciler state list` shows what is.")
