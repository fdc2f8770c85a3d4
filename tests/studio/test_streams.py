"""Sinks and subscriptions as our client sends and reads them."""

from __future__ import annotations

from urllib.parse import parse_qsl

import httpx
import pytest

from reconciler.errors import AmbiguousError, ProtocolError, RequestRefusedError
from reconciler.model.streams import STUDIO_TYPES, Sink, Subscription
from reconciler.studio.hosts import hosts_of
from reconciler.studio.streams import EventStreams

SINK = "DG" + "0" * 31 + "1"
SUBSCRIPTION = "DF" + "0" * 31 + "1"
URL = "https://events.example.test/studio"
BODY = {
    "sid": SINK, "sink_type": "webhook", "status": "active", "description": "Studio",
    "sink_configuration": {"destination": "https://" + "me:secret" + "@events.example.test/studio", "method": "POST"},
}  # fmt: skip


def page(key: str, *records: dict, following: str | None = None) -> httpx.Response:
    """Give one page of a list."""
    return httpx.Response(200, json={key: list(records), "meta": {"next_page_url": following, "key": key}})


def test_sinks_are_read(http):
    """All pages are read; credentials of a webhook's URL go no further, and other kinds of sinks have no URL."""
    other = {"sid": "DG2", "sink_type": "kinesis", "status": "failed", "sink_configuration": {"arn": "arn:aws:…"}}
    following = "https://events.twilio.com/v1/Sinks?PageToken=1"
    sender, script = http(page("sinks", BODY, following=following), page("sinks", other))
    found = EventStreams(sender).list_sinks()
    assert found == (Sink(SINK, "webhook", "active", "Studio", URL, "POST"), Sink("DG2", "kinesis", "failed"))
    assert [request.url.path for request in script.seen] == ["/events/v1/Sinks", "/events/v1/Sinks"]


def test_a_sink_is_made_tested_validated_and_deleted(http):
    """The forms are those of Twilio's own client."""
    done = httpx.Response(201, json={"result": "valid"})
    sender, script = http(httpx.Response(201, json=BODY), done, done, httpx.Response(204))
    streams = EventStreams(sender)
    assert streams.create_sink("Studio", URL).sid == SINK
    streams.test_sink(SINK)
    streams.validate_sink(SINK, "0f-0f")
    streams.delete_sink(SINK)
    sent = [
        (one.method, one.url.path.removeprefix("/events/v1"), dict(parse_qsl(one.content.decode())))
        for one in script.seen
    ]
    assert sent == [
        ("POST", "/Sinks", {"Description": "Studio", "SinkType": "webhook",
                            "SinkConfiguration": f'{{"destination": "{URL}", "method": "POST"}}'}),
        ("POST", f"/Sinks/{SINK}/Test", {}),
        ("POST", f"/Sinks/{SINK}/Validate", {"TestId": "0f-0f"}),
        ("DELETE", f"/Sinks/{SINK}", {}),
    ]  # fmt: skip


def test_subscriptions_are_read_with_their_types(http):
    """The types of a subscription are a list of their own."""
    one = {"sid": SUBSCRIPTION, "sink_sid": SINK, "description": None}
    types = page("types", {"type": "a.b", "schema_version": 2}, {"type": "c.d"})
    sender, script = http(page("subscriptions", one), types)
    assert EventStreams(sender).list_subscriptions() == (Subscription(SUBSCRIPTION, SINK, {"a.b": 2, "c.d": None}),)
    assert script.seen[1].url.path == f"/events/v1/Subscriptions/{SUBSCRIPTION}/SubscribedEvents"


def test_a_subscription_is_made_and_added_to(http):
    """Every type is a parameter of its own, as JSON with its version."""
    answer = httpx.Response(201, json={"sid": SUBSCRIPTION, "sink_sid": SINK, "description": "Studio"})
    added = httpx.Response(201, json={"type": "a.b", "schema_version": 1})
    sender, script = http(answer, added, httpx.Response(204))
    streams = EventStreams(sender)
    made = streams.create_subscription("Studio", SINK, STUDIO_TYPES)
    assert made == Subscription(SUBSCRIPTION, SINK, STUDIO_TYPES, "Studio")
    streams.subscribe(SUBSCRIPTION, "a.b", 1)
    streams.delete_subscription(SUBSCRIPTION)
    form = parse_qsl(script.seen[0].content.decode())
    assert [value for name, value in form if name == "Types"] == [
        f'{{"type": "{name}", "schema_version": {version}}}' for name, version in STUDIO_TYPES.items()
    ]
    assert parse_qsl(script.seen[1].content.decode()) == [("Type", "a.b"), ("SchemaVersion", "1")]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, json={"sid": SINK}), ProtocolError),
        (httpx.Response(400, json={"code": 20001, "message": "no"}), RequestRefusedError),
    ],
)
def test_reads_fail_as_all_others_do(http, answer, error):
    """An answer that does not fit, and a refusal, are errors of ours."""
    with pytest.raises(error):
        EventStreams(http(answer)[0]).fetch_sink(SINK)


def test_an_answer_to_a_write_that_does_not_fit_is_ambiguous(http):
    """A sink may have been made although its answer cannot be read."""
    with pytest.raises(AmbiguousError):
        EventStreams(http(httpx.Response(201, json={}))[0]).create_sink("Studio", URL)


def test_event_streams_have_a_host_of_their_own():
    """Without --endpoint it is Twilio's; with it, below its name there."""
    assert hosts_of(None).url("events", "/v1/Sinks") == "https://events.twilio.com/v1/Sinks"
    assert hosts_of("http://127.0.0.1:81").url("events", "/v1/Sinks") == "http://127.0.0.1:81/events/v1/Sinks"
