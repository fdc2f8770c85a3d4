"""Values of the state as JSON, in the words of the document. Pure: values in, JSON out.

Every object is written in the order of its keys: that is what makes the document sorted, and the same state the same
bytes. It knows neither files nor stores, and nothing of reading (`document`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar, assert_never

from pydantic_core import PydanticSerializationError, to_json

from reconciler.model.address import Address
from reconciler.model.definition import Digests
from reconciler.model.jsontypes import Json, JsonObject
from reconciler.model.record import (
    DropIntent,
    DropResource,
    Intent,
    PutIntent,
    PutRelease,
    PutResource,
    Resource,
    RevisionEntry,
    SetAccount,
    State,
    StateChange,
    TestUsersRecord,
    Writer,
)
from reconciler.model.release import Release
from reconciler.state.wire import FORMAT

T = TypeVar("T")

PLAIN_FORMAT: Final = 1
"""The format of a state, and of a journal's entry, that knows of no release."""


def json_bytes(value: Json, *, indent: int | None = None) -> bytes:
    """Give UTF-8 JSON. Half a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD: no name may stop a record."""
    try:
        return to_json(value, indent=indent)
    except PydanticSerializationError:
        return to_json(_without_surrogates(value), indent=indent)


def _without_surrogates(value: Json) -> Json:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_without_surrogates(item) for item in value]
        case dict():
            return {str(_without_surrogates(key)): _without_surrogates(item) for key, item in value.items()}
        case _:
            return value


def to_document(state: State) -> JsonObject:
    """Give the document of a state as parsed JSON, keys in order, in the oldest format that can hold it."""
    release: JsonObject = {} if state.release is None else {"release": release_json(state.release)}
    return {
        "account": state.account,
        "endpoint": state.endpoint,
        "environment": state.environment,
        "format": FORMAT if release else PLAIN_FORMAT,
        "lineage": state.lineage,
        "pending": {key: intent_json(intent) for key, intent in _by_key(state.pending.items())},
        "project": state.project,
        **release,
        "resources": {key: resource_json(resource) for key, resource in _by_key(state.resources.items())},
        "serial": state.serial,
        "writer": None if state.writer is None else _writer_json(state.writer),
    }


def patch(changes: Iterable[StateChange]) -> JsonObject:
    """Give what changes do to a document: new values by key, null for what goes, and the account if it was set.

    Changes to one address follow each other; the last one is what counts, so their order need not be kept.
    """
    account: JsonObject = {}
    release: JsonObject = {}
    pending: JsonObject = {}
    resources: JsonObject = {}
    for change in changes:
        match change:
            case PutResource(address, resource):
                resources[str(address)] = resource_json(resource)
            case DropResource(address):
                resources[str(address)] = None
            case PutIntent(address, intent):
                pending[str(address)] = intent_json(intent)
            case DropIntent(address):
                pending[str(address)] = None
            case SetAccount(name):
                account = {"account": name}
            case PutRelease(now):
                release = {"release": release_json(now)}
            case _:
                assert_never(change)
    return {**account, "pending": pending, **release, "resources": resources}


def merge(document: JsonObject, change: JsonObject) -> None:
    """Put what `patch` gave into a document, in place. Doing it twice changes nothing more."""
    if "account" in change:
        document["account"] = change["account"]
    if "release" in change:
        document |= {"format": FORMAT, "release": change["release"]}
    for section in ("pending", "resources"):
        values = document.setdefault(section, {})
        news = change.get(section)
        if not isinstance(values, dict) or not isinstance(news, dict):
            continue  # the document's model says what is wrong with it
        for key, value in news.items():
            if value is None:
                values.pop(key, None)
            else:
                values[key] = value


def resource_json(resource: Resource) -> JsonObject:
    """Give a recorded resource as the document shows it."""
    if isinstance(resource, TestUsersRecord):
        return {
            "flow": str(resource.flow),
            "sent": list(resource.sent),
            "sid": resource.sid,
            "stored": list(resource.stored),
        }
    head = resource.published
    return {
        "friendlyName": resource.friendly_name,
        "onDelete": resource.on_delete,
        "published": None if head is None else {**_digests_json(head.digests), "revision": head.revision},
        "revision": resource.revision,
        "revisions": [revision_json(entry) for entry in resource.revisions],
        "sent": None if resource.sent is None else _digests_json(resource.sent),
        "sid": resource.sid,
        "status": resource.status,
        "stored": _digests_json(resource.stored),
        "webhookUrl": resource.webhook_url,
    }


def revision_json(entry: RevisionEntry) -> JsonObject:
    """Give a revision as the document shows it."""
    return {
        "at": _maybe_time(entry.at),
        "author": entry.author,
        "by": entry.by,
        "digest": entry.digest,
        "message": entry.message,
        "plan": entry.plan,
        "revision": entry.revision,
        "source": entry.source,
        "status": entry.status,
    }


def intent_json(intent: Intent) -> JsonObject:
    """Give an intent as the document shows it."""
    return {
        "at": _time_json(intent.at),
        "base": intent.base,
        "behaviour": intent.behaviour,
        "friendlyName": intent.friendly_name,
        "kind": intent.kind,
        "plan": intent.plan,
        "sid": intent.sid,
        "status": intent.status,
        "target": intent.target,
        "token": intent.token,
    }


def release_json(release: Release) -> JsonObject:
    """Give a release as the document shows it."""
    return {
        "began": _time_json(release.began),
        "cause": release.cause,
        "ended": _maybe_time(release.ended),
        "flows": [
            {
                "address": str(flow.address),
                "back": flow.back,
                "base": flow.base,
                "draft": flow.draft,
                "left": flow.left,
                "manifest": flow.manifest,
                "previous": flow.previous,
                "previousDigest": flow.previous_digest,
                "publish": flow.publish,
                "published": flow.published,
                "sid": flow.sid,
                "target": flow.target,
            }
            for flow in release.flows
        ],
        "id": release.id,
        "message": release.message,
        "reason": release.reason,
        "since": _maybe_time(release.since),
        "smoke": [
            {
                "at": _maybe_time(run.at),
                "ended": run.ended,
                "flow": str(run.flow),
                "message": run.message,
                "name": run.name,
                "sid": run.sid,
                "token": run.token,
                "verdict": run.verdict,
            }
            for run in release.smoke
        ],
        "stage": release.stage,
        "until": _maybe_time(release.until),
    }


def _maybe_time(at: datetime | None) -> str | None:
    return None if at is None else _time_json(at)


def _by_key(items: Iterable[tuple[Address, T]]) -> Sequence[tuple[str, T]]:
    return sorted(((str(address), value) for address, value in items), key=lambda item: item[0])


def _digests_json(digests: Digests) -> JsonObject:
    return {"behaviour": digests.behaviour, "full": digests.full}


def _writer_json(writer: Writer) -> JsonObject:
    return {"at": _time_json(writer.at), "plan": writer.plan, "version": writer.version}


def _time_json(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
