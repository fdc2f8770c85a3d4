"""Read one flow in spite of lag: an older answer than one already seen is stale, never news (api.md A4.12)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from reconciler.errors import NotFoundError, StaleError
from reconciler.model.definition import Status
from reconciler.model.live import FlowBody, FlowRevision, FlowRow, LiveFlow
from reconciler.model.record import FlowRecord
from reconciler.ports import Clock, FlowReader

T = TypeVar("T")

_FIRST_DELAY = 0.05
_LONGEST_DELAY = 2.0
_SHORTEST_DELAY = 0.001  # what is less may not move a clock at all


@dataclass(frozen=True, slots=True)
class Look:
    """A reader and how long Studio may take to show what it has done, in seconds."""

    reader: FlowReader
    clock: Clock
    window: float

    def server_now(self) -> datetime:
        """Give the time by Studio's clock, by ours before its first answer."""
        return self.reader.server_time() or self.clock.now()

    def polls(self) -> Iterator[None]:
        """Ask for one attempt at once, more with growing delays, and a last one when the window has passed.

        An attempt may take long: what it read at its beginning says nothing about the end of the window, so the last
        one begins after it.
        """
        end = self.clock.monotonic() + self.window
        delay = _FIRST_DELAY
        while True:
            last = self.clock.monotonic() >= end
            yield
            if last:
                return
            left = end - self.clock.monotonic()
            if left > 0:
                self.clock.sleep(max(min(delay, left), _SHORTEST_DELAY))
            delay = min(delay * 2, _LONGEST_DELAY)


def fetch_at_least(look: Look, sid: str, revision: int) -> FlowBody:
    """Give the latest revision of a flow, once it is at least the one already known.

    Raises:
        NotFoundError: 404 from the first attempt to the last, at least one window apart: the flow is gone.
        StaleError: the window has passed and the answers are still older than what was seen before.
    """
    missing: NotFoundError | None = None
    always = True
    seen: int | None = None
    for _ in look.polls():
        try:
            body = look.reader.fetch_flow(sid)
        except NotFoundError as error:
            missing = error
            continue
        always, seen = False, body.row.revision
        if body.row.revision >= revision:
            return body
    if missing is not None and always:
        raise missing
    raise StaleError(
        f"{sid}: Studio shows revision {seen}, but revision {revision} was seen before",
        hint="Try again later; if it stays so, `reconciler plan --refresh=full` compares every body.",
    )


def fetch_number(look: Look, sid: str, revision: int, newer: FlowRevision) -> FlowRevision | None:
    """Give a revision below one that is known to exist; None when the numbers have a gap there.

    A 404 beside a revision younger than the window may be lag: it is asked again until the window has passed.
    """
    for _ in look.polls():
        try:
            return look.reader.fetch_revision(sid, revision)
        except NotFoundError:
            if _settled(look, newer):
                return None
    return None


def _settled(look: Look, revision: FlowRevision) -> bool:
    written = revision.date_updated or revision.date_created
    return written is not None and look.server_now() - written > timedelta(seconds=look.window)


def between(look: Look, sid: str, above: int, latest: FlowRevision) -> tuple[FlowRevision, ...]:
    """Give the revisions above a number and below the latest, oldest first, gaps left out."""
    numbers = range(above + 1, latest.revision)
    found = (fetch_number(look, sid, number, latest) for number in numbers)
    return tuple(revision for revision in found if revision is not None)


def published_head(look: Look, body: FlowBody) -> FlowRevision | None:
    """Give the published head of a flow whose latest revision was just read; None when it was never published."""
    return body.latest if body.row.status == "published" else look.reader.fetch_published(body.row.sid)


def when_shown(look: Look, call: Callable[[], T]) -> T:
    """Make a read of a flow that is known to exist; repeat a 404 until the window has passed.

    Raises:
        NotFoundError: 404 from the first attempt to the last.
    """
    missing = NotFoundError("nothing was asked")
    for _ in look.polls():
        try:
            return call()
        except NotFoundError as error:
            missing = error
    raise missing


def head_number(record: FlowRecord, wanted: Status) -> int:
    """Give the number of the recorded revision that a desired status looks at: the published head, or the latest."""
    return record.published.revision if wanted == "published" and record.published else record.revision


def fetch_contacts(look: Look, sid: str, settled: Callable[[tuple[str, ...]], bool]) -> tuple[str, ...]:
    """Give the test users of a flow, once they are settled or the window has passed.

    Raises:
        NotFoundError: there is no such flow, from the first attempt to the last.
    """
    missing: NotFoundError | None = None
    contacts: tuple[str, ...] | None = None
    for _ in look.polls():
        try:
            contacts = look.reader.fetch_test_users(sid)
        except NotFoundError as error:
            missing = error
            continue
        if settled(contacts):
            break
    if contacts is None and missing is not None:
        raise missing
    return contacts or ()


def _published_now(look: Look, record: FlowRecord, body: FlowBody) -> FlowRevision | None:
    """Give the published head, once it is at least the recorded one; what is older at the end of the window stands."""
    known = record.published.revision if record.published else 0
    published: FlowRevision | None = None
    for _ in look.polls():
        published = published_head(look, body)
        if known == 0 or (published is not None and published.revision >= known):
            break
    return published


def read_moved(look: Look, record: FlowRecord, row: FlowRow, *, base: int) -> LiveFlow:
    """Read everything about a flow that has moved since it was recorded; `base` is the recorded revision to compare.

    Raises:
        NotFoundError, StaleError: as `fetch_at_least`.
    """
    body = fetch_at_least(look, row.sid, max(row.revision, record.revision))
    published = _published_now(look, record, body)
    heads = [body.definition.digests, *((published.definition.digests,) if published and published.definition else ())]
    recorded = record.published.digests if record.published and record.published.revision == base else record.stored
    changed = any(head != recorded for head in heads)
    return LiveFlow(
        row=body.row,
        body=body.latest,
        published=published,
        never_published=published is None,
        between=between(look, row.sid, record.revision, body.latest),
        base=fetch_number(look, row.sid, base, body.latest) if changed else None,
    )
