"""The operations on subscriptions and their types. A sink has at most one subscription."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import cast

from reconciler.emulator.answers import Answer, bad_parameter, json_answer
from reconciler.emulator.assets import numbered_page
from reconciler.emulator.render import date
from reconciler.emulator.streams.sinks import used
from reconciler.emulator.streams.tables import SubscriptionRow
from reconciler.emulator.streams.types import TYPES
from reconciler.emulator.studio import Call, Studio
from reconciler.emulator.transaction import Transaction
from reconciler.model.jsontypes import Json, JsonObject

Types = dict[str, int]


def list_subscriptions(studio: Studio, call: Call) -> Answer:
    """ListSubscription: oldest first, by sink when one is named."""
    sink = call.query.get("SinkSid")
    asked = {"SinkSid": sink} if sink is not None else {}
    listing = replace(call.listing(studio, "subscriptions", asked), order="oldest")
    with studio.store.read() as t:
        rows = t.streams.subscriptions(call.account, listing.window(), sink)
    return listing.answer([(_body(row, call.base), place) for row, place in rows])


def create_subscription(studio: Studio, call: Call) -> Answer:
    """CreateSubscription: the sink must be active, and not used."""
    description, sid = call.form.required("Description"), call.form.required("SinkSid")
    types: Types = {}
    for number, text in enumerate(call.form.several("Types")):
        types |= _wanted(_parsed(text, number))
    if not types:
        raise bad_parameter("Missing required parameter Types in the post body")
    now = studio.now()
    with studio.store.write() as t:
        sink = t.streams.sink(sid, call.account)
        if sink is None:
            raise bad_parameter(f"Sink with SID {sid} was not found")
        if sink.status != "active":
            raise bad_parameter(f"Sink with SID {sid} is not active")
        if t.streams.using(sid) is not None:
            raise used(sid)
        row = SubscriptionRow(0, "", call.account, sid, description, json.dumps(types), now, now, 0)
        row = t.streams.insert_subscription(row, studio.sid_of)
    return json_answer(_body(row, call.base), status=201)


def fetch_subscription(studio: Studio, call: Call) -> Answer:
    """FetchSubscription."""
    with studio.store.read() as t:
        return json_answer(_body(_subscription(t, call), call.base))


def update_subscription(studio: Studio, call: Call) -> Answer:
    """UpdateSubscription: the description."""
    with studio.store.write() as t:
        row = _subscription(t, call)._replace(description=call.form.required("Description"), updated=studio.now())
        t.streams.update_subscription(row)
    return json_answer(_body(row, call.base))


def delete_subscription(studio: Studio, call: Call) -> Answer:
    """DeleteSubscription: the sink stays active."""
    with studio.store.write() as t:
        t.streams.delete_subscription(_subscription(t, call))
    return Answer(204)


def list_subscribed(studio: Studio, call: Call) -> Answer:
    """ListSubscribedEvent."""
    listing = replace(call.listing(studio, "types"), order="oldest")
    with studio.store.read() as t:
        row = _subscription(t, call)
    found = [_type_body(row, name, version, call.base) for name, version in _types(row).items()]
    return listing.answer(numbered_page(found, listing))


def create_subscribed(studio: Studio, call: Call) -> Answer:
    """CreateSubscribedEvent: add a type."""
    wanted = _wanted({"type": call.form.required("Type"), "schema_version": _version(call)})
    return _change(studio, call, wanted, status=201)


def fetch_subscribed(studio: Studio, call: Call) -> Answer:
    """FetchSubscribedEvent."""
    with studio.store.read() as t:
        row = _subscription(t, call)
    return json_answer(_type_body(row, call.parts["type"], _known(row, call), call.base))


def update_subscribed(studio: Studio, call: Call) -> Answer:
    """UpdateSubscribedEvent: the version of the schema."""
    with studio.store.read() as t:
        _known(_subscription(t, call), call)
    return _change(studio, call, _wanted({"type": call.parts["type"], "schema_version": _version(call)}))


def delete_subscribed(studio: Studio, call: Call) -> Answer:
    """DeleteSubscribedEvent: remove a type."""
    with studio.store.write() as t:
        row = _subscription(t, call)
        _known(row, call)
        left = {name: version for name, version in _types(row).items() if name != call.parts["type"]}
        t.streams.update_subscription(row._replace(types=json.dumps(left), updated=studio.now()))
    return Answer(204)


def _change(studio: Studio, call: Call, types: Types, *, status: int = 200) -> Answer:
    with studio.store.write() as t:
        row = _subscription(t, call)
        t.streams.update_subscription(row._replace(types=json.dumps({**_types(row), **types}), updated=studio.now()))
    ((name, version),) = types.items()
    return json_answer(_type_body(row, name, version, call.base), status=status)


def _parsed(text: str, number: int) -> JsonObject:
    try:
        data: Json = json.loads(text)
    except ValueError:
        data = None
    if not isinstance(data, dict) or not isinstance(data.get("type"), str):
        raise bad_parameter(f"Missing required input parameter event_types[{number}].type")
    return data


def _version(call: Call) -> Json:
    text = call.form.optional("SchemaVersion")
    return int(text) if text is not None and text.isascii() and text.isdigit() else text


def _wanted(data: JsonObject) -> Types:
    """Give a type with the version that is asked for, else the latest."""
    name = str(data["type"])
    schema = TYPES.get(name)
    if schema is None:
        raise bad_parameter(f"Type {name} was not found in the system")
    version = data.get("schema_version")
    if version is None:
        version = schema.latest
    if not isinstance(version, int) or not 1 <= version <= schema.latest:
        raise bad_parameter(f"Schema {schema.name} has no version {version}")
    return {name: version}


def _subscription(t: Transaction, call: Call) -> SubscriptionRow:
    row = t.streams.subscription(call.parts["subscription"], call.account)
    if row is None:
        raise call.missing()
    return row


def _types(row: SubscriptionRow) -> Types:
    return cast("Types", json.loads(row.types))


def _known(row: SubscriptionRow, call: Call) -> int:
    version = _types(row).get(call.parts["type"])
    if version is None:
        raise call.missing()
    return version


def _body(row: SubscriptionRow, base: str) -> JsonObject:
    url = f"{base}/events/v1/Subscriptions/{row.sid}"
    return {
        "account_sid": row.account,
        "sid": row.sid,
        "date_created": date(row.created),
        "date_updated": date(row.updated),
        "description": row.description,
        "sink_sid": row.sink,
        "url": url,
        "links": {"subscribed_events": f"{url}/SubscribedEvents"},
    }


def _type_body(row: SubscriptionRow, name: str, version: int, base: str) -> JsonObject:
    return {
        "account_sid": row.account,
        "subscription_sid": row.sid,
        "type": name,
        "schema_version": version,
        "url": f"{base}/events/v1/Subscriptions/{row.sid}/SubscribedEvents/{name}",
    }
