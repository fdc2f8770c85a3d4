"""What a real account would reveal never reaches a cassette. The account here is made up, but looks real."""

from __future__ import annotations

import json
import random
from base64 import b64encode

import httpx

from reconciler.definition import document
from reconciler.model.live import FlowInput
from reconciler.studio.client import StudioClient
from reconciler.studio.hosts import Hosts
from reconciler.studio.http import Http
from reconciler.studio.settings import HttpSettings

CHANCE = random.Random(7)  # noqa: S311 - it makes identifiers that look real, no secrets


def sid(prefix):
    return prefix + "".join(CHANCE.choices("0123456789abcdef", k=32))


ACCOUNT, KEY, FLOW, OTHER, USER = (sid(prefix) for prefix in ("AC", "SK", "FW", "FW", "US"))
SECRET = sid("")
PHONE = "+4930" + "12345678"
WEBHOOK = f"https://webhooks.customer.example.org/v1/Accounts/{ACCOUNT}/Flows/{FLOW}?token={SECRET}"
DEFINITION = document.of({"description": f"call {PHONE}", "states": [], "initial_state": "Trigger"})


def flow(name, own):
    return {
        "sid": own,
        "account_sid": ACCOUNT,
        "author_sid": USER,
        "friendly_name": name,
        "definition": DEFINITION.data(),
        "status": "draft",
        "revision": 1,
        "webhook_url": WEBHOOK,
        "url": f"https://studio.real.example.org/v2/Flows/{own}",
    }


def real(request):
    """Answer as a real account would."""
    headers = {"Set-Cookie": SECRET, "Twilio-Request-Id": sid("RQ"), "X-Home-Region": "us1", "Date": "now"}
    if request.method == "POST":
        return httpx.Response(201, headers=headers, json=flow("cassette flow", FLOW))
    if request.url.path == f"/v2/Flows/{FLOW}":
        return httpx.Response(200, headers=headers, json=flow("cassette flow", FLOW))
    if request.url.path.endswith("/TestUsers"):
        return httpx.Response(200, headers=headers, json={"sid": FLOW, "test_users": [PHONE, f"whatsapp:{PHONE}"]})
    flows = [flow("Payroll of somebody else", OTHER), flow("cassette flow", FLOW)]
    return httpx.Response(200, headers=headers, json={"flows": flows, "meta": {"next_page_url": None}})


def client(clock, http, transport, user, password):
    hosts = Hosts("https://studio.real.example.org", "https://api.real.example.org")
    chance = http(httpx.Response(200))[0]._chance
    return StudioClient(Http(HttpSettings(hosts, ACCOUNT, user, password), clock, chance, transport=transport))


def exercise(studio):
    body = studio.create_flow(FlowInput("cassette flow", "draft", DEFINITION, "why"))
    studio.fetch_flow(body.row.sid)
    return [row.friendly_name for row in studio.list_flows()], studio.fetch_test_users(body.row.sid)


def test_nothing_of_a_real_account_is_recorded(tmp_path, clock, http, recorder):
    """Account, user, key, flows of others, phone numbers, webhook, credentials and cookies are gone."""
    studio = client(clock, http, httpx.MockTransport(real), KEY, SECRET)
    with recorder(tmp_path, record=True).use_cassette("real.yaml"):
        exercise(studio)
    text = (tmp_path / "real.yaml").read_text()
    basic = b64encode(f"{KEY}:{SECRET}".encode()).decode()
    hidden = [ACCOUNT, KEY, FLOW, OTHER, USER, SECRET, PHONE, PHONE[1:], basic, "customer", "Payroll", "real.example"]
    assert [value for value in hidden if value in text] == []
    assert "REDACTED" in text


def test_a_scrubbed_cassette_replays(tmp_path, clock, http, recorder):
    """What was replaced was replaced everywhere alike, so the client finds its way through the cassette."""
    with recorder(tmp_path, record=True).use_cassette("real.yaml"):
        exercise(client(clock, http, httpx.MockTransport(real), KEY, SECRET))
    nobody = httpx.MockTransport(lambda _: httpx.Response(500))
    with recorder(tmp_path, record=False).use_cassette("real.yaml") as cassette:
        names, contacts = exercise(client(clock, http, nobody, "somebody", "else"))
    assert cassette.all_played
    assert names == ["cassette flow"]
    assert contacts == ("+15550100001", "whatsapp:+15550100001")


def test_scrubbing_twice_is_scrubbing_once(scrubber):
    """A replayed request is scrubbed again, and has to stay the same."""
    once = scrubber.text(json.dumps([FLOW, OTHER, USER, ACCOUNT, PHONE, f"https://h.test/v2/Flows/{FLOW}"]))
    assert type(scrubber)().text(once) == once
