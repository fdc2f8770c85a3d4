"""Twilio's Event Streams: sinks and subscriptions. A product beside Studio, with a host of its own (`hosts.Hosts`).

Paths and fields are those of Twilio's official client (twilio-python 9, `rest/events/v1`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from reconciler.model.streams import Sink, SinkStatus, Subscription
from reconciler.studio.answers import segment, shaped
from reconciler.studio.call import Call, Pairs
from reconciler.studio.http import Http
from reconciler.studio.paging import fetch_all
from reconciler.studio.wire import Wire


class _Sink(Wire):
    """Sink."""

    sid: str
    sink_type: str
    status: SinkStatus
    description: str | None = None
    sink_configuration: dict[str, Any] | None = None


class _Subscription(Wire):
    """Subscription."""

    sid: str
    sink_sid: str
    description: str | None = None


class _SubscribedEvent(Wire):
    """SubscribedEvent."""

    type: str
    schema_version: int | None = None


class _Result(Wire):
    """SinkTest and SinkValidate."""

    result: str | None = None


class EventStreams:
    """`ports.StreamReader` and `ports.StreamWriter` over Event Streams."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def list_sinks(self) -> tuple[Sink, ...]:
        """ListSink: every sink of the account."""
        call = _get("ListSink", "/v1/Sinks")
        return tuple(_sink(shaped(_Sink, one, call)) for one in fetch_all(self._http, call, "sinks"))

    def fetch_sink(self, sid: str) -> Sink:
        """FetchSink."""
        return self._one_sink(_get("FetchSink", f"/v1/Sinks/{segment(sid)}"))

    def create_sink(self, description: str, url: str) -> Sink:
        """CreateSink: a webhook that is posted to."""
        configuration = json.dumps({"destination": url, "method": "POST"})
        form: Pairs = (
            ("Description", description),
            ("SinkConfiguration", configuration),
            ("SinkType", "webhook"),
        )
        return self._one_sink(_post("CreateSink", "/v1/Sinks", form))

    def delete_sink(self, sid: str) -> None:
        """DeleteSink. Raises RequestRefusedError while a subscription uses it."""
        self._http.request(_delete("DeleteSink", f"/v1/Sinks/{segment(sid)}"))

    def test_sink(self, sid: str) -> None:
        """CreateSinkTest: send it an event that holds a number; until that is told back, it is sent nothing else."""
        call = _post("CreateSinkTest", f"/v1/Sinks/{segment(sid)}/Test")
        shaped(_Result, self._http.request(call), call)

    def validate_sink(self, sid: str, test: str) -> None:
        """CreateSinkValidate: tell the number back. Raises RequestRefusedError when it is not the last one sent."""
        call = _post("CreateSinkValidate", f"/v1/Sinks/{segment(sid)}/Validate", (("TestId", test),))
        shaped(_Result, self._http.request(call), call)

    def list_subscriptions(self) -> tuple[Subscription, ...]:
        """ListSubscription, and of each ListSubscribedEvent."""
        call = _get("ListSubscription", "/v1/Subscriptions")
        found = [shaped(_Subscription, one, call) for one in fetch_all(self._http, call, "subscriptions")]
        return tuple(_subscription(one, self._types(one.sid)) for one in found)

    def create_subscription(self, description: str, sink: str, types: Mapping[str, int]) -> Subscription:
        """CreateSubscription: let a sink be sent events of these types, each in a version of its schema."""
        wanted = [json.dumps({"type": name, "schema_version": version}) for name, version in types.items()]
        form: Pairs = (("Description", description), ("SinkSid", sink), *(("Types", one) for one in wanted))
        call = _post("CreateSubscription", "/v1/Subscriptions", form)
        return _subscription(shaped(_Subscription, self._http.request(call), call), types)

    def subscribe(self, subscription: str, event_type: str, version: int) -> None:
        """CreateSubscribedEvent: add a type to a subscription."""
        path = f"/v1/Subscriptions/{segment(subscription)}/SubscribedEvents"
        form = (("Type", event_type), ("SchemaVersion", str(version)))
        call = _post("CreateSubscribedEvent", path, form)
        shaped(_SubscribedEvent, self._http.request(call), call)

    def delete_subscription(self, sid: str) -> None:
        """DeleteSubscription; the sink stays."""
        self._http.request(_delete("DeleteSubscription", f"/v1/Subscriptions/{segment(sid)}"))

    def _types(self, subscription: str) -> dict[str, int | None]:
        call = _get("ListSubscribedEvent", f"/v1/Subscriptions/{segment(subscription)}/SubscribedEvents")
        found = [shaped(_SubscribedEvent, one, call) for one in fetch_all(self._http, call, "types")]
        return {one.type: one.schema_version for one in found}

    def _one_sink(self, call: Call) -> Sink:
        return _sink(shaped(_Sink, self._http.request(call), call))


def _get(operation: str, path: str) -> Call:
    return Call(operation, "GET", path, product="events")


def _post(operation: str, path: str, form: Pairs = ()) -> Call:
    return Call(operation, "POST", path, form=form, product="events")


def _delete(operation: str, path: str) -> Call:
    return Call(operation, "DELETE", path, product="events", may_be_empty=True)


def _sink(wire: _Sink) -> Sink:
    configuration = wire.sink_configuration or {}
    url, method = configuration.get("destination"), configuration.get("method")
    return Sink(
        wire.sid,
        wire.sink_type,
        wire.status,
        wire.description or "",
        _without_credentials(url) if isinstance(url, str) else None,
        method if isinstance(method, str) else None,
    )


def _subscription(wire: _Subscription, types: Mapping[str, int | None]) -> Subscription:
    return Subscription(wire.sid, wire.sink_sid, types, wire.description or "")


def _without_credentials(url: str) -> str:
    """Leave out user and password, which Twilio sends as HTTP Basic."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
