"""The lists of Twilio's other products: the official client reads them, page by page, and only its own account's."""

from __future__ import annotations

import contextlib
import json
from urllib.parse import urlsplit, urlunsplit

import pytest
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from reconciler.emulator.app import make_app
from reconciler.emulator.settings import EMBEDDED_ACCOUNT, Settings
from reconciler.emulator.store import Store
from tests.support.two_accounts import PRODUCTION_ASSETS, STAGING_ASSETS


class _BelowItsName(TwilioHttpClient):
    """Sends what is meant for `serverless.twilio.com` to one place, below `/serverless`."""

    def __init__(self, base):
        super().__init__()
        self.base = urlsplit(base)

    def request(self, method, uri, *rest, **options):
        """Send a request there."""
        url = urlsplit(uri)
        product = url.netloc.removesuffix(".twilio.com")
        below = "" if product in {"api", "studio", url.netloc} else f"/{product}"
        there = urlunsplit((self.base.scheme, self.base.netloc, below + url.path, url.query, ""))
        return super().request(method, there, *rest, **options)


@pytest.mark.socket
def test_the_official_client_reads_every_list(in_thread, clock):
    """What was told in the Console is what Twilio's own client finds, through pages of one record too."""
    with contextlib.closing(Store(None)) as store, in_thread(make_app(Settings(), store=store, clock=clock)) as url:
        http = _BelowItsName(url)
        answer = http.session.post(f"{url}/_console/Assets", data={"Assets": json.dumps(STAGING_ASSETS)})
        assert answer.status_code == 200
        twilio = Client(EMBEDDED_ACCOUNT, "token", http_client=http)
        (workspace,) = twilio.taskrouter.v1.workspaces.list()
        assert [one.friendly_name for one in workspace.workflows.list()] == ["Front desk"]
        assert [one.unique_name for one in workspace.task_channels.list()] == ["chat"]
        (service,) = twilio.serverless.v1.services.list()
        (environment,) = service.environments.list()
        assert environment.domain_name == "hours-1-dev.twil.io"
        build = twilio.serverless.v1.services(service.sid).builds(environment.build_sid).fetch()
        assert [version["path"] for version in build.function_versions] == ["/check"]
        assert [one.friendly_name for one in twilio.messaging.v1.services.list()] == ["News"]
        assert [one.friendly_name for one in twilio.conversations.v1.services.list()] == ["Main"]
        assert [one.unique_name for one in twilio.sync.v1.services.list()] == ["state"]
        assert [one.friendly_name for one in twilio.content.v1.contents.list()] == ["hello"]
        assert twilio.chat.v2.services.list() == []
        numbers = twilio.incoming_phone_numbers.list(page_size=1)
        assert [one.phone_number for one in numbers] == ["+15555550101", "+15555550102"]
        http.session.close()


def test_pages_go_both_ways(make_api):
    """Tokens lead forward and backward through a list of assets."""
    api = make_api()
    rows = [{"sid": f"MG{number:032d}", "friendly_name": str(number)} for number in range(5)]
    api.post("/_console/Assets", Assets=json.dumps({"messaging": rows}))
    first = api.get("/messaging/v1/Services", PageSize="2").json()
    second = api.get(first["meta"]["next_page_url"].partition("studio.test")[2]).json()
    assert [row["friendly_name"] for row in second["services"]] == ["2", "3"]
    back = api.get(second["meta"]["previous_page_url"].partition("studio.test")[2]).json()
    assert [row["friendly_name"] for row in back["services"]] == ["0", "1"]


def test_each_account_has_its_own(make_api):
    """What one account has, another has not; a database of before is used on."""
    mine = make_api(auth=("AC" + "1" * 32, "x"))
    mine.post("/_console/Assets", Assets=json.dumps(PRODUCTION_ASSETS))
    assert len(mine.get("/messaging/v1/Services").json()["services"]) == 2
    assert make_api().get("/messaging/v1/Services").json()["services"] == []


@pytest.mark.parametrize("told", ["", "{", "[]", '{"robots": []}', '{"sync": {}}', '{"sync": [1]}'])
def test_only_assets_are_taken(make_api, told):
    """What is no account's assets is refused, and nothing changes."""
    assert make_api().post("/_console/Assets", Assets=told).status_code == 400


@pytest.mark.parametrize(
    "path",
    ["/taskrouter/v1/Workspaces/WS1/Workflows", "/serverless/v1/Services/ZS1/Builds/ZB1"],
)
def test_what_is_not_there_is_not_found(make_api, path):
    """Lists of a workspace or service that the account does not have are 404, and so is an unknown build."""
    api = make_api()
    assert api.get(path).status_code == 404
    api.post("/_console/Assets", Assets=json.dumps({"serverless": [{"sid": "ZS1", "environments": []}]}))
    assert api.get("/serverless/v1/Services/ZS1/Builds/ZB1").status_code == 404
