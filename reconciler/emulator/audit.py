"""Monitor Events: who wrote to which flow. Filled by the emulator's own writes and by the Console's, read-only.

An event of the Console has its user and an address of its own; one of the API names the account. Both addresses are of
the block for documentation (RFC 5737).
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import Final, Literal

from reconciler.emulator.answers import AUTHENTICATION_FAILED, Answer, RefusalError
from reconciler.emulator.executions import parse_date
from reconciler.emulator.render import date
from reconciler.emulator.rows import Event, EventFilter, Flow
from reconciler.emulator.sids import CONSOLE_AUTHOR
from reconciler.emulator.studio import Call, Studio
from reconciler.emulator.transaction import Transaction
from reconciler.model.jsontypes import JsonObject

EventType = Literal["flow.created", "flow.updated", "flow.deleted"]

_CONSOLE: Final = "192.0.2.10"
_API: Final = "192.0.2.20"
_FILTERS: Final = ("EventType", "ResourceSid", "ActorSid", "StartDate", "EndDate")


def note(studio: Studio, t: Transaction, flow: Flow, kind: EventType, author: str) -> None:
    """Keep that somebody wrote to a flow."""
    t.insert_event(flow, kind, author, (studio.now(), studio.sid_of))


def list_events(studio: Studio, call: Call) -> Answer:
    """ListEvent: newest first, by type, resource, actor and date."""
    _may_read(studio, call)
    query = call.query
    wanted = EventFilter(
        query.get("EventType"),
        query.get("ResourceSid"),
        query.get("ActorSid"),
        parse_date(query.get("StartDate"), "StartDate"),
        parse_date(query.get("EndDate"), "EndDate"),
    )
    asked = {name: query[name] for name in _FILTERS if name in query}
    listing = replace(call.listing(studio, "events", asked), order="newest")
    with studio.store.read() as t:
        rows = t.event_rows(call.account, listing.window(), wanted)
    return listing.answer([(_body(event, call), place) for event, place in rows])


def _may_read(studio: Studio, call: Call) -> None:
    match studio.settings.quirk("monitor-events"):
        case "forbidden":
            raise RefusalError(HTTPStatus.FORBIDDEN, AUTHENTICATION_FAILED, "Permission denied")
        case "unauthorized":
            raise RefusalError(HTTPStatus.UNAUTHORIZED, AUTHENTICATION_FAILED, "Authenticate")
        case "absent":
            raise call.missing()
        case _:
            return


def _body(event: Event, call: Call) -> JsonObject:
    console = event.author == CONSOLE_AUTHOR
    url = f"{call.base}{call.path}/{event.sid}"
    return {
        "account_sid": event.account,
        "actor_sid": event.author if console else event.account,
        "actor_type": "user" if console else "account",
        "description": None,
        "event_data": {},
        "event_date": date(event.at),
        "event_type": event.kind,
        "resource_sid": event.flow_sid,
        "resource_type": "flow",
        "sid": event.sid,
        "source": "web" if console else "api",
        "source_ip_address": _CONSOLE if console else _API,
        "url": url,
        "links": {},
    }
