"""The state document: `State` ↔ the JSON of design section 9. Pure: bytes in, values out, and back.

The same state always gives the same bytes: keys sorted, two spaces, UTF-8. Older formats are upgraded on the way in,
newer ones refused. It knows neither files nor stores; `origin` in its errors is whatever the store calls the place.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final, cast

from pydantic import ValidationError
from pydantic_core import from_json

from reconciler.errors import StateDamagedError, UsageError
from reconciler.model.address import Address
from reconciler.model.definition import Digests
from reconciler.model.jsontypes import JsonObject
from reconciler.model.record import (
    FlowRecord,
    Intent,
    PublishedHead,
    Resource,
    RevisionEntry,
    State,
    TestUsersRecord,
    Writer,
)
from reconciler.state.encoding import json_bytes, to_document
from reconciler.state.releases import release_from_wire
from reconciler.state.upgrade import UPGRADES, upgraded
from reconciler.state.wire import FORMAT, REVISION, STATE, WireFlow, WireIntent, WireRevision, WireState, WireTestUsers

REPAIR: Final = "Put a backup back: `reconciler state restore SERIAL`, or `reconciler state push --force FILE`."


def encode(state: State) -> bytes:
    """Give the document of a state."""
    return json_bytes(to_document(state), indent=2) + b"\n"


def decode(data: bytes, origin: str) -> State:
    """Read a document of any format up to ours.

    Args:
        data: the whole document.
        origin: where it was read, for messages.

    Raises:
        StateDamagedError: it cannot be trusted.
    """
    return from_document(parse(data, origin), origin)


def parse(data: bytes, origin: str) -> JsonObject:
    """Read JSON that must be an object.

    Raises:
        StateDamagedError: it is none.
    """
    try:
        parsed = from_json(data)
    except ValueError as error:
        raise StateDamagedError(f"{origin}: no JSON: {error}", hint=REPAIR) from error
    if not isinstance(parsed, dict):
        raise StateDamagedError(f"{origin}: no state document: it is no JSON object", hint=REPAIR)
    return cast("JsonObject", parsed)


def from_document(document: JsonObject, origin: str) -> State:
    """Give the state that a parsed document means, upgraded when it is an older one.

    Raises:
        StateDamagedError: it cannot be trusted.
    """
    current = upgraded(document, UPGRADES, to=FORMAT, origin=origin)
    try:
        with _collector_paused():
            return _state(STATE.validate_python(current))
    except ValidationError as error:
        raise StateDamagedError(f"{origin}: {_first(error)}", hint=REPAIR) from error
    except (ValueError, UsageError) as error:
        raise StateDamagedError(f"{origin}: {error}", hint=REPAIR) from error


def revision_from_json(data: JsonObject, origin: str) -> RevisionEntry:
    """Give the revision that an entry of a history file means.

    Raises:
        StateDamagedError: it cannot be trusted.
    """
    try:
        return _revision(REVISION.validate_python(data))
    except ValidationError as error:
        raise StateDamagedError(f"{origin}: {_first(error)}", hint=REPAIR) from error
    except ValueError as error:
        raise StateDamagedError(f"{origin}: {error}", hint=REPAIR) from error


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
    return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}{more}"


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Hold off the garbage collector: it would walk a growing heap that has no garbage, for half of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _state(wire: WireState) -> State:
    writer = wire["writer"]
    return State(
        lineage=wire["lineage"],
        serial=wire["serial"],
        project=wire["project"],
        environment=wire["environment"],
        account=wire["account"],
        endpoint=wire["endpoint"],
        writer=None if writer is None else Writer(writer["version"], _time(writer["at"]), writer["plan"]),
        resources={Address.parse(key): _resource(key, resource) for key, resource in wire["resources"].items()},
        pending={Address.parse(key): _intent(intent) for key, intent in wire["pending"].items()},
        release=release_from_wire(wire["release"], _time) if "release" in wire else None,
    )


def _resource(key: str, wire: WireFlow | WireTestUsers) -> Resource:
    if key.startswith("TestUsers/") != ("flow" in wire):
        raise ValueError(f"resources.{key}: what is recorded is of another kind")
    if "flow" in wire:
        users = cast("WireTestUsers", wire)
        return TestUsersRecord(Address.parse(users["flow"]), users["sid"], tuple(users["sent"]), tuple(users["stored"]))
    flow = wire
    head, sent = flow["published"], flow["sent"]
    return FlowRecord(
        sid=flow["sid"],
        friendly_name=flow["friendly_name"],
        status=flow["status"],
        revision=flow["revision"],
        webhook_url=flow["webhook_url"],
        published=None if head is None else PublishedHead(head["revision"], Digests(head["behaviour"], head["full"])),
        sent=None if sent is None else Digests(sent["behaviour"], sent["full"]),
        stored=Digests(flow["stored"]["behaviour"], flow["stored"]["full"]),
        on_delete=flow["on_delete"],
        revisions=tuple(map(_revision, flow["revisions"])),
    )


def _revision(wire: WireRevision) -> RevisionEntry:
    at = wire["at"]
    return RevisionEntry(
        revision=wire["revision"],
        status=wire["status"],
        digest=wire["digest"],
        message=wire["message"],
        author=wire["author"],
        at=None if at is None else _time(at),
        by=wire["by"],
        plan=wire["plan"],
        source=wire["source"],
    )


def _intent(wire: WireIntent) -> Intent:
    return Intent(
        token=wire["token"],
        kind=wire["kind"],
        sid=wire["sid"],
        friendly_name=wire["friendly_name"],
        status=wire["status"],
        base=wire["base"],
        target=wire["target"],
        behaviour=wire["behaviour"],
        plan=wire["plan"],
        at=_time(wire["at"]),
    )


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text!r} is a time without a zone")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:  # the first and the last day of the calendar, in some zones
        raise ValueError(f"{text!r} is a time beyond the calendar") from error
