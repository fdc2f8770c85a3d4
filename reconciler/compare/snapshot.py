"""One side of a comparison, in one normal form for recorded, live and desired."""

from __future__ import annotations

from dataclasses import dataclass, field

from reconciler.model.definition import Definition, Digests, Status
from reconciler.model.live import FlowRevision, LiveFlow
from reconciler.model.record import FlowRecord


@dataclass(frozen=True, slots=True)
class Content:
    """What one revision says: digests always, the definition where somebody read it."""

    digests: Digests
    definition: Definition | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One flow as one side sees it.

    Attributes:
        status: of the latest revision.
        latest: content of the latest revision, draft or published.
        published: content that callers get; None when never published.
    """

    friendly_name: str
    status: Status
    latest: Content
    published: Content | None

    def head(self, wanted: Status) -> Content | None:
        """Give what a desired status is compared with: the published head, or the latest revision."""
        return self.published if wanted == "published" else self.latest


def of_record(record: FlowRecord) -> Snapshot:
    """Give the recorded side."""
    published = Content(record.published.digests) if record.published else None
    return Snapshot(record.friendly_name, record.status, Content(record.stored), published)


def of_live(live: LiveFlow, record: FlowRecord | None) -> Snapshot:
    """Give the live side. What was not fetched has not changed, so the record speaks for it."""
    if live.body is None:
        if record is None:
            raise ValueError("a flow without record is compared by its body")
        known = of_record(record)
        return Snapshot(live.row.friendly_name, live.row.status, known.latest, known.published)
    latest = content_of(live.body)
    return Snapshot(live.row.friendly_name, live.row.status, latest, _published(live, latest, record))


def _published(live: LiveFlow, latest: Content, record: FlowRecord | None) -> Content | None:
    if live.row.status == "published":
        return latest
    if live.published is not None:
        return content_of(live.published)
    if live.never_published or record is None or record.published is None:
        return None
    return Content(record.published.digests)


def content_of(revision: FlowRevision) -> Content:
    """Give the content of a revision that was read with its definition."""
    if revision.definition is None:
        raise ValueError(f"revision {revision.revision} was read without its definition")
    return Content(revision.definition.digests, revision.definition)


def sent_for(record: FlowRecord, wanted: Status) -> Digests | None:
    """Give the digests of what we sent, if the head of that status is what Studio made of it.

    `sent` belongs to our newest revision. A draft that others put on top of it is the latest revision, but not ours; a
    draft of ours is not what callers get.
    """
    if record.sent is None or record.status == "published" or record.published is None:
        return record.sent
    ours = max((e.revision for e in record.revisions if e.by == "us"), default=record.revision)
    mine = "draft" if ours > record.published.revision else "published"
    return record.sent if wanted == mine else None


def of_desired(friendly_name: str, status: Status, wanted: Definition, record: FlowRecord | None) -> Snapshot:
    """Give the desired side, in the form in which Studio stores it where that is known.

    Studio may add defaults or reorder: what equals what we sent stands for what Studio answered to it, so that no
    server's habit ever looks like a change.
    """
    content = Content(wanted.digests, wanted)
    if record is not None:
        head = of_record(record).head(status)
        sent = sent_for(record, status)
        if head is not None and sent is not None:
            content = Content(_as_stored(wanted.digests, sent, head.digests), wanted)
    return Snapshot(friendly_name, status, content, content if status == "published" else None)


def _as_stored(wanted: Digests, sent: Digests, stored: Digests) -> Digests:
    return Digests(
        behaviour=stored.behaviour if wanted.behaviour == sent.behaviour else wanted.behaviour,
        full=stored.full if wanted.full == sent.full else wanted.full,
    )
