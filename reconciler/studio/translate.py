"""Wire models → values of `reconciler.model`. Pure; raises nothing."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.definition import document
from reconciler.model.definition import Definition
from reconciler.model.live import FlowBody, FlowRevision, FlowRow
from reconciler.studio.wire import WireFlow, WireRevision, WireTestUsers


def row(wire: WireFlow) -> FlowRow:
    """Give a flow as a list shows it."""
    return FlowRow(
        sid=wire.sid,
        account_sid=wire.account_sid,
        friendly_name=wire.friendly_name or "",
        status=wire.status,
        revision=wire.revision,
        date_created=wire.date_created,
        date_updated=wire.date_updated,
        webhook_url=wire.webhook_url,
    )


def body(wire: WireFlow) -> FlowBody | None:
    """Give a flow with its definition; None when the answer has none."""
    definition = _definition(wire)
    if definition is None:
        return None
    return FlowBody(
        row=row(wire),
        definition=definition,
        commit_message=wire.commit_message,
        author_sid=wire.author_sid,
    )


def revision(wire: WireRevision) -> FlowRevision:
    """Give a revision; its definition is None when the answer has none, as in lists."""
    return FlowRevision(
        sid=wire.sid,
        revision=wire.revision,
        status=wire.status,
        friendly_name=wire.friendly_name or "",
        definition=_definition(wire),
        commit_message=wire.commit_message,
        author_sid=wire.author_sid,
        date_created=wire.date_created,
        date_updated=wire.date_updated,
    )


def newest_of(rows: Iterable[FlowRow]) -> tuple[FlowRow, ...]:
    """Merge rows of one SID: the higher revision stays. Pages that move while they are read show a flow twice."""
    merged: dict[str, FlowRow] = {}
    for one in rows:
        known = merged.get(one.sid)
        if known is None or one.revision > known.revision:
            merged[one.sid] = one
    return tuple(merged.values())


def contacts(wire: WireTestUsers) -> tuple[str, ...]:
    """Give the contacts of test users. null and `[""]`, which an emptied list may leave, are none."""
    return tuple(contact for contact in wire.test_users or () if contact)


def _definition(wire: WireRevision) -> Definition | None:
    return document.of(wire.definition) if isinstance(wire.definition, dict) else None
