"""The state, as JSON."""

from __future__ import annotations

from typing import assert_never

from reconciler.definition.secrets import masked_text
from reconciler.model.address import Address
from reconciler.model.definition import Digests
from reconciler.model.record import FlowRecord, Intent, Resource, RevisionEntry, State, TestUsersRecord
from reconciler.plan.document import encode_time
from reconciler.views.facts import recorded
from reconciler.views.machine.shapes import (
    DigestsShape,
    PendingShape,
    RecordedFlowShape,
    RecordedTestUsersShape,
    ResourceRowShape,
    RevisionEntryShape,
    StateListShape,
    StateShowShape,
)
from reconciler.views.machine.text import document


def render_state_list(state: State) -> str:
    """Give the recorded resources and what is pending, each by address."""
    data: StateListShape = {
        "format": 1,
        "lineage": state.lineage,
        "serial": state.serial,
        "project": state.project,
        "environment": state.environment,
        "account": state.account,
        "endpoint": state.endpoint,
        "resources": [_short(address, resource) for address, resource in sorted(state.resources.items())],
        "pending": [_pending(address, intent) for address, intent in sorted(state.pending.items())],
    }
    return document(data)


def render_state_show(state: State, address: Address, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give everything recorded of one resource. `sensitive`: texts to cover, default none.

    Raises:
        UsageError: the state has no such address.
    """
    resource, intent = recorded(state, address)
    data: StateShowShape = {
        "format": 1,
        "address": str(address),
        "resource": None if resource is None else _whole(resource, sensitive),
        "pending": None if intent is None else _pending(address, intent),
    }
    return document(data)


def _short(address: Address, resource: Resource) -> ResourceRowShape:
    row: ResourceRowShape = {
        "address": str(address), "sid": resource.sid, "revision": None, "status": None, "flow": None,
    }  # fmt: skip
    match resource:
        case FlowRecord(revision=revision, status=status):
            row["revision"], row["status"] = revision, status
        case TestUsersRecord(flow=flow):
            row["flow"] = str(flow)
        case _:
            assert_never(resource)
    return row


def _whole(resource: Resource, sensitive: frozenset[str]) -> RecordedFlowShape | RecordedTestUsersShape:
    return _flow(resource, sensitive) if isinstance(resource, FlowRecord) else _test_users(resource)


def _flow(record: FlowRecord, sensitive: frozenset[str]) -> RecordedFlowShape:
    return {
        "kind": "Flow",
        "sid": record.sid,
        "friendlyName": record.friendly_name,
        "status": record.status,
        "revision": record.revision,
        "publishedRevision": record.published.revision if record.published else None,
        "webhookUrl": record.webhook_url,
        "onDelete": record.on_delete,
        "sent": None if record.sent is None else _digests(record.sent),
        "stored": _digests(record.stored),
        "revisions": [entry_document(entry, sensitive) for entry in record.revisions],
    }


def _test_users(record: TestUsersRecord) -> RecordedTestUsersShape:
    return {
        "kind": "TestUsers",
        "flow": str(record.flow),
        "sid": record.sid,
        "sent": list(record.sent),
        "stored": list(record.stored),
    }


def _digests(digests: Digests) -> DigestsShape:
    return {"behaviour": digests.behaviour, "full": digests.full}


def entry_document(entry: RevisionEntry, sensitive: frozenset[str]) -> RevisionEntryShape:
    """Give one revision of a history."""
    return {
        "revision": entry.revision,
        "status": entry.status,
        "digest": entry.digest,
        "message": None if entry.message is None else masked_text(entry.message, sensitive),
        "author": entry.author,
        "at": encode_time(entry.at),
        "by": entry.by,
        "plan": entry.plan,
        "source": entry.source,
    }


def _pending(address: Address, intent: Intent) -> PendingShape:
    return {
        "address": str(address),
        "kind": intent.kind,
        "token": intent.token,
        "sid": intent.sid,
        "base": intent.base,
        "target": intent.target,
        "plan": intent.plan,
        "at": encode_time(intent.at) or "",
    }
