from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import httpx
import pytest

from reconciler import errors
from reconciler.definition import document
from reconciler.model.live import FlowInput
from reconciler.studio.live import LiveReader, LiveValidator, LiveWriter

SID = "FW00000000000000000000000000000001"
DEFINITION = {"description": "Löwe", "states": [], "initial_state": "Trigger", "flags": {}}
FLOW = {
    "sid": SID,
    "account_sid": "AC00000000000000000000000000000001",
    "author_sid": None,
    "friendly_name": "Reminder",
    "definition": DEFINITION,
    "status": "published",
    "revision": 3,
    "commit_message": "why",
    "valid": True,
    "errors": None,
    "warnings": [],
    "date_created": "2017-11-06T12:00:00Z",
    "date_updated": None,
    "webhook_url": "https://webhooks.example.test/x",
    "links": None,
    "a_field_of_tomorrow": {"x": 1},
}
ROW = {**FLOW, "definition": None, "commit_message": None}
WHAT = FlowInput("Reminder", "draft", document.of(DEFINITION), "why")


def page(records, next_page_url=None, key="flows"):
    return {key: records, "meta": {"key": key, "page": 0, "next_page_url": next_page_url}}


def flows(*numbers, revision=1):
    return [{**ROW, "sid": f"FW{number:032d}", "revision": revision} for number in numbers]


def test_a_flow_comes_back_as_values(client, answer):
    """Fetch gives the row, the definition in its own key order, message and dates; unknown fields are ignored."""
    studio, script = client(answer(FLOW))
    body = studio.fetch_flow(SID)
    assert script.seen[0].url.path == f"/v2/Flows/{SID}"
    assert (body.row.sid, body.row.revision, body.row.status) == (SID, 3, "published")
    assert body.row.webhook_url == "https://webhooks.example.test/x"
    assert body.row.date_created == datetime(2017, 11, 6, 12, tzinfo=UTC)
    assert body.row.date_updated is None
    assert list(body.definition.data()) == list(DEFINITION)
    assert body.definition == document.of(DEFINITION)
    assert (body.commit_message, body.author_sid) == ("why", None)


@pytest.mark.parametrize("write", ["create", "update"])
def test_a_write_sends_all_four_always(client, answer, write):
    """Name, status, the compact definition and the message travel with every write, nothing else."""
    studio, script = client(answer(FLOW, 201))
    writer = LiveWriter(studio)
    body = writer.create_flow(WHAT) if write == "create" else writer.update_flow(SID, WHAT)
    assert body.row.revision == 3
    request = script.seen[0]
    assert (request.method, request.url.path) == ("POST", "/v2/Flows" if write == "create" else f"/v2/Flows/{SID}")
    assert parse_qsl(request.content.decode(), strict_parsing=True) == [
        ("FriendlyName", "Reminder"),
        ("Status", "draft"),
        ("Definition", json.dumps(DEFINITION, separators=(",", ":"), ensure_ascii=False)),
        ("CommitMessage", "why"),
    ]


@pytest.mark.parametrize(
    "broken",
    [{}, [], "x", {**FLOW, "sid": None}, {**FLOW, "revision": None}, {**FLOW, "definition": None}, {"sid": SID}],
)
def test_an_answer_without_what_it_is_for(client, answer, broken):
    """A write whose answer lacks SID, revision or definition is ambiguous, sent once; a read is a protocol error."""
    studio, script = client(answer(broken, 201))
    for write in (lambda: studio.create_flow(WHAT), lambda: studio.update_flow(SID, WHAT)):
        with pytest.raises(errors.AmbiguousError):
            write()
    with pytest.raises(errors.ProtocolError):
        studio.fetch_flow(SID)
    assert len(script.seen) == 3


def test_an_unfit_answer_is_not_shown(client, answer):
    """Neither the error nor its cause repeats what the answer held."""
    studio, _ = client(answer({**FLOW, "status": "sip-password-1234"}))
    with pytest.raises(errors.ProtocolError) as caught:
        studio.fetch_flow(SID)
    assert "sip-password-1234" not in f"{caught.value} {caught.value.__cause__} {caught.value.__cause__!r}"


def test_delete_of_what_is_gone(client, answer):
    """Deleting answers nothing, and 404 is the caller's to judge."""
    studio, script = client(httpx.Response(204), answer({"code": 20404, "status": 404}, 404))
    LiveWriter(studio).delete_flow(SID)
    assert script.seen[0].method == "DELETE"
    with pytest.raises(errors.NotFoundError) as caught:
        LiveWriter(studio).delete_flow(SID)
    assert (caught.value.status, caught.value.code) == (404, 20404)


def test_validate(client, answer):
    """200 with `valid` true or null is yes; an explicit false, which Studio never answers, is no."""
    studio, script = client(answer({"valid": True}), answer({"valid": None}), answer({"valid": False}))
    LiveValidator(studio).validate(WHAT)
    LiveValidator(studio).validate(WHAT)
    with pytest.raises(errors.InvalidDefinitionError) as caught:
        LiveValidator(studio).validate(WHAT)
    assert len(caught.value.findings) == 1
    assert {request.url.path for request in script.seen} == {"/v2/Flows/Validate"}


def test_validate_is_repeated(client, answer):
    """Validate changes nothing, so 5xx and a lost answer are no reason to give up."""
    studio, script = client(answer({}, 500), httpx.ReadTimeout("x"), answer({"valid": True}))
    LiveValidator(studio).validate(WHAT)
    assert len(script.seen) == 3


def test_all_pages_are_read_from_the_configured_host(client, answer):
    """Of the next page's URL only path and query are used, so credentials stay where they belong."""
    evil = "https://evil.example.test/v2/Flows?PageSize=1000&Page=1&PageToken=PAFW%2B1"
    studio, script = client(answer(page(flows(1, 2), evil)), answer(page(flows(3))))
    rows = studio.list_flows()
    assert [row.sid[-1] for row in rows] == ["1", "2", "3"]
    assert [str(request.url) for request in script.seen] == [
        "https://studio.example.test/v2/Flows?PageSize=1000",
        "https://studio.example.test/v2/Flows?PageSize=1000&Page=1&PageToken=PAFW%2B1",
    ]
    assert LiveReader(studio).calls() == {"ListFlow": 2}


def test_doubles_are_merged(client, answer):
    """A flow that two pages show is one flow, with the higher revision."""
    first, second = (
        page(flows(1, 2, revision=5), "/v2/Flows?Page=1"),
        page([*flows(2, revision=4), *flows(1, revision=6)]),
    )
    studio, _ = client(answer(first), answer(second))
    assert {row.sid[-1]: row.revision for row in studio.list_flows()} == {"1": 6, "2": 5}


@pytest.mark.parametrize(
    "second",
    [
        {"flows": []},
        {"meta": {"next_page_url": None}},
        {"flows": [], "meta": {}},
        {"flows": None, "meta": {"next_page_url": None}},
        {"flows": [1], "meta": {"next_page_url": None}},
        {"flows": [], "meta": {"next_page_url": 7}},
        {"flows": [], "meta": {"next_page_url": "https://[x"}},
        {"flows": [], "meta": {"next_page_url": "?Page=2"}},
        {"flows": [], "meta": {"next_page_url": "https://x.test/v2/Flows?PageSize=1000"}},
        {"flows": [], "meta": {"next_page_url": "https://x.test/v2/Flows?Page=1&PageToken=t"}},
        {"flows": [], "meta": {"next_page_url": "https://x.test/v2/Flows?Page=2&PageToken=t"}},
        [],
    ],
)
def test_a_list_that_may_be_short_is_an_error(client, answer, second):
    """A page without `meta` or records, or one that leads back, is an error, never the end of the list."""
    studio, _ = client(answer(page(flows(1), "https://x.test/v2/Flows?Page=1&PageToken=t")), answer(second))
    with pytest.raises(errors.ProtocolError):
        studio.list_flows()


def test_a_failed_page_fails_the_list(client, answer):
    """An error in the middle of a list is the list's error."""
    studio, _ = client(answer(page(flows(1), "/v2/Flows?Page=1")), answer({}, 500))
    with pytest.raises(errors.AmbiguousError):
        studio.list_flows()


def test_an_expired_page_token_starts_the_list_again(client, answer):
    """21481 leads back to the first page, twice at most, and never to a short or doubled list."""
    first = answer(page(flows(1), "/v2/Flows?Page=1&PageToken=a"))
    expired = answer({"code": 21481, "status": 400}, 400)
    studio, _ = client(first, expired, first, answer(page(flows(2))))
    assert [row.sid[-1] for row in studio.list_flows()] == ["1", "2"]
    studio, script = client(expired)
    with pytest.raises(errors.ProtocolError):
        studio.list_flows()
    assert len(script.seen) == 3


def test_another_refusal_of_a_page_is_raised(client, answer):
    """Only an expired token starts a list again."""
    studio, script = client(answer({"code": 20001, "status": 400}, 400))
    with pytest.raises(errors.RequestRefusedError):
        studio.list_flows()
    assert len(script.seen) == 1


def test_revisions_are_newest_first(client, answer):
    """Whatever order Studio has, and whatever comes twice, the list is newest first."""
    records = [{**ROW, "revision": number} for number in (1, 3, 2, 3)]
    studio, script = client(answer(page(records, key="revisions")))
    found = LiveReader(studio).list_revisions(SID)
    assert [one.revision for one in found] == [3, 2, 1]
    assert found[0].definition is None
    assert script.seen[0].url.path == f"/v2/Flows/{SID}/Revisions"


def test_one_revision_has_a_definition(client, answer):
    """A revision is fetched by number; without its definition it is no answer."""
    studio, script = client(answer(FLOW), answer(ROW))
    reader = LiveReader(studio)
    assert reader.fetch_revision(SID, 3).definition == document.of(DEFINITION)
    assert script.seen[0].url.path == f"/v2/Flows/{SID}/Revisions/3"
    with pytest.raises(errors.ProtocolError):
        reader.fetch_revision(SID, 3)


@pytest.mark.parametrize(
    "nothing",
    [
        httpx.Response(404, content=b'{"code": 20404, "status": 404}'),
        httpx.Response(200, content=b""),
        httpx.Response(200, content=b" null "),
        httpx.Response(200, content=b"{}"),
        httpx.Response(200, content=json.dumps(ROW).encode()),
    ],
)
def test_a_flow_that_was_never_published(client, nothing):
    """404, an empty answer and a null definition all say that there is no published head."""
    studio, script = client(nothing)
    assert LiveReader(studio).fetch_published(SID) is None
    assert script.seen[0].url.path == f"/v2/Flows/{SID}/Revisions/LatestPublished"


def test_the_published_head(client, answer):
    """A published head is a revision; one whose definition is no object is no answer."""
    studio, _ = client(answer(FLOW), answer({**FLOW, "definition": "x"}))
    head = LiveReader(studio).fetch_published(SID)
    assert (head.revision, head.definition) == (3, document.of(DEFINITION))
    with pytest.raises(errors.ProtocolError):
        LiveReader(studio).fetch_published(SID)


def test_test_users_are_replaced_as_a_whole(client, answer):
    """Each contact is one value; an emptied list is one empty value."""
    studio, script = client(answer({"sid": SID, "test_users": ["+15550000002", "+15550000001"]}))
    answered = LiveWriter(studio).set_test_users(SID, ("+15550000001", "+15550000002"))
    assert answered == ("+15550000002", "+15550000001")
    assert script.seen[0].content == b"TestUsers=%2B15550000001&TestUsers=%2B15550000002"
    LiveWriter(studio).set_test_users(SID, ())
    assert script.seen[1].content == b"TestUsers="


@pytest.mark.parametrize("stored", [None, [], [""], [None]])
def test_no_test_users(client, answer, stored):
    """null, an empty list and one empty value are all no test users."""
    studio, _ = client(answer({"sid": SID, "test_users": stored}))
    assert LiveReader(studio).fetch_test_users(SID) == ()
    assert LiveWriter(studio).set_test_users(SID, ()) == ()


def test_active_executions(client, answer):
    """One active run is enough to know, so one is asked for."""
    one = {"sid": "FN1", "flow_sid": SID, "status": "active"}
    studio, script = client(answer(page([one], key="executions")), answer(page([], key="executions")))
    assert LiveReader(studio).has_active_executions(SID)
    assert not LiveReader(studio).has_active_executions(SID)
    assert script.seen[0].url.query == b"PageSize=1&status=active"


def test_the_account(client, answer):
    """The account API tells which account the credentials belong to."""
    studio, script = client(answer({"sid": "AC00000000000000000000000000000001", "status": "active"}))
    assert LiveReader(studio).fetch_account() == "AC00000000000000000000000000000001"
    assert str(script.seen[0].url) == (
        "https://api.example.test/2010-04-01/Accounts/AC00000000000000000000000000000001.json"
    )


def test_server_time(client, answer):
    """The reader passes on the server's time."""
    studio, _ = client(answer(FLOW, 200, [("Date", "Tue, 01 Jan 2030 00:00:00 GMT")]))
    reader = LiveReader(studio)
    assert reader.server_time() is None
    reader.fetch_flow(SID)
    assert reader.server_time() == datetime(2030, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("sid", ["", "../Accounts", "FW1/Revisions", "FW1?x=1", "FW1#", "FWé"])
def test_a_sid_cannot_lead_elsewhere(client, answer, sid):
    """What is no SID is refused before anything is sent."""
    studio, script = client(answer(FLOW))
    with pytest.raises(errors.UsageError):
        studio.delete_flow(sid)
    assert not script.seen


def test_a_refused_definition_says_which_widget(client, answer):
    """81022 carries one finding for each fault, with names from the definition that was sent."""
    states = [
        {"name": "Trigger", "type": "trigger", "properties": {}, "transitions": []},
        {
            "name": "ask",
            "type": "send-and-wait-for-reply",
            "properties": {"timeout": 3600, "parameters": [{"value": 1}], "a/b": 1},
            "transitions": [{"event": "incomingMessage", "next": "gone"}, {"event": "match", "conditions": [{}]}],
        },
    ]
    paths = {
        "#/states/1/properties/timeout": ("ask", "properties.timeout"),
        "#/states/1/properties/parameters/0/value": ("ask", "properties.parameters[0].value"),
        "#/states/1/properties/a~1b": ("ask", "properties.a/b"),
        "#/states/1/transitions/0/next": ("ask", "transitions.incomingMessage"),
        "#/states/1/transitions/1/conditions/0/type": ("ask", "transitions.match.conditions[0].type"),
        "#/states/1/transitions/7/next": ("ask", "transitions[7].next"),
        "#/states/1/transitions": ("ask", "transitions"),
        "#/states/1": ("ask", None),
        "#/states/9/name": (None, "#/states/9/name"),
        "#/states": (None, "states"),
        "#/initial_state": (None, "initial_state"),
        "#": (None, None),
    }
    said = [{"message": "integer found,\n string expected", "property_path": path} for path in paths]
    details = {"errors": said, "warnings": [{"message": "old", "property_path": None}, "plain", 7, {}]}
    refusal = {"code": 81022, "status": 400, "message": "Flow definition validation failed", "details": details}
    studio, script = client(answer(refusal, 400))
    what = replace(WHAT, definition=document.of({**DEFINITION, "states": states}))
    for write in (studio.create_flow, studio.validate_flow, lambda what: studio.update_flow(SID, what)):
        with pytest.raises(errors.InvalidDefinitionError) as caught:
            write(what)
        found = [(one.widget, one.property) for one in caught.value.findings if one.severity == "error"]
        assert found == list(paths.values())
        assert caught.value.findings[0].message == "integer found, string expected"
        assert [one.message for one in caught.value.findings if one.severity == "warning"] == ["old", "plain"]
        assert (caught.value.code, caught.value.status) == (81022, 400)
    assert len(script.seen) == 3


@pytest.mark.parametrize("details", [None, [], {}, {"errors": None}, {"errors": {}}])
def test_a_refusal_without_details(client, answer, details):
    """A body without details is tolerated."""
    studio, _ = client(answer({"code": 81022, "message": "no", "details": details}, 400))
    with pytest.raises(errors.InvalidDefinitionError) as caught:
        studio.validate_flow(WHAT)
    assert caught.value.findings == ()
