"""Twilio's own Python client, unchanged but for its host, against the emulator on a socket."""

from __future__ import annotations

import contextlib
from urllib.parse import urlsplit, urlunsplit

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from reconciler.emulator.app import make_app
from reconciler.emulator.settings import EMBEDDED_ACCOUNT, Settings
from reconciler.emulator.store import Store

pytestmark = pytest.mark.socket


class _LocalHttpClient(TwilioHttpClient):
    """Sends everything to one place on loopback."""

    def __init__(self, base):
        super().__init__()
        self.base = urlsplit(base)

    def request(self, method, uri, *rest, **options):
        """Send a request there."""
        url = urlsplit(uri)
        product = url.netloc.removesuffix(".twilio.com")
        path = f"/{product}{url.path}" if product == "events" else url.path
        there = urlunsplit((self.base.scheme, self.base.netloc, path, url.query, ""))
        return super().request(method, there, *rest, **options)


@pytest.fixture
def twilio(in_thread, clock):
    """Give the official client of an emulator."""
    with contextlib.closing(Store(None)) as store, in_thread(make_app(Settings(), store=store, clock=clock)) as url:
        http = _LocalHttpClient(url)
        yield Client(EMBEDDED_ACCOUNT, "token", http_client=http)
        http.session.close()


def test_a_life_of_a_flow(twilio, definition):
    """Create, fetch, update, revisions and delete work with the official client."""
    flows = twilio.studio.v2.flows
    made = flows.create(friendly_name="One", status="draft", definition=definition(), commit_message="first")
    assert (made.revision, made.status, made.definition, made.date_updated) == (1, "draft", definition(), None)
    assert made.account_sid == EMBEDDED_ACCOUNT
    changed = made.update(status="published", definition=definition("two"), commit_message="second")
    assert (changed.revision, changed.commit_message, changed.valid) == (2, "second", True)
    made.update(status="draft", friendly_name="Three")
    fetched = flows(made.sid).fetch()
    assert (fetched.revision, fetched.status, fetched.friendly_name) == (3, "draft", "Three")
    assert fetched.date_created.tzinfo is not None
    assert [one.revision for one in flows(made.sid).revisions.list()] == [3, 2, 1]
    assert flows(made.sid).revisions("1").fetch().commit_message == "first"
    assert flows(made.sid).revisions("LatestPublished").fetch().definition == definition("two")
    assert flows(made.sid).delete() is True
    with pytest.raises(TwilioRestException) as caught:
        flows(made.sid).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_lists_are_followed_over_pages(twilio, definition):
    """The official client follows next_page_url to the end, and streams."""
    flows = twilio.studio.v2.flows
    made = [flows.create(f"Flow {n}", "published", definition()).sid for n in range(5)]
    assert [row.sid for row in flows.list(page_size=2)] == made[::-1]
    assert len(flows.list(limit=3)) == 3
    page = flows.page(page_size=2)
    assert page.next_page().previous_page() is not None
    assert list(flows(made[0]).executions.stream()) == []


def test_validate(twilio, definition, subflow):
    """Validate is true, or raises 81022 with its details."""
    assert twilio.studio.v2.flow_validate.update("x", "draft", definition()).valid is True
    with pytest.raises(TwilioRestException) as caught:
        twilio.studio.v2.flow_validate.update("x", "draft", subflow(None))
    assert (caught.value.status, caught.value.code) == (400, 81022)
    assert caught.value.details["errors"][0]["property_path"] == "#/states/1/properties/flow_sid"


def test_test_users(twilio, definition):
    """Test users are read and replaced; the empty list sends nothing and is refused."""
    users = twilio.studio.v2.flows(twilio.studio.v2.flows.create("x", "draft", definition()).sid).test_users
    assert users().fetch().test_users == []
    assert users().update(["+15550100001", "b"]).test_users == ["+15550100001", "b"]
    with pytest.raises(TwilioRestException) as caught:
        users().update([])
    assert caught.value.code == 20001


def test_the_account(twilio):
    """The account can be fetched with the official client."""
    account = twilio.api.v2010.accounts(EMBEDDED_ACCOUNT).fetch()
    assert (account.sid, account.status) == (EMBEDDED_ACCOUNT, "active")


def test_a_life_of_an_execution(twilio, chat):
    """Start, list, fetch, both contexts, steps, end and delete work with the official client."""
    flows = twilio.studio.v2.flows
    flow = flows(flows.create("x", "published", chat()).sid)
    made = flow.executions.create(to="+15550100001", from_="+15550100009", parameters={"name": "Zeke"})
    assert (made.status, made.flow_version, made.contact_channel_address) == ("active", 1, "+15550100001")
    assert made.account_sid == EMBEDDED_ACCOUNT
    assert made.initiated_by.startswith("RQ")
    assert made.date_created.tzinfo is not None
    with pytest.raises(TwilioRestException) as caught:
        flow.executions.create(to="+15550100001", from_="+15550100009")
    assert (caught.value.status, caught.value.code) == (409, 20409)
    assert caught.value.details == {"conflicting_execution_sid": made.sid}
    assert made.execution_context().fetch().context["flow"]["data"] == {"name": "Zeke"}
    (step,) = made.steps.list()
    assert (step.name, step.transitioned_from, step.transitioned_to) == ("incomingRequest", "Trigger", "ask")
    fetched = made.steps(step.sid).fetch()
    assert (fetched.sid, fetched.parent_step_sid, fetched.date_updated) == (step.sid, None, None)
    assert fetched.step_context().fetch().context["contact"] == {"channel": {"address": "+15550100001"}}
    assert made.update(status="ended").status == "ended"
    assert [(one.sid, one.status) for one in flow.executions.list()] == [(made.sid, "ended")]
    assert flow.executions.list(date_created_to=made.date_created) == []
    assert made.delete() is True
    with pytest.raises(TwilioRestException) as caught:
        flow.executions(made.sid).fetch()
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_sinks_and_subscriptions(twilio):
    """Event Streams with the official client: a sink, its test, a subscription and its types."""
    events = twilio.events.v1
    configuration = {"destination": "http://127.0.0.1:9/", "method": "POST"}
    sink = events.sinks.create("Studio", configuration, "webhook")
    assert (sink.status, sink.sink_configuration) == ("active", configuration)
    assert [one.sid for one in events.sinks.list()] == [sink.sid]
    types = [{"type": "com.twilio.studio.flow.step.ended", "schema_version": 1}]
    made = events.subscriptions.create("Studio", sink.sid, types)
    added = events.subscriptions(made.sid).subscribed_events.create("com.twilio.studio.flow.execution.ended")
    assert (added.schema_version, len(events.subscriptions(made.sid).subscribed_events.list())) == (2, 2)
    assert len(events.event_types.list()) == 4
    assert sink.sink_test.create().result == "submitted"
    assert sink.fetch().status == "validating"
    with pytest.raises(TwilioRestException) as caught:
        sink.sink_validate.create("other")
    assert caught.value.status == 400
    assert made.delete() is True
    assert sink.delete() is True
