"""The types of events that can be subscribed to, and their schemas: Studio's, and one that is nobody's here."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, NamedTuple

from reconciler.emulator.answers import Answer, json_answer
from reconciler.emulator.assets import numbered_page
from reconciler.emulator.studio import Call, Studio
from reconciler.model.jsontypes import JsonObject
from reconciler.model.streams import ENDED, STARTED, STEP_ENDED

ERROR_LOGGED: Final = "com.twilio.error-logs.error.logged"


class Schema(NamedTuple):
    """The schema of a type's data, with its latest version."""

    name: str
    latest: int
    description: str


TYPES: Final = {
    STARTED: Schema("Studio.FlowExecutionEvent", 2, "An execution of a flow began"),
    ENDED: Schema("Studio.FlowExecutionEvent", 2, "An execution of a flow ended"),
    STEP_ENDED: Schema("Studio.FlowStepEvent", 1, "An execution left a widget"),
    ERROR_LOGGED: Schema("ErrorLogs.Error", 1, "Something was logged; never sent by the emulator"),
}


def list_types(studio: Studio, call: Call) -> Answer:
    """ListEventType, by schema when one is named."""
    wanted = call.query.get("SchemaId")
    asked = {"SchemaId": wanted} if wanted is not None else {}
    listing = replace(call.listing(studio, "types", asked), order="oldest")
    found = [name for name, schema in TYPES.items() if wanted in {None, schema.name}]
    rows = [_body(name, f"{call.base}/events/v1") for name in found]
    return listing.answer(numbered_page(rows, listing))


def fetch_type(_studio: Studio, call: Call) -> Answer:
    """FetchEventType."""
    if call.parts["type"] not in TYPES:
        raise call.missing()
    return json_answer(_body(call.parts["type"], f"{call.base}/events/v1"))


def _body(name: str, base: str) -> JsonObject:
    schema = TYPES[name]
    return {
        "type": name,
        "schema_id": schema.name,
        "date_created": "2021-01-01T00:00:00Z",
        "date_updated": "2021-01-01T00:00:00Z",
        "description": schema.description,
        "status": "available",
        "documentation_url": None,
        "url": f"{base}/Types/{name}",
        "links": {"schema": f"{base}/Schemas/{schema.name}/Versions"},
    }
