"""Find out what became of a write whose answer got lost. Reads only; never repeats the write (design section 8.5)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Final

from reconciler.apply.look import Look, fetch_number
from reconciler.definition.contacts import same_contacts
from reconciler.errors import NotFoundError
from reconciler.model.live import FlowBody, FlowRevision, FlowRow
from reconciler.model.record import Intent
from reconciler.plan.mark import read_mark

CLOCK_SLACK: Final = timedelta(seconds=60)
"""How much earlier than the intent a flow may seem to have been created."""


def is_ours(revision: FlowRevision, intent: Intent, author: str | None = None) -> bool:
    """Tell whether a revision is what this intent wrote.

    The token says so. A message that lost its mark altogether is matched by what was written and, where we know our
    own, by its author.
    """
    found = read_mark(revision.commit_message)
    if found is not None:
        return found.token == intent.token
    same = (
        revision.definition is not None
        and revision.definition.digests.full == intent.target
        and revision.friendly_name == intent.friendly_name
        and revision.status == intent.status
    )
    return same and (author is None or revision.author_sid in {None, author})


def find_created(look: Look, intent: Intent, known: Collection[str]) -> FlowBody | None:
    """Look for the flow that a create made, until the window has passed; None when there is none.

    Candidates are all flows that no record names, created since the intent, whatever they are called.
    """
    others: set[str] = set()
    for _ in look.polls():
        for row in look.reader.list_flows():
            if row.sid in known or row.sid in others or _older(row, intent):
                continue
            try:
                first = look.reader.fetch_revision(row.sid, 1)
            except NotFoundError:
                continue
            if is_ours(first, intent):
                return as_body(row, first)
            others.add(row.sid)
    return None


def _older(row: FlowRow, intent: Intent) -> bool:
    return row.date_created is not None and row.date_created < intent.at - CLOCK_SLACK


def find_updated(look: Look, intent: Intent, sid: str, author: str | None) -> tuple[FlowBody | None, int]:
    """Look for the revision that an update made, until the window has passed.

    Returns:
        The revision with its flow, None when there is none; and the latest revision seen, so that a repeat knows
        whether somebody else wrote meanwhile.
    """
    latest = intent.base
    checked: set[int] = set()
    for _ in look.polls():
        try:
            body = look.reader.fetch_flow(sid)
        except NotFoundError:
            continue
        latest = max(latest, body.row.revision)
        if _flipped(body, intent):
            return body, latest
        for number in range(intent.base + 1, body.row.revision + 1):
            if number in checked:
                continue
            revision = body.latest if number == body.row.revision else fetch_number(look, sid, number, body.latest)
            checked.add(number)
            if revision is not None and is_ours(revision, intent, author):
                return as_body(body.row, revision), latest
    return None, latest


def _flipped(body: FlowBody, intent: Intent) -> bool:
    """Tell whether the update was done without minting a revision: all of it is there under the old number."""
    there = body.row.revision == intent.base and body.definition.digests.full == intent.target
    return there and (body.row.status, body.row.friendly_name) == (intent.status, intent.friendly_name)


def is_deleted(look: Look, sid: str) -> bool:
    """Tell whether a delete was done: 404 before the window has passed."""
    for _ in look.polls():
        try:
            look.reader.fetch_flow(sid)
        except NotFoundError:
            return True
    return False


def has_test_users(look: Look, sid: str, wanted: Collection[str]) -> tuple[str, ...] | None:
    """Give the contacts once they are what was sent; None when the window has passed and they are not."""
    for _ in look.polls():
        try:
            contacts = look.reader.fetch_test_users(sid)
        except NotFoundError:
            continue
        if same_contacts(contacts, wanted):
            return contacts
    return None


def as_body(row: FlowRow, revision: FlowRevision) -> FlowBody:
    """Give the answer that a write would have had: the flow as of the revision it minted."""
    if revision.definition is None:
        raise ValueError("a write is found by the body of its revision")
    as_of = replace(row, revision=revision.revision, status=revision.status, friendly_name=revision.friendly_name)
    return FlowBody(as_of, revision.definition, revision.commit_message, revision.author_sid)
