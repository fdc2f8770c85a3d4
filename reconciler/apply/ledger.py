"""What one run knows of the state while it changes it: reads are cheap, writes are durable before they count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from reconciler.model.address import Address
from reconciler.model.live import FlowRevision
from reconciler.model.record import (
    DropIntent,
    DropResource,
    FlowRecord,
    PutIntent,
    PutResource,
    Resource,
    StateChange,
    TestUsersRecord,
)
from reconciler.ports import StateSession


class Ledger:
    """Record outcomes and look them up again, from any thread of the pool.

    Single look-ups and replacements of a dictionary need no lock of their own.
    """

    def __init__(self, session: StateSession, sids: dict[str, str]) -> None:
        """Start from the state as it is; `sids` are the SIDs of managed flows by name."""
        self._session = session
        state = session.state
        self.lineage = state.lineage
        self._resources: dict[Address, Resource] = dict(state.resources)
        self._sids = dict(sids)
        self._pending = set(state.pending)

    def flow(self, address: Address) -> FlowRecord | None:
        """Give the record of a flow as of now."""
        found = self._resources.get(address)
        return found if isinstance(found, FlowRecord) else None

    def test_users_of(self, flow: Address) -> tuple[Address, ...]:
        """Give the addresses of the recorded test users of a flow."""
        found = list(self._resources.items())
        return tuple(a for a, r in found if isinstance(r, TestUsersRecord) and r.flow == flow)

    def renaming(self, old: Address, new: Address) -> list[StateChange]:
        """Give the changes that move everything known under an old address of a flow to its new one."""
        if old == new:
            return []
        changes: list[StateChange] = [DropResource(old)]
        for address, resource in list(self._resources.items()):
            if isinstance(resource, TestUsersRecord) and resource.flow == old:
                changes.append(PutResource(address, replace(resource, flow=new)))
        return changes

    def sids(self) -> dict[str, str]:
        """Give the SIDs of managed flows by name, those created in this run included."""
        return dict(self._sids)

    def sid(self, name: str) -> str | None:
        """Give the SID of one managed flow."""
        return self._sids.get(name)

    def recorded_sids(self) -> frozenset[str]:
        """Give all SIDs that some record names."""
        return frozenset(record.sid for record in list(self._resources.values()))

    def record(self, changes: Sequence[StateChange]) -> None:
        """Make changes durable, then let them count. Raises StateWriteError; then nothing of it counts."""
        self._session.record(changes)
        for change in changes:
            if isinstance(change, PutResource):
                self._resources[change.address] = change.resource
                if isinstance(change.resource, FlowRecord):
                    self._sids[change.address.name] = change.resource.sid
            elif isinstance(change, DropResource):
                self._resources.pop(change.address, None)
            elif isinstance(change, PutIntent):
                self._pending.add(change.address)
            elif isinstance(change, DropIntent):
                self._pending.discard(change.address)

    def has_intent(self, address: Address) -> bool:
        """Tell whether a write of this address was sent, or was about to be, and nobody knows how it ended."""
        return address in self._pending

    def save_body(self, address: Address, revision: FlowRevision) -> str:
        """Keep the body of a flow that is about to be deleted; give where it is."""
        return self._session.save_body(address, revision)
