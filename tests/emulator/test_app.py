"""What all requests have in common: credentials, parameters, paging, methods, headers, counts."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from datetime import timedelta

import pytest

from reconciler.emulator.settings import EMBEDDED_ACCOUNT

SID = "FW" + "0" * 32
KEY = "SK" + "b2" * 16


def _code(answer):
    return answer.status_code, answer.json()["code"]


def test_accounts_are_apart(make_api, tmp_path):
    """Each account has its own flows, every API key belongs to the one fixed account, and authors differ."""
    path = tmp_path / "accounts.sqlite"
    first = make_api(path)
    second = make_api(path, auth=("AC" + "b" * 32, "x"))
    key = make_api(path, auth=(KEY, "x"))
    fixed = make_api(path, auth=(EMBEDDED_ACCOUNT, "x"))
    one, two, three = first.create("One"), second.create("Two"), key.create("Three")
    assert second.get(f"/v2/Flows/{one['sid']}").status_code == 404
    assert [row["sid"] for row in second.get("/v2/Flows").json()["flows"]] == [two["sid"]]
    assert fixed.fetch(three["sid"]) == three
    assert three["account_sid"] == EMBEDDED_ACCOUNT
    assert len({one["author_sid"], two["author_sid"], three["author_sid"]}) == 3


@pytest.mark.parametrize("auth", [None, ("me", "x"), ("AC" + "0" * 31, "x"), ("AC" + "0" * 32, "")])
def test_credentials_must_be_well_formed(make_api, auth):
    """Without a well-formed pair the answer is 401 20003."""
    answer = make_api(auth=auth).get("/v2/Flows")
    assert _code(answer) == (401, 20003)
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_credentials_can_be_asked_for(make_api):
    """With credentials in the settings no other pair is accepted."""
    sid = "AC" + "0" * 32
    assert make_api(auth=(sid, "right"), credentials=(sid, "right")).get("/v2/Flows").status_code == 200
    for wrong in ((sid, "wrong"), ("AC" + "1" * 32, "right"), (KEY, "right")):
        assert _code(make_api(auth=wrong, credentials=(sid, "right")).get("/v2/Flows")) == (401, 20003)


def test_the_account_is_told(api):
    """The account of the credentials can be fetched; another one is not found."""
    account = api.create()["account_sid"]
    body = api.get(f"/2010-04-01/Accounts/{account}.json").json()
    assert (body["sid"], body["status"]) == (account, "active")
    assert "auth_token" not in body
    assert _code(api.get(f"/2010-04-01/Accounts/AC{'0' * 32}.json")) == (404, 20404)


def test_missing_and_wrong_parameters_are_400(api, definition):
    """Each missing, empty or wrong parameter is 400 20001."""
    good = {"FriendlyName": "x", "Status": "draft", "Definition": json.dumps(definition())}
    for name in good:
        for wrong in ({k: v for k, v in good.items() if k != name}, {**good, name: ""}):
            assert _code(api.post("/v2/Flows", **wrong)) == (400, 20001)
            assert _code(api.post("/v2/Flows/Validate", **wrong)) == (400, 20001)
    for wrong in ({"Status": "live"}, {"CommitMessage": ""}, {"Definition": "{"}, {"AuthorSid": "me"}):
        assert _code(api.post("/v2/Flows", **{**good, **wrong})) == (400, 20001)
    for wrong in ("NaN", '{"a": 1e999}', "[" * 100_000, '{"a": Infinity}'):
        assert _code(api.post("/v2/Flows", **{**good, "Definition": wrong})) == (400, 20001)
    assert _code(api.post("/v2/Flows", **{**good, "Definition": "[]"})) == (400, 81022)
    sid = api.create()["sid"]
    for wrong in ({}, {"Status": "draft", "FriendlyName": ""}, {"Status": "draft", "Definition": ""}):
        assert _code(api.post(f"/v2/Flows/{sid}", **wrong)) == (400, 20001)
    assert api.fetch(sid)["revision"] == 1


def test_the_author_may_be_named(api):
    """AuthorSid names another author."""
    author = "US" + "d" * 32
    assert api.create(AuthorSid=author)["author_sid"] == author


def test_only_forms_are_read(api, definition):
    """A JSON body, a multipart body and one that is no UTF-8 are 400 20001."""
    body = {"FriendlyName": "x", "Status": "draft", "Definition": definition()}
    assert _code(api.client.post("/v2/Flows", json=body)) == (400, 20001)
    assert _code(api.client.post("/v2/Flows", data={"Status": "draft"}, files={"x": b"x"})) == (400, 20001)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for content in (b"FriendlyName=%FF", b"FriendlyName=\xff"):
        assert _code(api.client.post("/v2/Flows", content=content, headers=headers)) == (400, 20001)


def test_any_text_comes_back_as_it_was(api, definition):
    """Names, messages and definitions keep every character, also those that look like our own JSON."""
    text = 'ü 🎈 "definition": null \\ \u2028 \x00'
    body = api.create(text, CommitMessage=text, Definition=definition(text))
    assert (body["friendly_name"], body["commit_message"]) == (text, text)
    assert body["definition"] == definition(text)
    assert api.fetch(body["sid"]) == body
    raw = json.dumps(definition("X")).replace("X", "\\ud800")
    assert api.create(Definition=raw)["definition"] == json.loads(raw)


def test_unknown_paths_and_methods(api):
    """An unknown path is 404 20404, a wrong method 405 with Allow, both in Twilio's shape."""
    assert _code(api.get("/v2/Nothing")) == (404, 20404)
    assert _code(api.get(f"/v2/Flows/{SID}/Executions/FN{'0' * 32}")) == (404, 20404)
    answer = api.client.put(f"/v2/Flows/{SID}")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "DELETE, GET, POST"
    assert answer.json()["status"] == 405
    head = api.client.head("/v2/Flows")
    assert (head.status_code, head.content) == (405, b"")


def test_urls_follow_the_host(api):
    """URLs in answers name the host that was asked, without doubled or trailing slashes; no host is 400 20001."""
    page = api.client.get("/v2/Flows/", headers={"Host": "127.0.0.1:9"}).json()
    assert page["meta"]["url"] == "http://127.0.0.1:9/v2/Flows?PageSize=50&Page=0"
    assert _code(api.client.get("/v2/Flows", headers={"Host": "a b"})) == (400, 20001)


def test_pages_have_their_meta(api):
    """Pages carry meta with every key; a last page, even a full one, has no next_page_url."""
    for n in range(4):
        api.create(f"Flow {n}")
    page = api.get("/v2/Flows", PageSize="2").json()
    base = "http://studio.test/v2/Flows?PageSize=2"
    following = page["meta"].pop("next_page_url")
    assert page["meta"] == {
        "page": 0,
        "page_size": 2,
        "key": "flows",
        "first_page_url": f"{base}&Page=0",
        "previous_page_url": None,
        "url": f"{base}&Page=0",
    }
    last = api.get(following).json()
    assert len(last["flows"]) == 2
    assert last["meta"]["next_page_url"] is None
    assert last["meta"]["page"] == 1
    assert last["meta"]["url"] == following
    assert last["meta"]["previous_page_url"]
    empty = api.get(f"/v2/Flows/{page['flows'][0]['sid']}/Executions").json()
    assert empty["executions"] == []
    assert (empty["meta"]["page_size"], empty["meta"]["next_page_url"]) == (50, None)


def test_pages_stay_whole_when_flows_come_and_go(api):
    """A flow created or deleted between two pages hides no other one and shows none twice."""
    sids = [api.create(f"Flow {n}")["sid"] for n in range(6)][::-1]
    page = api.get("/v2/Flows", PageSize="3").json()
    api.create("New")
    api.delete(f"/v2/Flows/{sids[2]}")
    rest = api.get(page["meta"]["next_page_url"]).json()
    assert [row["sid"] for row in page["flows"] + rest["flows"]] == sids


def test_wrong_paging_is_refused(api):
    """PageSize from 1 to 1000, Page from 0 on; a token of another list or of nobody is 400 21481."""
    for query in ({"PageSize": "0"}, {"PageSize": "1001"}, {"PageSize": "x"}, {"Page": "-1"}, {"Page": "9" * 200}):
        assert _code(api.get("/v2/Flows", **query)) == (400, 20001)
    for n in range(2):
        sid = api.create(f"Flow {n}")["sid"]
        api.update(sid)
    token = (
        api.get(f"/v2/Flows/{sid}/Revisions", PageSize="1").json()["meta"]["next_page_url"].partition("PageToken=")[2]
    )
    for wrong in (token, "PAxx", "", "PA", "PB" + "A" * 40, "PAW10", "PAWyJmbG93czpuZXdlc3QiLDFlOTld"):
        assert _code(api.get("/v2/Flows", PageToken=wrong)) == (400, 21481)


def test_executions_are_listed_by_status_and_date(api):
    """The list of executions filters by lower-case status and by date, and keeps its filters over pages."""
    sid = api.create()["sid"]
    for n, status in enumerate(("active", "ended", "active")):
        form = {"Status": status, "Contact": f"+1555010000{n}", "DateCreated": f"2026-02-0{n + 1}T00:00:00Z"}
        assert api.post(f"/_console/Flows/{sid}/Executions", **form).status_code == 201
    path = f"/v2/Flows/{sid}/Executions"

    def contacts(**query):
        return [row["contact_channel_address"][-1] for row in api.get(path, **query).json()["executions"]]

    assert contacts() == ["2", "1", "0"]
    assert contacts(status="active") == ["2", "0"]
    assert contacts(DateCreatedFrom="2026-02-02T00:00:00Z") == ["2", "1"]
    assert contacts(DateCreatedTo="2026-02-02T01:00:00+01:00") == ["0"]
    page = api.get(path, status="active", PageSize="1").json()
    (row,) = api.get(page["meta"]["next_page_url"]).json()["executions"]
    assert row["contact_channel_address"].endswith("0")
    assert row["flow_version"] == 1
    assert row["links"]["steps"] == f"{row['url']}/Steps"
    for wrong in ({"status": "ACTIVE"}, {"DateCreatedFrom": "yesterday"}):
        assert _code(api.get(path, **wrong)) == (400, 20001)
    assert api.post(f"/_console/Flows/{SID}/Executions").status_code == 404


def test_calls_are_counted(api):
    """Calls are counted by operationId, refused ones too, the Console's not; DELETE begins anew."""
    sid = api.create()["sid"]
    api.fetch(sid)
    api.get(f"/v2/Flows/{SID}")
    api.post(f"/_console/Flows/{sid}")
    assert api.get("/_calls").json() == {"CreateFlow": 1, "FetchFlow": 2}
    assert api.delete("/_calls").status_code == 204
    assert api.get("/_calls").json() == {}


def test_a_database_that_fails_is_no_crash(make_api, tmp_path):
    """What the file does not take is answered as Studio answers when it is down, so that clients try again."""
    path = tmp_path / "studio.sqlite"
    api = make_api(path)
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("DROP TABLE stubs")
        other.commit()
    answer = api.get("/_console/Stubs")
    assert _code(answer) == (503, 20503)


def test_latency_goes_through_the_clock(make_api):
    """Each request of the API waits by the clock, no other does, and Date is the clock's."""
    api = make_api(latency=timedelta(milliseconds=250))
    answer = api.get("/v2/Flows")
    api.get("/_health")
    assert api.clock.slept == [0.25]
    assert answer.headers["Date"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    assert answer.headers["Twilio-Concurrent-Requests"] == "1"


def test_sids_repeat_with_the_seed_alone(make_api):
    """The same seed gives the same SIDs; without one they differ every time."""
    assert make_api(seed=1).create()["sid"] == make_api(seed=1).create()["sid"]
    assert make_api(seed=1).create()["sid"] != make_api(seed=2).create()["sid"]
    assert make_api(seed=None).create()["sid"] != make_api(seed=None).create()["sid"]


def test_sids_never_come_back(make_api, tmp_path):
    """A deleted flow's SID is not given again, not even after a restart with the same seed."""
    path = tmp_path / "again.sqlite"
    first = make_api(path, seed=1)
    sid = first.create()["sid"]
    first.delete(f"/v2/Flows/{sid}")
    assert make_api(path, seed=1).create()["sid"] != sid
