"""The recorded side: what the state last saw, and how it changes. The file format is `reconciler.state.document`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from reconciler.model.address import Address
from reconciler.model.definition import Digests, Status
from reconciler.model.desired import OnDelete
from reconciler.model.release import Release

Author = Literal["us", "others"]


@dataclass(frozen=True, slots=True)
class RevisionEntry:
    """One revision in a flow's history. `digest` is the full digest of what Studio stored; None if nobody read it."""

    revision: int
    status: Status
    digest: str | None
    message: str | None
    author: str | None
    at: datetime | None
    by: Author
    plan: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class PublishedHead:
    """The newest published revision of a flow: what its callers get."""

    revision: int
    digests: Digests


@dataclass(frozen=True, slots=True)
class FlowRecord:
    """What the state knows of one flow.

    Attributes:
        sid: the flow's identity.
        revision, status: the latest revision seen; a list row that shows the same pair cannot have changed.
        published: the published head; None when the flow was never published.
        sent: digests of what we sent last; None until we write.
        stored: digests of the latest revision as Studio answered it.
        on_delete: what to do when the manifest is gone.
        revisions: oldest first, from adoption on; at most 200 in the snapshot, older ones in the history file.
    """

    sid: str
    friendly_name: str
    status: Status
    revision: int
    webhook_url: str | None
    published: PublishedHead | None
    sent: Digests | None
    stored: Digests
    on_delete: OnDelete = "delete"
    revisions: tuple[RevisionEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class TestUsersRecord:
    """What the state knows of one flow's test users: what we sent and what Studio answered, both sorted."""

    __test__ = False  # pytest takes every class called Test… for a test otherwise

    flow: Address
    sid: str
    sent: tuple[str, ...]
    stored: tuple[str, ...]


Resource = FlowRecord | TestUsersRecord
IntentKind = Literal["create", "update", "publish", "delete", "set-test-users"]


@dataclass(frozen=True, slots=True)
class Intent:
    """A write that was about to be sent. It stays in the state until its outcome is recorded.

    Attributes:
        token: unique per intent; stands in the mark of the commit message.
        sid: None for a create.
        base: the revision the write goes on top of; 0 for a create.
        target: full digest of what is sent (for test users: of the sorted contacts).
        behaviour: behaviour digest of what is sent; None for a delete and for test users.
        at: by the server's clock (its `Date` header) where known.
    """

    token: str
    kind: IntentKind
    sid: str | None
    friendly_name: str
    status: Status
    base: int
    target: str
    plan: str
    at: datetime
    behaviour: str | None = None


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a state last."""

    version: str
    at: datetime
    plan: str | None


@dataclass(frozen=True, slots=True)
class State:
    """One state: what one project has in one environment.

    `serial` grows by one with each fold of the journal. `pending` holds intents by address. `release` is the one under
    way, or the last one; None when there was none.
    """

    lineage: str
    serial: int
    project: str
    environment: str
    account: str | None
    endpoint: str | None
    writer: Writer | None = None
    resources: Mapping[Address, Resource] = field(default_factory=dict)
    pending: Mapping[Address, Intent] = field(default_factory=dict)
    release: Release | None = None

    @property
    def releasing(self) -> Release | None:
        """Give the release that is under way, None when there is none."""
        return self.release if self.release is not None and self.release.under_way else None

    def flow(self, address: Address) -> FlowRecord | None:
        """Give the record of a flow, None when there is none."""
        found = self.resources.get(address)
        return found if isinstance(found, FlowRecord) else None

    def flows(self) -> dict[Address, FlowRecord]:
        """Give all recorded flows by address."""
        return {a: r for a, r in self.resources.items() if isinstance(r, FlowRecord)}

    def test_users(self) -> dict[Address, TestUsersRecord]:
        """Give all recorded test users by address."""
        return {a: r for a, r in self.resources.items() if isinstance(r, TestUsersRecord)}


@dataclass(frozen=True, slots=True)
class PutResource:
    """Record a resource as it is now."""

    address: Address
    resource: Resource


@dataclass(frozen=True, slots=True)
class DropResource:
    """Forget a resource."""

    address: Address


@dataclass(frozen=True, slots=True)
class PutIntent:
    """Remember a write before it is sent."""

    address: Address
    intent: Intent


@dataclass(frozen=True, slots=True)
class DropIntent:
    """Note that what became of an intent is known."""

    address: Address


@dataclass(frozen=True, slots=True)
class SetAccount:
    """Note which account the state belongs to, once it is known."""

    account: str


@dataclass(frozen=True, slots=True)
class PutRelease:
    """Remember a release as it stands now."""

    release: Release


StateChange = PutResource | DropResource | PutIntent | DropIntent | SetAccount | PutRelease


def changed(state: State, changes: Iterable[StateChange]) -> State:
    """Give the state after these changes, in their order. Doing the same changes twice changes nothing more."""
    resources, pending, account = dict(state.resources), dict(state.pending), state.account
    release = state.release
    for change in changes:
        match change:
            case PutResource(address, resource):
                resources[address] = resource
            case DropResource(address):
                resources.pop(address, None)
            case PutIntent(address, intent):
                pending[address] = intent
            case DropIntent(address):
                pending.pop(address, None)
            case SetAccount(name):
                account = name
            case PutRelease(now):
                release = now
    return replace(state, resources=resources, pending=pending, account=account, release=release)
