"""Monitor's events: filled by every write, kept when a flow goes, and only for those who may read them."""

from __future__ import annotations

import contextlib
from urllib.parse import urlsplit, urlunsplit

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from reconciler.emulator.app import make_app
from reconciler.emulator.settings import EMBEDDED_ACCOUNT, Settings
from reconciler.emulator.sids import CONSOLE_AUTHOR
from reconciler.emulator.store import Store

EVENTS = "/monitor/v1/Events"


def told(api, **query):
    """Give type and source of the events, newest first."""
    return [(event["event_type"], event["source"]) for event in api.get(EVENTS, **query).json()["events"]]


def test_every_write_is_on_record(api):
    """Creates, updates, edits in the Console and deletes leave an event with actor, way, address and time."""
    sid = api.create()["sid"]
    api.clock.sleep(60)
    api.update(sid, CommitMessage="second")
    api.post(f"/_console/Flows/{sid}", FriendlyName="Other").raise_for_status()
    api.delete(f"/v2/Flows/{sid}")
    found = [("flow.deleted", "api"), ("flow.updated", "web"), ("flow.updated", "api"), ("flow.created", "api")]
    assert told(api) == found
    console = api.get(EVENTS).json()["events"][1]
    assert (console["actor_sid"], console["actor_type"], console["resource_sid"]) == (CONSOLE_AUTHOR, "user", sid)
    assert console["source_ip_address"] != api.get(EVENTS).json()["events"][0]["source_ip_address"]
    assert console["event_date"] == "2026-03-01T12:01:00Z"


def test_events_are_asked_for_by_what_they_are_about(api):
    """Type, resource, actor and dates choose; pages are followed."""
    one, other = (api.create(name)["sid"] for name in ("One", "Two"))
    api.clock.sleep(60)
    api.post(f"/_console/Flows/{one}", FriendlyName="Other").raise_for_status()
    assert told(api, ResourceSid=other) == [("flow.created", "api")]
    assert told(api, EventType="flow.updated", ResourceSid=one) == [("flow.updated", "web")]
    assert told(api, ActorSid=CONSOLE_AUTHOR) == [("flow.updated", "web")]
    assert told(api, StartDate="2026-03-01T12:00:30Z") == [("flow.updated", "web")]
    assert len(told(api, EndDate="2026-03-01T12:00:30Z")) == 2
    page = api.get(EVENTS, PageSize="2").json()
    assert len(page["events"]) == 2
    following = api.get(page["meta"]["next_page_url"]).json()
    assert [event["resource_sid"] for event in following["events"]] == [one]


@pytest.mark.parametrize(("value", "status"), [("forbidden", 403), ("unauthorized", 401), ("absent", 404)])
def test_not_everybody_may_read_them(make_api, value, status):
    """Under "monitor-events" the list is refused, and the API of flows works on."""
    api = make_api(quirks={"monitor-events": value})
    api.create()
    assert api.get(EVENTS).status_code == status


def test_a_status_that_is_turned_in_place_is_on_record(make_api, definition):
    """An update that mints nothing is an update all the same."""
    api = make_api(quirks={"status-only-update": "flip"})
    sid = api.create("Test", "draft")["sid"]
    api.update(sid, "published", FriendlyName="Test", Definition=definition())
    assert told(api) == [("flow.updated", "api"), ("flow.created", "api")]


class _LocalHttpClient(TwilioHttpClient):
    """Sends everything to one place on loopback, each product below its name as `--endpoint` does."""

    def __init__(self, base):
        super().__init__()
        self.base = urlsplit(base)

    def request(self, method, uri, *rest, **options):
        """Send a request there."""
        url = urlsplit(uri)
        path = f"/monitor{url.path}" if url.netloc.startswith("monitor.") else url.path
        return super().request(method, urlunsplit((*self.base[:2], path, url.query, "")), *rest, **options)


@pytest.mark.socket
def test_the_official_client_reads_them(in_thread, clock, definition):
    """Twilio's own client takes the events for what they are."""
    with contextlib.closing(Store(None)) as store, in_thread(make_app(Settings(), store=store, clock=clock)) as url:
        http = _LocalHttpClient(url)
        twilio = Client(EMBEDDED_ACCOUNT, "token", http_client=http)
        sid = twilio.studio.v2.flows.create("One", "draft", definition()).sid
        (event,) = twilio.monitor.v1.events.list(resource_sid=sid)
        http.session.close()
    assert (event.event_type, event.source, event.actor_sid) == ("flow.created", "api", EMBEDDED_ACCOUNT)
    assert event.event_date == clock.now()
