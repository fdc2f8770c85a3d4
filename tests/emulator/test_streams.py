"""Event Streams: sinks, subscriptions, and what is sent to webhooks, as Twilio would, under every quirk."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs, urlsplit

import pytest
from twilio.request_validator import RequestValidator

from reconciler.emulator.streams.sending import LONGEST, Sender, post
from reconciler.model.streams import ENDED, STARTED, STEP_ENDED, STUDIO_TYPES

URL = "http://127.0.0.1:9/studio"
ENDS = {"To": "+15550100001", "From": "+15550100009"}
TYPES = [json.dumps({"type": name, "schema_version": version}) for name, version in STUDIO_TYPES.items()]


@dataclass
class Webhook:
    """What a webhook was sent; answers as it is told."""

    statuses: list[int | OSError] = field(default_factory=list)
    calls: list[tuple[str, bytes, str]] = field(default_factory=list)

    def __call__(self, url: str, body: bytes, signature: str) -> int:
        """Take one request."""
        self.calls.append((url, body, signature))
        status = self.statuses.pop(0) if self.statuses else 200
        if isinstance(status, OSError):
            raise status
        return status

    @property
    def events(self) -> list[dict[str, Any]]:
        """Give all events, batches taken apart."""
        bodies = [json.loads(body) for _, body, _ in self.calls]
        return [event for body in bodies for event in (body if isinstance(body, list) else [body])]


@pytest.fixture
def sender_of():
    """Give a function that makes the sender of an emulator, and the webhook that it calls."""

    def make(api, *statuses: int | OSError) -> tuple[Sender, Webhook]:
        webhook = Webhook([*statuses])
        return Sender(api.client._transport.app._studio, webhook), webhook

    return make


def sink(api, status=201, kind="webhook", **configuration: str) -> dict[str, Any]:
    """Make a sink."""
    told = json.dumps({"destination": URL, "method": "POST", **configuration})
    answer = api.post("/events/v1/Sinks", Description="Studio", SinkType=kind, SinkConfiguration=told)
    assert answer.status_code == status, answer.text
    return answer.json()


def subscribe(api, sid: str, status=201, types: list[str] = TYPES) -> dict[str, Any]:
    """Let a sink be sent events."""
    answer = api.post("/events/v1/Subscriptions", Description="Studio", SinkSid=sid, Types=types)
    assert answer.status_code == status, answer.text
    return answer.json()


def run_a_flow(api, chat, **ends: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Create a flow and let an execution of it begin."""
    flow = api.create(Definition=chat())
    answer = api.post(f"/v2/Flows/{flow['sid']}/Executions", **{**ENDS, **ends})
    assert answer.status_code == 201
    return flow, answer.json()


def test_a_sink_is_made_found_changed_and_deleted(api):
    """A webhook is active at once; description and status are as they were set, and a deleted sink is gone."""
    made = sink(api)
    assert (made["status"], made["sink_type"], made["sid"][:2]) == ("active", "webhook", "DG")
    assert made["sink_configuration"] == {"destination": URL, "method": "POST"}
    assert api.get(made["url"]).json() == made
    assert api.post(made["url"], Description="Other").json()["description"] == "Other"
    other = sink(api, kind="kinesis", arn="arn:aws:kinesis:…")
    assert other["status"] == "initialized"
    listed = api.get("/events/v1/Sinks", Status="initialized").json()["sinks"]
    assert [one["sid"] for one in listed] == [other["sid"]]
    assert api.delete(made["url"]).status_code == 204
    assert api.get(made["url"]).status_code == 404


@pytest.mark.parametrize(
    "configuration",
    [
        {"destination": "https://example.test/events"},
        {"destination": "http://169.254.169.254/latest"},
        {"destination": "http://localhost.example.test/"},
        {"destination": "http://" + "user:password" + "@127.0.0.1/"},
        {"destination": "file:///etc/passwd"},
        {"destination": "http://[::1"},
        {"destination": "nothing"},
        {"method": "PUT"},
    ],
)
def test_the_emulator_calls_nobody_else(api, configuration):
    """Only webhooks on this machine are taken; a host that merely looks like it is not."""
    sink(api, 400, **configuration)


def test_the_emulator_may_be_told_to_send_anywhere(make_api):
    """With the switch, any host is taken, and still nothing but http and https."""
    api = make_api(send_anywhere=True)
    sink(api, destination="https://example.test/events")
    sink(api, 400, destination="ftp://example.test/events")


def test_subscriptions(api):
    """A sink has one subscription at most and must be active; types and versions must be known."""
    made = sink(api)
    subscribe(api, "DG" + "0" * 32, 400)
    subscribe(api, sink(api, kind="kinesis")["sid"], 400)
    for types in ([], ["{}"], ["text"], ['{"type": "no.such"}'], [f'{{"type": "{STARTED}", "schema_version": 9}}']):
        subscribe(api, made["sid"], 400, types)
    found = subscribe(api, made["sid"], types=[f'{{"type": "{STARTED}"}}'])
    subscribe(api, made["sid"], 400)
    assert api.delete(made["url"]).status_code == 400
    types = f"{found['url']}/SubscribedEvents"
    assert api.post(types, Type=STEP_ENDED).json()["schema_version"] == 1
    assert api.post(f"{types}/{STARTED}", SchemaVersion="1").json()["schema_version"] == 1
    assert {one["type"]: one["schema_version"] for one in api.get(types).json()["types"]} == {STARTED: 1, STEP_ENDED: 1}
    assert api.delete(f"{types}/{STARTED}").status_code == 204
    assert api.get(f"{types}/{STARTED}").status_code == 404
    assert api.get("/events/v1/Subscriptions", SinkSid=made["sid"]).json()["subscriptions"][0]["sid"] == found["sid"]
    assert api.delete(found["url"]).status_code == 204
    assert api.delete(made["url"]).status_code == 204


def test_types(api):
    """Studio's three types are listed with their schemas."""
    found = {one["type"]: one["schema_id"] for one in api.get("/events/v1/Types").json()["types"]}
    assert {found[name] for name in STUDIO_TYPES} == {"Studio.FlowExecutionEvent", "Studio.FlowStepEvent"}
    assert api.get(f"/events/v1/Types/{STARTED}").json()["status"] == "available"
    assert api.get("/events/v1/Types/no.such").status_code == 404


def test_lists_are_followed_over_pages(api):
    """Sinks, types and subscribed types come in pages; filters hold over pages."""
    sinks = [sink(api) for _ in range(5)]
    for number in (0, 2, 4):
        subscribe(api, sinks[number]["sid"])
    for path, key, query, expected in (
        ("/events/v1/Sinks", "sinks", {"InUse": "true"}, [sinks[number]["sid"] for number in (0, 2, 4)]),
        ("/events/v1/Sinks", "sinks", {"Status": "active"}, [one["sid"] for one in sinks]),
        ("/events/v1/Types", "types", {"SchemaId": "Studio.FlowExecutionEvent"}, [STARTED, ENDED]),
    ):
        found, page = [], api.get(path, PageSize="1", **query).json()
        while True:
            found += [one.get("sid") or one["type"] for one in page[key]]
            if page["meta"]["next_page_url"] is None:
                break
            page = api.get(page["meta"]["next_page_url"]).json()
        assert found == expected
    assert api.get("/events/v1/Sinks", InUse="maybe").status_code == 400


def test_what_happens_is_sent(api, chat, sender_of):
    """Beginning and steps of an execution arrive as CloudEvents of their schemas, each once, signed for the account."""
    sender, webhook = sender_of(api)
    _, before = run_a_flow(api, chat)
    api.post(before["url"], Status="ended")
    subscribe(api, sink(api)["sid"])
    flow, execution = run_a_flow(api, chat)
    while sender.turn():
        pass
    began, step = webhook.events
    assert (began["type"], step["type"]) == (STARTED, STEP_ENDED)
    assert began["dataschema"].endswith("/Studio.FlowExecutionEvent/2")
    assert began["data"] | {"date_created": ""} == {
        "execution_sid": execution["sid"], "account_sid": execution["account_sid"], "flow_sid": flow["sid"],
        "contact_channel_address": ENDS["To"], "status": "active", "date_created": "",
        "started_by": execution["initiated_by"], "flow_revision": 1,
    }  # fmt: skip
    assert (step["data"]["transitioned_from"], step["data"]["transitioned_to"]) == ("Trigger", "ask")
    assert len({event["id"] for event in webhook.events}) == 2
    ((url, body, signature),) = webhook.calls
    assert RequestValidator("secret").validate(url, body.decode(), signature)
    assert "bodySHA256" in parse_qs(urlsplit(url).query)
    assert sender.turn() is False


def test_only_subscribed_types_are_sent(api, chat, sender_of):
    """A subscription to ends alone brings nothing before the end."""
    sender, webhook = sender_of(api)
    subscribe(api, sink(api)["sid"], types=[json.dumps({"type": ENDED})])
    _, execution = run_a_flow(api, chat)
    sender.turn()
    assert webhook.calls == []
    api.post(execution["url"], Status="ended")
    sender.turn()
    assert [(event["type"], event["data"]["ended_reason"]) for event in webhook.events] == [(ENDED, "STOPPED")]


@pytest.mark.parametrize("failure", [500, 503, 429, ConnectionRefusedError()])
def test_what_is_not_taken_is_sent_again(api, chat, sender_of, failure):
    """After 429, 5xx or no answer the same events come again, with the same ids, and later."""
    sender, webhook = sender_of(api, failure, failure)
    subscribe(api, sink(api)["sid"])
    run_a_flow(api, chat)
    sender.turn()
    assert sender.turn() is False
    for _ in range(2):
        api.clock.sleep(60)
        sender.turn()
    assert len(webhook.calls) == 3
    assert len({body for _, body, _ in webhook.calls}) == 1
    assert sender.turn() is False


@pytest.mark.parametrize("status", [301, 400, 403, 404])
def test_what_is_refused_is_thrown_away(api, chat, sender_of, status):
    """Every other answer is the last: the event does not come again."""
    sender, webhook = sender_of(api, status)
    subscribe(api, sink(api)["sid"])
    run_a_flow(api, chat)
    sender.turn()
    api.clock.sleep(600)
    assert sender.turn() is False
    assert len(webhook.calls) == 1


def test_after_four_hours_an_event_is_given_up(api, chat, sender_of, store_of):
    """What nobody took for four hours is forgotten."""
    sender, webhook = sender_of(api, *[503] * 100)
    subscribe(api, sink(api)["sid"], types=[json.dumps({"type": STARTED})])
    run_a_flow(api, chat)
    begin = api.clock.now()
    while api.clock.now() - begin < timedelta(seconds=LONGEST + 600):
        sender.turn()
        api.clock.sleep(300)
    assert 10 < len(webhook.calls) < 50
    assert sender.turn() is False
    with store_of(api).read() as t:
        assert t.streams.deliveries(10) == []


def test_a_webhook_that_takes_nothing_keeps_no_other_waiting(api, chat, sender_of, store_of):
    """However much waits for one webhook, another is sent its events at once."""
    sender, webhook = sender_of(api)
    dead, alive = sink(api)["sid"], sink(api)["sid"]
    with store_of(api).write() as t:
        for _ in range(600):
            t.streams.post(dead, "{}", api.clock.now().timestamp() + 3600)
    subscribe(api, alive)
    run_a_flow(api, chat)
    sender.turn()
    assert [event["type"] for event in webhook.events] == [STARTED, STEP_ENDED]


@pytest.mark.parametrize("host", ["a" * 64 + ".example.test", "a..b", "127.0.0.1:9"])
def test_a_host_that_cannot_be_called_is_no_answer(host):
    """Whatever is wrong with a webhook's host, a call ends as one that nobody answered."""
    with pytest.raises((ConnectionError, URLError)):
        post(f"http://{host}/", b"[]", "")


QUIRKS = list(product(["batches", "single"], ["in-order", "shuffled"], ["none", "twice"]))


@pytest.mark.parametrize("quirks", QUIRKS)
def test_quirks_of_delivery(make_api, chat, sender_of, quirks):
    """Whatever the form, order and number: every event arrives at least once, and all that arrive are the same."""
    batching, order, redelivery = quirks
    told = {"event-batching": batching, "event-order": order, "event-redelivery": redelivery}
    api = make_api(quirks=told)
    sender, webhook = sender_of(api)
    subscribe(api, sink(api)["sid"])
    for number in range(4):
        run_a_flow(api, chat, To=f"+1555010001{number}")
    while sender.turn():
        pass
    events = webhook.events
    by_id = {event["id"]: event for event in events}
    assert len(by_id) == 8
    assert len(events) == (16 if redelivery == "twice" else 8)
    assert all(by_id[event["id"]] == event for event in events)
    assert all(body.startswith(b"[") is (batching == "batches") for _, body, _ in webhook.calls)
    first = [event["time"] for event in events[:8]]
    if order == "in-order" and redelivery == "none":
        assert first == sorted(first)


def test_a_sink_is_tested_and_validated(make_api, chat, sender_of):
    """A test makes a sink wait for its number; until then it gets nothing else, and only the last number counts."""
    api = make_api(quirks={"sink-on-create": "initialized"})
    sender, webhook = sender_of(api)
    made = sink(api)
    assert made["status"] == "initialized"
    for _ in range(2):
        assert api.post(made["links"]["sink_test"]).json() == {"result": "submitted"}
    assert api.get(made["url"]).json()["status"] == "validating"
    sender.turn()
    old, new = (event["data"]["test_id"] for event in webhook.events)
    assert webhook.events[0]["type"] == "com.twilio.eventstreams.test-event"
    assert api.post(made["links"]["sink_validate"]).status_code == 400
    assert api.post(made["links"]["sink_validate"], TestId=old).status_code == 400
    assert api.post(made["links"]["sink_validate"], TestId=new).json() == {"result": "valid"}
    assert api.get(made["url"]).json()["status"] == "active"
    subscribe(api, made["sid"])
    api.post(made["links"]["sink_test"])
    run_a_flow(api, chat)
    sender.turn()
    assert len(webhook.events) == 3
    api.post(made["links"]["sink_validate"], TestId=webhook.events[-1]["data"]["test_id"])
    sender.turn()
    assert len(webhook.events) == 5


def test_a_test_that_nobody_takes_fails_the_sink(api, sender_of):
    """A sink whose test is not taken is a failed one."""
    sender, _ = sender_of(api, 404)
    made = sink(api)
    api.post(made["links"]["sink_test"])
    sender.turn()
    assert api.get(made["url"]).json()["status"] == "failed"


def test_events_survive_the_emulator(make_api, chat, sender_of, tmp_path):
    """What was not sent before an end is sent by the next emulator on the file, once it knows the account again."""
    api = make_api(tmp_path / "emulator.sqlite")
    subscribe(api, sink(api)["sid"])
    run_a_flow(api, chat)
    again = make_api(tmp_path / "emulator.sqlite")
    sender, webhook = sender_of(again)
    assert sender.turn() is False
    again.get("/events/v1/Sinks")
    sender.turn()
    assert len(webhook.events) == 2
    assert b"secret" not in (tmp_path / "emulator.sqlite").read_bytes()


def test_nothing_is_kept_for_nobody(api, store_of):
    """Without any subscription the outbox stays small, and what happened before a subscription is not sent."""
    from reconciler.emulator import runs  # noqa: PLC0415 - the limit is the module's own

    with store_of(api).write() as t:
        for number in range(runs.UNSENT + 50):
            t._connection.execute("INSERT INTO outbox (account, kind, at, body) VALUES ('AC', 'k', ?, '{}')", (number,))
        t.runs.announce([])
        (count,) = t._connection.execute("SELECT count(*) FROM outbox").fetchone()
    assert count == runs.UNSENT
