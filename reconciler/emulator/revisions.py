"""The operations on revisions: list and fetch."""

from __future__ import annotations

from reconciler.emulator.answers import BAD_REVISION, Answer, RefusalError
from reconciler.emulator.rows import Flow, Revision
from reconciler.emulator.studio import Call, Studio
from reconciler.emulator.transaction import Transaction

_MOST_DIGITS = 15


def list_revisions(studio: Studio, call: Call) -> Answer:
    """ListFlowRevision."""
    listing, at = call.listing(studio, "revisions"), studio.as_of("list-lag")
    with studio.store.read() as t:
        flow = call.flow(t, at)
        rows = t.revision_rows(flow, listing.window(), at)
    render = call.renderer(studio)
    return listing.answer([(render.revision_row(flow, revision), place) for revision, place in rows])


def fetch_revision(studio: Studio, call: Call) -> Answer:
    """FetchFlowRevision: a number, LatestPublished or LatestRevision."""
    name, at = call.parts["revision"], studio.as_of("read-lag")
    number = name.isascii() and name.isdigit() and len(name) <= _MOST_DIGITS
    if not number and name not in {"LatestPublished", "LatestRevision"}:
        raise RefusalError(400, BAD_REVISION, "Revision must be a number, LatestPublished or LatestRevision")
    with studio.store.read() as t:
        flow = call.flow(t, at)
        revision = _find(t, flow, name, at)
    if revision is not None:
        return Answer(200, call.renderer(studio).revision(flow, revision))
    if name == "LatestPublished" and studio.settings.quirk("never-published") == "null-body":
        return Answer(200, "null")
    raise call.missing()


def _find(t: Transaction, flow: Flow, name: str, at: float) -> Revision | None:
    if name == "LatestPublished":
        return t.published(flow, at)
    if name == "LatestRevision":
        return t.latest(flow, at)
    return t.revision(flow, int(name), at)
