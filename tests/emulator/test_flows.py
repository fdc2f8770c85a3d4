from __future__ import annotations

import re

from reconciler.emulator.sids import CONSOLE_AUTHOR


def test_create_answers_the_whole_contract(api, definition):
    """A created flow is answered with every key of the contract."""
    answer = api.post("/v2/Flows", FriendlyName="Test Flow", Status="published", Definition=definition())
    assert answer.status_code == 201
    body = answer.json()
    sid, base = body["sid"], "http://studio.test/v2/Flows"
    assert re.fullmatch(r"FW[0-9a-f]{32}", sid)
    assert re.fullmatch(r"US[0-9a-f]{32}", body.pop("author_sid"))
    account = body["account_sid"]
    assert body == {
        "sid": sid,
        "account_sid": account,
        "friendly_name": "Test Flow",
        "definition": definition(),
        "status": "published",
        "revision": 1,
        "commit_message": None,
        "valid": True,
        "errors": [],
        "warnings": [],
        "date_created": "2026-03-01T12:00:00Z",
        "date_updated": None,
        "webhook_url": f"https://webhooks.twilio.com/v1/Accounts/{account}/Flows/{sid}",
        "url": f"{base}/{sid}",
        "links": {
            "test_users": f"{base}/{sid}/TestUsers",
            "revisions": f"{base}/{sid}/Revisions",
            "executions": f"{base}/{sid}/Executions",
        },
    }
    assert api.fetch(sid) == answer.json()


def test_update_replaces_and_mints(api, definition):
    """An update replaces what it names and mints the next revision, with date_updated."""
    sid = api.create(CommitMessage="first")["sid"]
    body = api.update(sid, "draft", FriendlyName="Other", Definition=definition("Bye"), CommitMessage="second")
    assert (body["revision"], body["status"], body["friendly_name"]) == (2, "draft", "Other")
    assert body["commit_message"] == "second"
    assert body["definition"] == definition("Bye")
    assert body["date_updated"] == "2026-03-01T12:00:00Z"
    assert api.fetch(sid) == body


def test_update_with_status_alone_publishes_the_latest_definition(api, definition):
    """A draft is published by an update with only Status; commit messages do not carry over."""
    sid = api.create("Kept", "draft", CommitMessage="first")["sid"]
    body = api.update(sid, "published")
    assert (body["revision"], body["status"], body["friendly_name"]) == (2, "published", "Kept")
    assert body["definition"] == definition()
    assert body["commit_message"] is None


def test_update_that_changes_nothing_mints(api, definition):
    """By default an update that changes nothing still mints a revision."""
    sid = api.create()["sid"]
    assert api.update(sid, FriendlyName="Test", Definition=definition())["revision"] == 2


def test_delete_takes_everything(api):
    """After a delete the flow, its revisions and its test users are gone."""
    sid = api.create()["sid"]
    answer = api.delete(f"/v2/Flows/{sid}")
    assert (answer.status_code, answer.content) == (204, b"")
    for path in ("", "/Revisions", "/Revisions/1", "/TestUsers", "/Executions"):
        assert api.get(f"/v2/Flows/{sid}{path}").status_code == 404
    assert api.delete(f"/v2/Flows/{sid}").status_code == 404
    assert api.get("/v2/Flows").json()["flows"] == []


def test_missing_flow_is_named_without_the_version(api):
    """A 404 has Twilio's shape, and its path has no /v2."""
    sid = "FW" + "0" * 32
    answer = api.get(f"/v2/Flows/{sid}")
    assert answer.status_code == 404
    assert answer.json() == {
        "code": 20404,
        "message": f"The requested resource /Flows/{sid} was not found",
        "more_info": "https://www.twilio.com/docs/errors/20404",
        "status": 404,
    }


def test_rows_of_the_list_leave_out_what_the_contract_leaves_out(api):
    """A row has null for definition, commit_message, valid, errors and warnings, else the same body."""
    body = api.create(CommitMessage="first")
    (row,) = api.get("/v2/Flows").json()["flows"]
    nothing = dict.fromkeys(("definition", "commit_message", "valid", "errors", "warnings"))
    assert row == {**body, **nothing}
    (row,) = api.get(f"/v2/Flows/{body['sid']}/Revisions").json()["revisions"]
    assert {key for key, value in row.items() if value is None} == {*nothing, "date_updated"} - {"warnings"}


def test_revisions_by_number_and_name(api, definition):
    """Every revision stays readable; LatestRevision and LatestPublished find theirs."""
    sid = api.create(Definition=definition("one"))["sid"]
    api.update(sid, "draft", Definition=definition("two"))
    for name, number, text in (
        ("1", 1, "one"),
        ("2", 2, "two"),
        ("LatestRevision", 2, "two"),
        ("LatestPublished", 1, "one"),
    ):
        body = api.get(f"/v2/Flows/{sid}/Revisions/{name}").json()
        assert (body["revision"], body["definition"]) == (number, definition(text))
        assert body["url"] == f"http://studio.test/v2/Flows/{sid}/Revisions/{number}"
        assert "links" not in body
    assert api.get(f"/v2/Flows/{sid}/Revisions/3").status_code == 404
    answer = api.get(f"/v2/Flows/{sid}/Revisions/LatestDraft")
    assert (answer.status_code, answer.json()["code"]) == (400, 81021)
    assert [r["revision"] for r in api.get(f"/v2/Flows/{sid}/Revisions").json()["revisions"]] == [2, 1]


def test_validate_says_true_or_refuses(api, definition, subflow):
    """Validate answers valid: true, or the error that create and update would answer, and keeps nothing."""
    answer = api.post("/v2/Flows/Validate", FriendlyName="x", Status="draft", Definition=definition())
    assert (answer.status_code, answer.json()) == (200, {"valid": True})
    answer = api.post("/v2/Flows/Validate", FriendlyName="x", Status="draft", Definition=subflow(None))
    assert (answer.status_code, answer.json()["code"]) == (400, 81022)
    assert answer.json()["details"]["errors"][0]["property_path"] == "#/states/1/properties/flow_sid"
    assert api.get("/v2/Flows").json()["flows"] == []


def test_test_users_are_replaced_as_a_whole(api):
    """Test users are replaced as a whole and mint no revision; no parameter at all is an error."""
    sid = api.create()["sid"]
    path = f"/v2/Flows/{sid}/TestUsers"
    assert api.get(path).json() == {"sid": sid, "test_users": [], "url": f"http://studio.test{path}"}
    sent = ["+15550100001", "whatsapp:+15550100002", "+15550100001"]
    assert api.post(path, TestUsers=sent).json()["test_users"] == sent
    assert api.post(path, TestUsers=["+15550100003"]).json()["test_users"] == ["+15550100003"]
    assert api.get(path).json()["test_users"] == ["+15550100003"]
    assert api.fetch(sid)["revision"] == 1
    answer = api.post(path)
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert api.post(path, TestUsers=["x" * 301]).status_code == 400


def test_the_console_leaves_no_mark(api, definition):
    """An edit in the Console keeps what it does not name, has another author and no message."""
    body = api.create(CommitMessage="ours")
    edited = api.post(f"/_console/Flows/{body['sid']}", Definition=definition("by hand")).json()
    assert (edited["revision"], edited["status"], edited["friendly_name"]) == (2, "published", "Test")
    assert edited["author_sid"] == CONSOLE_AUTHOR != body["author_sid"]
    assert edited["commit_message"] is None
    assert api.fetch(body["sid"]) == edited


def test_the_console_keeps_invalid_drafts(api, subflow):
    """A draft made in the Console may be invalid, says so, and cannot be published as it is."""
    sid = api.create()["sid"]
    edited = api.post(f"/_console/Flows/{sid}", Status="draft", Definition=subflow(None)).json()
    assert edited["valid"] is False
    assert edited["errors"]
    answer = api.post(f"/v2/Flows/{sid}", Status="published")
    assert (answer.status_code, answer.json()["code"]) == (400, 81022)
    answer = api.post(f"/_console/Flows/{sid}", Status="published", Definition=subflow(None))
    assert answer.status_code == 400


def test_the_console_creates(api, definition):
    """A flow made in the Console belongs to the account that is logged in."""
    body = api.post("/_console/Flows", FriendlyName="Hand-made", Status="draft", Definition=definition()).json()
    assert body["author_sid"] == CONSOLE_AUTHOR
    assert api.fetch(body["sid"]) == body
