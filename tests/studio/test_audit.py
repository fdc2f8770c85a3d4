"""Monitor as our client reads it: what it tells, and that nothing is lost without it."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from reconciler.model.audit import Actor, Audit, AuditEvent
from reconciler.studio.audit import MonitorEvents
from reconciler.studio.hosts import hosts_of

FLOW = "FW" + "0" * 31 + "1"


def answer(*events: dict) -> httpx.Response:
    """Give one page of events."""
    return httpx.Response(200, json={"events": list(events), "meta": {"next_page_url": None, "key": "events"}})


def test_an_event_tells_who_how_and_from_where(http):
    """Actor, way, address and time arrive; what Twilio leaves out is None, and a way that is new is unknown."""
    whole = {
        "sid": "AE1", "event_type": "flow.updated", "resource_sid": FLOW, "event_date": "2026-01-02T03:04:05Z",
        "actor_sid": "US1", "actor_type": "user", "source": "web", "source_ip_address": "192.0.2.1", "more": 1,
    }  # fmt: skip
    bare = {"sid": "AE2", "event_type": "flow.created", "resource_sid": FLOW, "source": "by post"}
    sender, script = http(answer(whole, bare, {**bare, "sid": "AE3", "resource_sid": "FW2"}))
    found = MonitorEvents(sender).events_of(FLOW)
    assert found == Audit(
        (
            AuditEvent("AE1", "flow.updated", FLOW, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
                       Actor("US1", "user", "console", "192.0.2.1")),
            AuditEvent("AE2", "flow.created", FLOW, None, Actor(None, None, "unknown", None)),
        )
    )  # fmt: skip
    assert script.seen[0].url.params["ResourceSid"] == FLOW


@pytest.mark.parametrize("status", [401, 403, 404, 400])
def test_who_may_not_read_it_is_told_so(http, status):
    """A refusal is no error: there are no events, and a sentence that says why."""
    found = MonitorEvents(http(httpx.Response(status, json={"message": "no"}))[0]).events_of(FLOW)
    assert found.events == ()
    assert found.missing is not None


def test_monitor_has_a_host_of_its_own():
    """Without --endpoint it is Twilio's, of the same region; with it, below its name there."""
    assert hosts_of(None).url("monitor", "/v1/Events") == "https://monitor.twilio.com/v1/Events"
    assert hosts_of(None, "ie1").url("monitor", "/v1/Events") == "https://monitor.ie1.twilio.com/v1/Events"
    assert hosts_of("http://127.0.0.1:81").url("monitor", "/v1/Events") == "http://127.0.0.1:81/monitor/v1/Events"
