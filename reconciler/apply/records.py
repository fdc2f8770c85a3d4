"""Turn what Studio answered into records. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from reconciler.compare.flows import compare
from reconciler.compare.snapshot import of_live, of_record
from reconciler.model.definition import Digests, Status
from reconciler.model.desired import OnDelete
from reconciler.model.live import FlowBody, FlowRevision, LiveFlow
from reconciler.model.record import FlowRecord, PublishedHead, RevisionEntry
from reconciler.plan.inputs import owned
from reconciler.plan.mark import Owner
from reconciler.plan.values import ForeignRevision


@dataclass(frozen=True, slots=True)
class Written:
    """What we know of a write of ours beyond Studio's answer.

    Attributes:
        owner: whose mark is ours.
        sent: digests of what we sent (of what was wanted, when it was merged).
        plan: digest of the plan it belongs to.
        source: where the definition came from: `git:COMMIT` or None.
        on_delete: what the manifest says about its own removal.
    """

    owner: Owner
    sent: Digests
    plan: str
    source: str | None
    on_delete: OnDelete


def entry(
    revision: FlowRevision, by: Literal["us", "others"], *, plan: str | None = None, source: str | None = None
) -> RevisionEntry:
    """Give the history entry of one revision."""
    return RevisionEntry(
        revision=revision.revision,
        status=revision.status,
        digest=revision.definition.digests.full if revision.definition else None,
        message=revision.commit_message,
        author=revision.author_sid,
        at=revision.date_updated or revision.date_created,
        by=by,
        plan=plan,
        source=source,
    )


def foreign_revision(revision: FlowRevision) -> ForeignRevision:
    """Give a revision of somebody else as outcomes name it."""
    return ForeignRevision(
        revision=revision.revision,
        status=revision.status,
        author=revision.author_sid,
        at=revision.date_updated or revision.date_created,
        message=revision.commit_message,
        ours=False,
    )


def after_write(
    record: FlowRecord | None, answer: FlowBody, written: Written, others: Iterable[FlowRevision] = ()
) -> FlowRecord:
    """Give the record after a write of ours, with the revisions since it was recorded, mostly of others."""
    ours = entry(answer.latest, "us", plan=written.plan, source=written.source)
    before = (entry(r, "us" if owned(r.commit_message, written.owner) else "others") for r in others)
    history = with_entries(record.revisions if record else (), [*before, ours])
    digests = answer.definition.digests
    published = record.published if record else None
    if answer.row.status == "published":
        published = PublishedHead(answer.row.revision, digests)
    return FlowRecord(
        sid=answer.row.sid,
        friendly_name=answer.row.friendly_name,
        status=answer.row.status,
        revision=answer.row.revision,
        webhook_url=answer.row.webhook_url or (record.webhook_url if record else None),
        published=published,
        sent=written.sent,
        stored=digests,
        on_delete=written.on_delete,
        revisions=history,
    )


def with_entries(known: Iterable[RevisionEntry], new: Iterable[RevisionEntry]) -> tuple[RevisionEntry, ...]:
    """Give a history with entries added; a newer entry of the same number replaces the older one."""
    by_number = {e.revision: e for e in known}
    for e in new:
        old = by_number.get(e.revision)
        # A status flip keeps the number: what we knew of the write that minted it stays.
        by_number[e.revision] = e if old is None or e.by == "us" else replace(old, status=e.status)
    return tuple(by_number[number] for number in sorted(by_number))


def adopted(live: LiveFlow, owner: Owner, on_delete: OnDelete) -> FlowRecord:
    """Give the record of a flow that is taken over as it is. Its history begins with what it has now."""
    if live.body is None or live.body.definition is None:
        raise ValueError("a flow is adopted by its body")
    heads = {r.revision: r for r in (live.published, live.body) if r is not None}
    history = [entry(r, "us" if owned(r.commit_message, owner) else "others") for _, r in sorted(heads.items())]
    return FlowRecord(
        sid=live.row.sid,
        friendly_name=live.row.friendly_name,
        status=live.row.status,
        revision=live.row.revision,
        webhook_url=live.row.webhook_url,
        published=_head(live),
        sent=None,
        stored=live.body.definition.digests,
        on_delete=on_delete,
        revisions=tuple(history),
    )


def _head(live: LiveFlow) -> PublishedHead | None:
    head = live.body if live.row.status == "published" else live.published
    if head is None or head.definition is None:
        return None
    return PublishedHead(head.revision, head.definition.digests)


def moved(record: FlowRecord, live: LiveFlow, owner: Owner, wanted: Status) -> FlowRecord:
    """Give the record moved to what is live, with every revision since.

    What we sent counts only as long as the head that it became is still there (`compare.snapshot.sent_for`).
    """
    if live.body is None or live.body.definition is None:
        return replace(record, friendly_name=live.row.friendly_name)
    new = [entry(r, "us" if owned(r.commit_message, owner) else "others") for r in (*live.between, live.body)]
    drifted = compare(of_record(record), of_live(live, record), by=wanted)
    head = of_live(live, record).head(wanted)
    sent = record.sent
    if sent is not None and (drifted.content == "behaviour" or head is None):
        sent = None
    elif sent is not None and drifted.content == "layout" and head is not None:
        sent = Digests(sent.behaviour, head.digests.full)
    return replace(
        record,
        friendly_name=live.row.friendly_name,
        status=live.row.status,
        revision=live.row.revision,
        webhook_url=live.row.webhook_url or record.webhook_url,
        published=_head(live) or record.published,
        sent=sent,
        stored=live.body.definition.digests,
        revisions=with_entries(record.revisions, new),
    )
