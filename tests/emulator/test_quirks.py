"""Each quirk shows its effect at the HTTP surface. The last test holds this file to the table."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.emulator.quirks import QUIRKS


def test_noop_update_keep(make_api, definition):
    """noop-update=keep: nothing is minted when only the commit message is new; anything else mints."""
    api = make_api(quirks={"noop-update": "keep"})
    body = api.create(CommitMessage="first")
    same = api.update(body["sid"], FriendlyName="Test", Definition=definition(), CommitMessage="second")
    assert same == body
    assert api.update(body["sid"], "draft")["revision"] == 2
    assert api.update(body["sid"], "draft", FriendlyName="Other")["revision"] == 3


def test_status_only_update_flip(make_api, definition):
    """status-only-update=flip: the latest revision turns its status when nothing else differs."""
    api = make_api(quirks={"status-only-update": "flip"})
    sid = api.create("Test", "draft", CommitMessage="first")["sid"]
    body = api.update(sid, "published", FriendlyName="Test", Definition=definition(), CommitMessage="second")
    assert (body["revision"], body["status"], body["commit_message"]) == (1, "published", "first")
    assert body == api.fetch(sid)
    assert api.get(f"/v2/Flows/{sid}/Revisions/LatestPublished").json()["revision"] == 1
    assert api.update(sid, "draft", FriendlyName="Other")["revision"] == 2
    assert api.update(sid, "draft")["revision"] == 3


def test_list_commit_message_filled(make_api):
    """list-commit-message=filled: rows carry the commit message."""
    api = make_api(quirks={"list-commit-message": "filled"})
    sid = api.create(CommitMessage="first")["sid"]
    assert api.get("/v2/Flows").json()["flows"][0]["commit_message"] == "first"
    assert api.get(f"/v2/Flows/{sid}/Revisions").json()["revisions"][0]["commit_message"] == "first"


def test_list_valid_filled(make_api):
    """list-valid=filled: rows carry valid, errors and warnings, still no definition."""
    api = make_api(quirks={"list-valid": "filled"})
    api.create()
    (row,) = api.get("/v2/Flows").json()["flows"]
    assert (row["valid"], row["errors"], row["warnings"], row["definition"]) == (True, [], [], None)


def test_read_lag(make_api, definition):
    """read-lag: fetches answer what was so a while ago; lists and writes know better."""
    api = make_api(quirks={"read-lag": "2s"})
    sid = api.create()["sid"]
    paths = [f"/v2/Flows/{sid}{rest}" for rest in ("", "/Revisions/1", "/Revisions/LatestPublished", "/TestUsers")]
    assert {api.get(path).status_code for path in paths} == {404}
    assert len(api.get("/v2/Flows").json()["flows"]) == 1
    api.clock.sleep(2)
    assert {api.get(path).status_code for path in paths} == {200}
    assert api.update(sid, Definition=definition("new"))["revision"] == 2
    api.post(f"/v2/Flows/{sid}/TestUsers", TestUsers="+15550100001")
    assert api.fetch(sid)["revision"] == 1
    assert api.fetch(sid)["date_updated"] is None
    assert api.get(f"/v2/Flows/{sid}/Revisions/2").status_code == 404
    assert api.get(f"/v2/Flows/{sid}/TestUsers").json()["test_users"] == []
    assert api.update(sid)["revision"] == 3
    api.clock.sleep(2)
    assert api.fetch(sid)["revision"] == 3
    assert api.get(f"/v2/Flows/{sid}/TestUsers").json()["test_users"] == ["+15550100001"]


def test_read_lag_after_a_delete(make_api):
    """read-lag: a deleted flow is still readable for a while, but not writable."""
    api = make_api(quirks={"read-lag": "2s"})
    sid = api.create()["sid"]
    api.clock.sleep(3)
    assert api.delete(f"/v2/Flows/{sid}").status_code == 204
    assert api.get(f"/v2/Flows/{sid}").status_code == 200
    assert api.delete(f"/v2/Flows/{sid}").status_code == 404
    assert api.get("/v2/Flows").json()["flows"] == []
    api.clock.sleep(2)
    assert api.get(f"/v2/Flows/{sid}").status_code == 404


def test_list_lag(make_api):
    """list-lag: lists answer what was so a while ago; fetches know better."""
    api = make_api(quirks={"list-lag": "500ms"})
    sid = api.create()["sid"]
    assert api.get("/v2/Flows").json()["flows"] == []
    assert api.fetch(sid)["revision"] == 1
    api.clock.sleep(0.5)
    api.update(sid, "draft")
    (row,) = api.get("/v2/Flows").json()["flows"]
    assert (row["revision"], row["status"]) == (1, "published")
    assert len(api.get(f"/v2/Flows/{sid}/Revisions").json()["revisions"]) == 1
    api.clock.sleep(0.5)
    assert api.get("/v2/Flows").json()["flows"][0]["revision"] == 2


@pytest.mark.parametrize("order", QUIRKS["list-order"].values)
def test_list_order(make_api, order):
    """list-order: rows come in the order asked for, over pages too, and going back gives the same pages."""
    api = make_api(quirks={"list-order": order})
    made = [api.create(f"Flow {n}")["sid"] for n in range(7)]
    pages, url = [], "/v2/Flows?PageSize=3"
    while url:
        page = api.get(url).json()
        pages.append([row["sid"] for row in page["flows"]])
        url, back = page["meta"]["next_page_url"], page["meta"]["previous_page_url"]
    assert [len(page) for page in pages] == [3, 3, 1]
    before = api.get(back).json()
    assert [row["sid"] for row in before["flows"]] == pages[1]
    assert [row["sid"] for row in api.get(before["meta"]["previous_page_url"]).json()["flows"]] == pages[0]
    seen = [sid for page in pages for sid in page]
    wanted = {"newest": made[::-1], "oldest": made, "by-sid": sorted(made)}
    assert sorted(seen) == sorted(made)
    assert seen == wanted.get(order, seen)
    assert order != "shuffled" or seen not in wanted.values()


def test_never_published_null_body(make_api):
    """never-published: LatestPublished of a draft is 404, or under null-body 200 and null."""
    for value, status in (("404", 404), ("null-body", 200)):
        api = make_api(quirks={"never-published": value})
        sid = api.create("Draft", "draft")["sid"]
        answer = api.get(f"/v2/Flows/{sid}/Revisions/LatestPublished")
        assert answer.status_code == status
        assert (answer.json() is None) is (status == 200)


@pytest.mark.parametrize(
    ("value", "status", "kept"),
    [
        ("accept", 200, []),
        ("refuse", 400, ["+15550100001"]),
        ("ignore", 200, ["+15550100001"]),
        ("store-empty-string", 200, [""]),
    ],
)
def test_empty_test_users(make_api, value, status, kept):
    """empty-test-users: one empty value empties the list, is refused, is ignored, or is kept."""
    api = make_api(quirks={"empty-test-users": value})
    path = f"/v2/Flows/{api.create()['sid']}/TestUsers"
    api.post(path, TestUsers="+15550100001")
    answer = api.post(path, TestUsers="")
    assert answer.status_code == status
    assert status != 200 or answer.json()["test_users"] == kept
    assert api.get(path).json()["test_users"] == kept


def test_test_users_normalised(make_api):
    """test-users-normalised=yes: numbers lose their decoration, other identities stay."""
    api = make_api(quirks={"test-users-normalised": "yes"})
    path = f"/v2/Flows/{api.create()['sid']}/TestUsers"
    sent = ["+1 (555) 010-0001", "WhatsApp:+1 555.010.0002", "some one (b)"]
    assert api.post(path, TestUsers=sent).json()["test_users"] == [
        "+15550100001",
        "whatsapp:+15550100002",
        "some one (b)",
    ]


def test_test_users_deduped(make_api):
    """test-users-deduped=yes: each contact is kept once, in the order sent."""
    api = make_api(quirks={"test-users-deduped": "yes"})
    path = f"/v2/Flows/{api.create()['sid']}/TestUsers"
    assert api.post(path, TestUsers=["b", "a", "b"]).json()["test_users"] == ["b", "a"]


def test_test_users_bump_revision(make_api):
    """test-users-bump-revision=yes: a write of test users mints a revision with the same content."""
    api = make_api(quirks={"test-users-bump-revision": "yes"})
    body = api.create(CommitMessage="first")
    api.post(f"/v2/Flows/{body['sid']}/TestUsers", TestUsers="a")
    after = api.fetch(body["sid"])
    assert (after["revision"], after["commit_message"]) == (2, None)
    assert after["definition"] == body["definition"]


def test_invalid_draft_accept(make_api, subflow):
    """invalid-draft=accept: an invalid draft is kept with valid false and its errors; never a published one."""
    api = make_api(quirks={"invalid-draft": "accept"})
    body = api.create("Draft", "draft", Definition=subflow(None))
    assert body["valid"] is False
    assert body["errors"][0]["property_path"] == "#/states/1/properties/flow_sid"
    assert api.post("/v2/Flows", FriendlyName="x", Status="published", Definition=subflow(None)).status_code == 400
    assert api.post(f"/v2/Flows/{body['sid']}", Status="published").status_code == 400
    validation = api.post("/v2/Flows/Validate", FriendlyName="x", Status="draft", Definition=subflow(None))
    assert validation.status_code == 400


def test_delete_while_active_refuse(make_api):
    """delete-while-active=refuse: a flow with an active execution cannot be deleted, with ended ones it can."""
    api = make_api(quirks={"delete-while-active": "refuse"})
    active, ended = api.create()["sid"], api.create()["sid"]
    api.post(f"/_console/Flows/{active}/Executions", Status="active")
    api.post(f"/_console/Flows/{ended}/Executions", Status="ended")
    answer = api.delete(f"/v2/Flows/{active}")
    assert (answer.status_code, answer.json()["code"]) == (409, 20409)
    assert api.delete(f"/v2/Flows/{ended}").status_code == 204


def test_stored_definition(make_api, definition):
    """stored-definition: kept as sent, with other keys first, or with defaults added that mean nothing new."""
    texts = {}
    for value in QUIRKS["stored-definition"].values:
        api = make_api(quirks={"stored-definition": value})
        sid = api.create()["sid"]
        assert api.update(sid, Definition=api.fetch(sid)["definition"])["definition"] == api.fetch(sid)["definition"]
        texts[value] = json.dumps(api.fetch(sid)["definition"])
    assert texts["as-sent"] == json.dumps(definition())
    assert texts["keys-reordered"] != texts["as-sent"]
    assert json.loads(texts["keys-reordered"]) == definition()
    assert json.loads(texts["defaults-added"]) == {**definition(), "flags": {"allow_concurrent_calls": True}}


def test_defaults_added_to_widgets(make_api, definition):
    """stored-definition=defaults-added: widgets get properties that they lack, and keep those they have."""
    api = make_api(quirks={"stored-definition": "defaults-added"})
    bare = definition()
    bare["states"][1]["properties"] = {"say": "Hello"}
    assert api.create(Definition=bare)["definition"]["states"][1]["properties"] == {
        "offset": {"x": 0, "y": 0},
        "loop": 1,
        "say": "Hello",
    }


def test_commit_message_limit(make_api):
    """commit-message-limit: long messages are kept, cut, refused, or trimmed of white space."""
    long = "m" * 300
    assert make_api().create(CommitMessage=long)["commit_message"] == long
    api = make_api(quirks={"commit-message-limit": "255-truncated"})
    assert api.create(CommitMessage=long)["commit_message"] == long[:255]
    api = make_api(quirks={"commit-message-limit": "255-refused"})
    sid = api.create(CommitMessage=long[:255])["sid"]
    assert api.post(f"/v2/Flows/{sid}", Status="draft", CommitMessage=long).status_code == 400
    api = make_api(quirks={"commit-message-limit": "trimmed"})
    assert api.create(CommitMessage=f"  a \n b{long} ")["commit_message"] == f"a b{long}"


def test_retry_after(make_api):
    """retry-after=present: 429 says how long to wait; by default it does not."""
    for value, header in (("absent", None), ("present", "1")):
        api = make_api(quirks={"retry-after": value}, faults={"429": 1.0})
        assert api.get("/v2/Flows").headers.get("Retry-After") == header


def test_friendly_name_unique(make_api, definition):
    """friendly-name-unique=yes: a name that another flow has is an error, a flow's own name is not."""
    api = make_api(quirks={"friendly-name-unique": "yes"})
    first, second = api.create("One")["sid"], api.create("Two")["sid"]
    assert api.post("/v2/Flows", FriendlyName="One", Status="draft", Definition=definition()).status_code == 400
    assert api.post(f"/v2/Flows/{second}", FriendlyName="One", Status="draft").status_code == 400
    api.update(first, FriendlyName="One")
    api.delete(f"/v2/Flows/{first}")
    api.update(second, FriendlyName="One")


def test_revision_gaps(make_api):
    """revision-gaps=yes: numbers grow, start at 1, and skip some, which are not found."""
    api = make_api(quirks={"revision-gaps": "yes"})
    sid = api.create()["sid"]
    numbers = [1, *(api.update(sid)["revision"] for _ in range(8))]
    assert numbers == sorted(set(numbers))
    missing = sorted(set(range(1, numbers[-1])) - set(numbers))
    assert missing
    assert api.get(f"/v2/Flows/{sid}/Revisions/{missing[0]}").status_code == 404
    assert api.get(f"/v2/Flows/{sid}/Revisions/{numbers[-1]}").status_code == 200


def test_validate_resolves_sids(make_api, subflow):
    """validate-resolves-sids: a called flow must exist, under after-lag for a second at least."""
    absent = "FW" + "0" * 32
    assert make_api().create(Definition=subflow(absent))["revision"] == 1
    api = make_api(quirks={"validate-resolves-sids": "yes"})
    refused = api.post("/v2/Flows", FriendlyName="x", Status="published", Definition=subflow(absent))
    assert refused.json()["code"] == 81022
    api.create(Definition=subflow(api.create()["sid"]))
    api = make_api(quirks={"validate-resolves-sids": "after-lag", "read-lag": "3s"})
    form = {"FriendlyName": "x", "Status": "draft", "Definition": subflow(api.create()["sid"])}
    assert api.post("/v2/Flows/Validate", **form).status_code == 400
    api.clock.sleep(3)
    assert api.post("/v2/Flows/Validate", **form).status_code == 200


def test_date_updated_after_create_set(make_api):
    """date-updated-after-create=set: a new flow has the date of its creation in date_updated."""
    api = make_api(quirks={"date-updated-after-create": "set"})
    body = api.create()
    assert body["date_updated"] == body["date_created"]
    revision = api.get(f"/v2/Flows/{body['sid']}/Revisions/1").json()
    assert revision["date_updated"] == revision["date_created"]


def test_next_page_host_other(make_api):
    """next-page-host=other: next_page_url leads to another host, with a path and query that are good here."""
    api = make_api(quirks={"next-page-host": "other"})
    for n in range(3):
        api.create(f"Flow {n}")
    meta = api.get("/v2/Flows", PageSize="2").json()["meta"]
    host, _, rest = meta["next_page_url"].removeprefix("https://").partition("/")
    assert not host.startswith("studio.test")
    assert meta["url"].startswith("http://studio.test/")
    assert len(api.get(f"/{rest}").json()["flows"]) == 1


def test_quirks_can_be_together(make_api):
    """All quirks away from their defaults at once still give a working API."""
    quirks = {name: quirk.values[-1] for name, quirk in QUIRKS.items()}
    api = make_api(quirks={**quirks, "read-lag": "1s", "list-lag": "2s"}, latency=timedelta(milliseconds=10))
    sid = api.create(CommitMessage="first")["sid"]
    api.clock.sleep(3)
    assert api.fetch(sid)["commit_message"] == "first"
    assert [row["sid"] for row in api.get("/v2/Flows").json()["flows"]] == [sid]


def test_every_quirk_has_a_test():
    """No quirk stands in the table without a test in this folder that names it."""
    source = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [name for name in QUIRKS if not re.search(rf'"{name}"', source)] == []
