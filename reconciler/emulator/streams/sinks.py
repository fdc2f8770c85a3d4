"""The operations on sinks. Only webhooks are sent anything, and only those on this machine unless told otherwise."""

from __future__ import annotations

import ipaddress
import json
import uuid
from dataclasses import replace
from typing import Final, cast
from urllib.parse import urlsplit

from reconciler.emulator.answers import Answer, RefusalError, bad_parameter, json_answer
from reconciler.emulator.render import date
from reconciler.emulator.sids import derived
from reconciler.emulator.streams.cloudevents import test_event
from reconciler.emulator.streams.tables import SinkFilter, SinkRow
from reconciler.emulator.studio import Call, Studio
from reconciler.emulator.transaction import Transaction
from reconciler.model.jsontypes import JsonObject

_KINDS: Final = ("kinesis", "webhook", "segment", "email")


def list_sinks(studio: Studio, call: Call) -> Answer:
    """ListSink: oldest first, by status and use when these are named."""
    asked = {name: call.query[name] for name in ("InUse", "Status") if name in call.query}
    in_use = asked.get("InUse")
    if in_use not in {None, "true", "false"}:
        raise bad_parameter("InUse must be true or false")
    wanted = SinkFilter(asked.get("Status"), None if in_use is None else in_use == "true")
    listing = replace(call.listing(studio, "sinks", asked), order="oldest")
    with studio.store.read() as t:
        rows = t.streams.sinks(call.account, listing.window(), wanted)
    return listing.answer([(_body(row, call.base), place) for row, place in rows])


def create_sink(studio: Studio, call: Call) -> Answer:
    """CreateSink: a webhook is active at once, unless the quirk sink-on-create says otherwise."""
    form = call.form
    description, kind = form.required("Description"), form.required("SinkType")
    if kind not in _KINDS:
        raise bad_parameter(f"SinkType must be one of {', '.join(_KINDS)}")
    configuration = form.json_object("SinkConfiguration")
    if kind == "webhook":
        _check_webhook(configuration, anywhere=studio.settings.send_anywhere)
    active = kind == "webhook" and studio.settings.quirk("sink-on-create") == "active"
    now = studio.now()
    row = SinkRow(
        0, "", call.account, description, kind, json.dumps(configuration), "active" if active else "initialized",
        None, now, now,
    )  # fmt: skip
    with studio.store.write() as t:
        row = t.streams.insert_sink(row, studio.sid_of)
    studio.tokens.bind(row.sid, call.account)
    return json_answer(_body(row, call.base), status=201)


def fetch_sink(studio: Studio, call: Call) -> Answer:
    """FetchSink."""
    with studio.store.read() as t:
        return json_answer(_body(_sink(t, call), call.base))


def update_sink(studio: Studio, call: Call) -> Answer:
    """UpdateSink: the description."""
    with studio.store.write() as t:
        row = _sink(t, call)._replace(description=call.form.required("Description"), updated=studio.now())
        t.streams.update_sink(row)
    return json_answer(_body(row, call.base))


def delete_sink(studio: Studio, call: Call) -> Answer:
    """DeleteSink: not while a subscription uses it."""
    with studio.store.write() as t:
        row = _sink(t, call)
        if t.streams.using(row.sid) is not None:
            raise used(row.sid)
        t.streams.delete_sink(row)
    return Answer(204)


def test_sink(studio: Studio, call: Call) -> Answer:
    """CreateSinkTest: sends a test event, and nothing else until that is validated. The last test counts."""
    with studio.store.write() as t:
        row = _sink(t, call)
        number = str(uuid.UUID(hex=derived(f"{row.sid}:{row.test}:{studio.sid_of('TE', row.seq)}")))
        t.streams.update_sink(row._replace(status="validating", test=number, updated=studio.now()))
        if row.kind == "webhook":
            body = test_event(row.account, number, studio.now())
            t.streams.post(row.sid, json.dumps(body), studio.now(), test=True)
    return json_answer({"result": "submitted"}, status=201)


def validate_sink(studio: Studio, call: Call) -> Answer:
    """CreateSinkValidate: the number of the last test event makes the sink active."""
    number = call.form.required("TestId")
    with studio.store.write() as t:
        row = _sink(t, call)
        if row.test is None or number != row.test:
            raise bad_parameter("TestId is not that of the last test event")
        t.streams.update_sink(row._replace(status="active", updated=studio.now()))
    return json_answer({"result": "valid"}, status=201)


def used(sid: str) -> RefusalError:
    """Give the error for a sink that a subscription uses."""
    return bad_parameter(f"Sink with SID {sid} is in use")


def may_be_called(url: str, *, anywhere: bool) -> bool:
    """Tell whether a webhook may be called: one on this machine, or any when the emulator was told so."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme not in {"http", "https"} or not host or (parts.port or 1) < 1:
            return False
        return anywhere or host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_webhook(configuration: JsonObject, *, anywhere: bool) -> None:
    url, method = configuration.get("destination"), configuration.get("method", "POST")
    if method not in {"POST", "GET"}:
        raise bad_parameter("The method of a webhook must be POST or GET")
    if not isinstance(url, str) or not url.isascii() or "@" in url or not may_be_called(url, anywhere=anywhere):
        raise bad_parameter(
            "The destination of a webhook must be a URL, without credentials. This is an emulator: it sends to"
            " 127.0.0.1, ::1 and localhost only, unless it was started with --send-anywhere"
        )


def _sink(t: Transaction, call: Call) -> SinkRow:
    row = t.streams.sink(call.parts["sink"], call.account)
    if row is None:
        raise call.missing()
    return row


def _body(row: SinkRow, base: str) -> JsonObject:
    url = f"{base}/events/v1/Sinks/{row.sid}"
    return {
        "date_created": date(row.created),
        "date_updated": date(row.updated),
        "description": row.description,
        "sid": row.sid,
        "sink_configuration": cast("JsonObject", json.loads(row.configuration)),
        "sink_type": row.kind,
        "status": row.status,
        "url": url,
        "links": {"sink_test": f"{url}/Test", "sink_validate": f"{url}/Validate"},
    }
