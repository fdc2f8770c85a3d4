"""What an account has beside flows, as our client reads it; and where it asks."""

from __future__ import annotations

import json
from contextlib import closing

import httpx
import pytest

from reconciler.emulator.app import make_app
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.errors import ProtocolError
from reconciler.model.assets import ASKABLE, Asset
from reconciler.studio.client import StudioClient
from reconciler.studio.credentials import INVENTED
from reconciler.studio.hosts import EMBEDDED, hosts_of
from reconciler.studio.http import Http
from reconciler.studio.settings import HttpSettings
from tests.support.two_accounts import STAGING, STAGING_ASSETS

A = "a" * 32


@pytest.fixture
def client(clock, http):
    """Give a client of an emulator that has staging's assets, and a counter of its calls."""
    chance = http(httpx.Response(200))[0]._chance
    with closing(Store(None)) as store:
        app = make_app(Settings(seed=1), store=store, clock=clock)
        transport = httpx.WSGITransport(app=app)
        with httpx.Client(transport=transport, base_url="http://localhost") as console:
            console.post("/_console/Assets", data={"Assets": json.dumps(STAGING_ASSETS)}).raise_for_status()
        told = HttpSettings(EMBEDDED, INVENTED.account, INVENTED.user, INVENTED.password, read_only=True)
        yield StudioClient(Http(told, clock, chance, transport=transport))


def test_everything_has_its_names(client):
    """Each kind comes with identifiers as bindings hold them, and with the names that are alike in all accounts."""
    found = {kind: list(client.assets.assets(kind)) for kind in ASKABLE}
    assert found["workflow"] == [Asset("workflow", "WW" + A, (("Flex", "Front desk"), ("Front desk",)))]
    assert found["channel"] == [Asset("channel", "TC" + A, (("Flex", "chat"), ("chat",)))]
    keys = (("hours", "dev", "/check"), ("hours", "/check"))
    assert found["function"] == [Asset("function", STAGING["function/hours"], keys)]
    assert found["host"] == [Asset("host", "hours-1-dev.twil.io", (("hours", "dev"), ("hours",)))]
    assert found["messaging"] == [Asset("messaging", "MG" + A, (("News",),))]
    assert found["sync"] == [Asset("sync", "IS" + "3" * 32, (("state",),))]
    assert found["content"] == [Asset("content", "HX" + A, (("hello",),))]
    assert (found["chat"], found["flow"]) == ([], [])
    assert found["function"][0].identifier == "https://hours-1-dev.twil.io/check"
    assert found["workflow"][0].label == "Flex / Front desk"


def test_a_number_called_after_itself_has_no_name(client):
    """The name that Twilio gives a number nobody named tells nothing."""
    numbers = client.assets.assets("phone")
    assert [(one.value, one.keys) for one in numbers] == [("+15555550101", (("Main line",),)), ("+15555550102", ())]
    assert numbers[1].label == ""


def test_each_list_is_read_once(client):
    """Asking again, or for another kind of the same lists, sends nothing."""
    for _ in range(2):
        for kind in ("workflow", "channel", "function", "host"):
            client.assets.assets(kind)
    assert client.calls() == {
        "ListWorkspace": 1,
        "ListWorkflow": 1,
        "ListTaskChannel": 1,
        "ListServerlessService": 1,
        "ListServerlessEnvironment": 1,
        "FetchServerlessBuild": 1,
    }


def test_a_closed_product_has_nothing(http):
    """A product that answers 404 has no services; anything else is an error."""
    made, _ = http(httpx.Response(404, json={"code": 20404, "message": "not found"}))
    assert StudioClient(made).assets.assets("chat") == ()
    made, _ = http(httpx.Response(200, json={"services": []}))
    with pytest.raises(ProtocolError):
        StudioClient(made).assets.assets("chat")


@pytest.mark.parametrize(
    ("hosts", "product", "path", "url"),
    [
        (hosts_of(None), "serverless", "/v1/Services", "https://serverless.twilio.com/v1/Services"),
        (hosts_of(None, "ie1", "dublin"), "sync", "/v1/Services", "https://sync.dublin.ie1.twilio.com/v1/Services"),
        (hosts_of(None), "api", "/2010-04-01/x", "https://api.twilio.com/2010-04-01/x"),
        (hosts_of("http://127.0.0.1:9"), "sync", "/v1/Services", "http://127.0.0.1:9/sync/v1/Services"),
        (hosts_of("http://127.0.0.1:9"), "sync", "/sync/v1/Services", "http://127.0.0.1:9/sync/v1/Services"),
        (hosts_of("http://127.0.0.1:9"), "studio", "/v2/Flows", "http://127.0.0.1:9/v2/Flows"),
        (hosts_of("http://127.0.0.1:9"), "api", "/2010-04-01/x", "http://127.0.0.1:9/2010-04-01/x"),
    ],
)
def test_every_product_has_its_host(hosts, product, path, url):
    """Twilio's products have hosts of their own; an endpoint replaces them all, with the product in the path."""
    assert hosts.url(product, path) == url


@pytest.mark.parametrize(
    ("hosts", "address"),
    [
        (hosts_of(None), "https://sync.twilio.com/v1/Services"),
        (hosts_of("https://studio.example.test"), "https://studio.example.test/sync/v1/Services"),
    ],
)
def test_only_the_hosts_of_the_target_are_asked(http, hosts, address):
    """Where a list says that its next page is elsewhere, the product's own host is asked for it all the same."""
    meta = {"key": "services", "next_page_url": "https://elsewhere.example/v1/Services?PageToken=2"}
    last = {"services": [], "meta": {"key": "services", "next_page_url": None}}
    made, script = http(
        httpx.Response(200, json={"services": [{"sid": "IS1"}], "meta": meta}),
        httpx.Response(200, json=last),
        hosts=hosts,
    )
    assert [one.value for one in StudioClient(made).assets.assets("sync")] == ["IS1"]
    assert [str(request.url).partition("?")[0] for request in script.seen] == [address, address]
