"""What happened → CloudEvents as Event Streams sends them. What Twilio leaves open stands in docs/event-streams.md."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from reconciler.emulator.happenings import Happening, StepEnded
from reconciler.emulator.streams.types import TYPES
from reconciler.model.jsontypes import Json, JsonObject

_SCHEMAS: Final = "https://events-schemas.twilio.com"
_EXECUTION: Final = (
    "execution_sid", "account_sid", "flow_sid", "contact_channel_address", "status", "ended_reason", "date_created",
    "date_updated", "started_by", "flow_revision",
)  # fmt: skip
_STEP: Final = (
    "step_sid", "execution_sid", "account_sid", "flow_sid", "parent_step_sid", "name", "transitioned_from",
    "transitioned_to", "date_created",
)  # fmt: skip
TEST_TYPE: Final = "com.twilio.eventstreams.test-event"


def cloud_event(happening: Happening, sid: str, version: int) -> JsonObject:
    """Give the event of a happening; what it does not have is left out of its data."""
    fields = _STEP if isinstance(happening, StepEnded) else _EXECUTION
    values = ((name, _written(name, getattr(happening, name))) for name in fields)
    return {
        "specversion": "1.0",
        "type": happening.type,
        "source": f"/v2/Flows/{happening.flow_sid}/Executions/{happening.execution_sid}",
        "id": sid,
        "dataschema": f"{_SCHEMAS}/{TYPES[happening.type].name}/{version}",
        "datacontenttype": "application/json",
        "time": moment(happening.at),
        "data": {name: value for name, value in values if value is not None},
    }


def test_event(account: str, number: str, at: float) -> JsonObject:
    """Give the event by which a sink is tested. Its `id` is the account's SID: Twilio's own is no other."""
    return {
        "specversion": "1.0",
        "type": TEST_TYPE,
        "source": "Sink",
        "id": account,
        "dataschema": f"{_SCHEMAS}/EventStreams.TestSink/1.json",
        "datacontenttype": "application/json",
        "time": moment(at),
        "data": {"test_id": number},
    }


def moment(seconds: float) -> str:
    """Give a moment as Event Streams writes it, with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _written(name: str, value: Json) -> Json:
    return moment(value) if name.startswith("date_") and isinstance(value, int | float) else value
