"""The past of a flow, as JSON: its revisions, and who made a widget what it is."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.audit import Actor
from reconciler.model.record import RevisionEntry
from reconciler.plan.difference_document import encode_item
from reconciler.plan.masking import masked_items
from reconciler.plan.values import DiffItem
from reconciler.views.machine.home_shapes import ActorShape, BlameShape, HistoryEntryShape, HistoryShape
from reconciler.views.machine.state import entry_document
from reconciler.views.machine.text import document
from reconciler.workflows.blame import Blamed
from reconciler.workflows.results import History


def render_history(history: History, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give the revisions known of a flow, oldest first. `sensitive`: texts to cover, default none."""
    record = history.record
    entries = sorted(history.entries, key=lambda entry: entry.revision)
    data: HistoryShape = {
        "format": 1,
        "address": str(history.address),
        "sid": record.sid,
        "friendlyName": record.friendly_name,
        "publishedRevision": history.published,
        "revisions": [
            _entry(entry, history.actors.get(entry.revision), history.patches.get(entry.revision), sensitive)
            for entry in entries
        ],
        "older": history.older,
        "nameless": history.nameless,
    }
    return document(data)


def render_blamed(blamed: Blamed, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give the revision that made a widget or a property what it is. `sensitive`: texts to cover, default none."""
    revision = blamed.revision
    entry = blamed.entry or RevisionEntry(
        revision=revision.revision,
        status=revision.status,
        digest=None,
        message=revision.commit_message,
        author=revision.author_sid,
        at=revision.date_updated or revision.date_created,
        by="us" if blamed.ours else "others",
    )
    read, of_all = blamed.looked_at
    data: BlameShape = {
        "format": 1,
        "address": str(blamed.address),
        "widget": blamed.widget,
        "path": blamed.path,
        "kind": blamed.kind,
        "before": blamed.before,
        "revision": _entry(entry, blamed.actor, blamed.items, sensitive),
        "renamedFrom": list(blamed.renamed_from),
        "read": read,
        "revisions": of_all,
        "nameless": blamed.nameless,
    }
    return document(data)


def _entry(
    entry: RevisionEntry, actor: Actor | None, items: Sequence[DiffItem] | None, sensitive: frozenset[str]
) -> HistoryEntryShape:
    diff = None if items is None else [encode_item(item) for item in masked_items(items, sensitive)]
    return {**entry_document(entry, sensitive), "actor": _actor(actor), "diff": diff}


def _actor(actor: Actor | None) -> ActorShape | None:
    if actor is None:
        return None
    return {"sid": actor.sid, "type": actor.type, "source": actor.source, "address": actor.address}
