"""The live side: what Studio answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from reconciler.model.definition import Definition, Status


@dataclass(frozen=True, slots=True)
class FlowRow:
    """A flow as the list shows it: no definition, and neither commit message nor `valid` can be trusted there.

    `status` is that of the latest revision: `draft` does not mean that nothing is published (api.md A4.3).
    """

    sid: str
    account_sid: str | None
    friendly_name: str
    status: Status
    revision: int
    date_created: datetime | None = None
    date_updated: datetime | None = None
    webhook_url: str | None = None


@dataclass(frozen=True, slots=True)
class FlowRevision:
    """One immutable, numbered revision of a flow. `definition` is None in a list of revisions."""

    sid: str
    revision: int
    status: Status
    friendly_name: str
    definition: Definition | None
    commit_message: str | None = None
    author_sid: str | None = None
    date_created: datetime | None = None
    date_updated: datetime | None = None


@dataclass(frozen=True, slots=True)
class FlowBody:
    """A flow as Fetch, create and update answer it: the latest revision, draft or published."""

    row: FlowRow
    definition: Definition
    commit_message: str | None = None
    author_sid: str | None = None

    @property
    def latest(self) -> FlowRevision:
        """Give the latest revision that this body is."""
        return FlowRevision(
            sid=self.row.sid,
            revision=self.row.revision,
            status=self.row.status,
            friendly_name=self.row.friendly_name,
            definition=self.definition,
            commit_message=self.commit_message,
            author_sid=self.author_sid,
            date_created=self.row.date_created,
            date_updated=self.row.date_updated,
        )


@dataclass(frozen=True, slots=True)
class FlowInput:
    """What a create, an update and Validate send: always all four (design section 8.3).

    `commit_message` is never empty: Studio refuses an empty one and struggles with a missing one (api.md A4.13).
    """

    friendly_name: str
    status: Status
    definition: Definition
    commit_message: str


@dataclass(frozen=True, slots=True)
class LiveFlow:
    """What was read of one flow that we know or are to know.

    Attributes:
        row: the newest row seen, from the list or a fetch.
        body: the latest revision; None when it was not fetched because nothing can have changed.
        published: the published head; None when not fetched or never published (`never_published` tells).
        base: the recorded revision's body, when it was fetched to show what others did.
        between: revisions above the recorded one, oldest first, each with author and message.
        never_published: LatestPublished said that there is none.
        first: revision 1, when it was read to look for a mark.
    """

    row: FlowRow
    body: FlowRevision | None = None
    published: FlowRevision | None = None
    base: FlowRevision | None = None
    between: tuple[FlowRevision, ...] = ()
    never_published: bool = False
    first: FlowRevision | None = None


@dataclass(frozen=True, slots=True)
class Live:
    """Everything that was read for one plan.

    Attributes:
        account: the account that answered; None when nothing told.
        flows: by SID, all that the list and the re-reads gave.
        absent: recorded SIDs whose absence is proven (complete list, two 404 a window apart).
        test_users: contacts by flow SID, as Studio gave them.
        active: SIDs of flows to be deleted that have active executions.
        calls: how many API calls were made, by operation.
    """

    account: str | None
    flows: Mapping[str, LiveFlow] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    test_users: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    active: frozenset[str] = frozenset()
    calls: Mapping[str, int] = field(default_factory=dict)
