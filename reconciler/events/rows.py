"""Events as rows of the store, and back. Moments are whole microseconds since 1970, so that none is rounded."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from reconciler.events.event import Envelope, ExecutionEvent, OtherEvent, StepEvent, StudioEvent
from reconciler.model.streams import STEP_ENDED

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

_COMMON: Final = ("source", "id", "type", "at", "schema", "received", "execution", "flow", "account", "began")
_EXECUTION: Final = ("contact", "started_by", "revision", "updated", "ended_reason")
_STEP: Final = ("step", "name", "from_widget", "to_widget", "parent")
COLUMNS: Final = (*_COMMON, *_EXECUTION, *_STEP)


def micros(at: datetime | None) -> int | None:
    """Give a moment as the store keeps it."""
    return None if at is None else (at - _EPOCH) // _MICROSECOND


def moment(value: int | None) -> datetime | None:
    """Give a moment back."""
    return None if value is None else _EPOCH + value * _MICROSECOND


def pseudonym(key: str, contact: str) -> str:
    """Give what stands for a contact: the same for the same one, within this store alone."""
    return "contact-" + hmac.new(bytes.fromhex(key), contact.encode(), hashlib.sha256).hexdigest()[:16]


def row_of(event: StudioEvent, received: datetime, contact: str | None) -> dict[str, Any]:
    """Give an event as a row; `contact` is what is kept of the person at the other end."""
    envelope = event.envelope
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row |= {
        "source": envelope.source,
        "id": envelope.id,
        "type": envelope.type,
        "at": micros(envelope.at),
        "schema": envelope.schema,
        "received": micros(received),
        "execution": event.execution,
        "flow": event.flow,
        "account": event.account,
        "began": micros(event.began),
    }
    if isinstance(event, StepEvent):
        return row | {column: getattr(event, column) for column in _STEP}
    own = {column: getattr(event, column) for column in _EXECUTION}
    return row | own | {"contact": contact, "updated": micros(event.updated)}


def event_of(row: Sequence[Any]) -> StudioEvent:
    """Give the event of a row whose values are in the order of `COLUMNS`."""
    source, id_, type_, at, schema, _, execution, flow, account, began = row[: len(_COMMON)]
    envelope = Envelope(source, id_, type_, moment(at), schema)
    common = (envelope, execution, flow, account, moment(began) or _EPOCH)
    if type_ == STEP_ENDED:
        return StepEvent(*common, *row[-len(_STEP) :])
    contact, started_by, revision, updated, ended_reason = row[len(_COMMON) : -len(_STEP)]
    return ExecutionEvent(*common, contact, started_by, revision, moment(updated), ended_reason)


def aside_of(event: OtherEvent, received: datetime, *, with_data: bool) -> dict[str, Any]:
    """Give an event that is kept aside as a row; without its data unless they are asked for."""
    envelope = event.envelope
    return {
        "source": envelope.source,
        "id": envelope.id,
        "test": event.test,
        "type": envelope.type,
        "at": micros(envelope.at),
        "received": micros(received),
        "why": event.why,
        "data": json.dumps(event.data) if with_data and event.data is not None else None,
    }
