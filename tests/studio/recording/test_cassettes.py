"""The wire format of each operation, as it was recorded: `make cassettes` records it anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from reconciler import errors
from reconciler.definition import document
from reconciler.model.live import FlowBody, FlowInput
from reconciler.studio.client import StudioClient

EVENTS = ("incomingMessage", "incomingCall", "incomingConversationMessage", "incomingRequest", "incomingParent")
TRIGGER = {
    "name": "Trigger",
    "type": "trigger",
    "properties": {"offset": {"x": 0, "y": 0}},
    "transitions": [{"event": event} for event in EVENTS],
}
SUBFLOW = {
    "name": "call the other",
    "type": "run-subflow",
    "properties": {"offset": {"x": 0, "y": 200}, "flow_sid": None, "flow_revision": "LatestPublished"},
    "transitions": [{"event": "completed"}, {"event": "failed"}],
}


def definition(description, *states):
    return document.of(
        {
            "description": description,
            "states": [TRIGGER, *states],
            "initial_state": "Trigger",
            "flags": {"allow_concurrent_calls": True},
        }
    )


WHAT = FlowInput("cassette flow", "published", definition("Grüße & more"), "[reconciler] first")
LATER = replace(WHAT, status="draft", definition=definition("Later"), commit_message="[reconciler] second")
CONTACTS = ("+15550100001", "whatsapp:+15550100002")
NOBODY = "FW00000000000000000000000000000000"


@contextmanager
def flow(client: StudioClient) -> Iterator[FlowBody]:
    """Give a flow for one recording, and leave the account as it was."""
    body = client.create_flow(WHAT)
    yield body
    client.delete_flow(body.row.sid)


def test_create(studio):
    """CreateFlow answers revision 1 with the definition as it was sent."""
    with studio("CreateFlow") as client, flow(client) as body:
        assert (body.row.revision, body.row.status, body.definition) == (1, "published", WHAT.definition)
        assert body.commit_message == WHAT.commit_message
        assert body.row.webhook_url is not None
        assert body.row.date_created is not None


def test_fetch(studio):
    """FetchFlow answers the latest revision."""
    with studio("FetchFlow") as client, flow(client) as body:
        assert client.fetch_flow(body.row.sid).latest.definition == body.definition


def test_list(studio):
    """ListFlow answers rows with number and status, and `meta`."""
    with studio("ListFlow") as client, flow(client) as body:
        assert [(row.sid, row.revision) for row in client.list_flows()] == [(body.row.sid, 1)]


def test_update(studio):
    """UpdateFlow mints the next revision, here a draft."""
    with studio("UpdateFlow") as client, flow(client) as body:
        updated = client.update_flow(body.row.sid, LATER)
        assert (updated.row.revision, updated.row.status, updated.definition) == (2, "draft", LATER.definition)


def test_delete(studio):
    """DeleteFlow answers nothing, and 404 the second time."""
    with studio("DeleteFlow") as client:
        sid = client.create_flow(WHAT).row.sid
        client.delete_flow(sid)
        with pytest.raises(errors.NotFoundError):
            client.delete_flow(sid)


def test_validate(studio):
    """UpdateFlowValidate says that a definition is valid."""
    with studio("UpdateFlowValidate") as client:
        client.validate_flow(WHAT)


def test_revisions(studio):
    """ListFlowRevision answers numbers, authors and dates of all revisions."""
    with studio("ListFlowRevision") as client, flow(client) as body:
        client.update_flow(body.row.sid, LATER)
        revisions = client.list_revisions(body.row.sid)
        assert [(one.revision, one.status) for one in revisions] == [(2, "draft"), (1, "published")]


def test_revision(studio):
    """FetchFlowRevision answers an old body by its number, and the published head by name."""
    with studio("FetchFlowRevision") as client, flow(client) as body:
        client.update_flow(body.row.sid, LATER)
        assert client.fetch_revision(body.row.sid, 1).definition == WHAT.definition
        assert client.fetch_head(body.row.sid, "LatestPublished").revision == 1
        assert client.fetch_head(body.row.sid, "LatestRevision").revision == 2


def test_test_users(studio):
    """FetchTestUser answers the contacts that UpdateTestUser set."""
    with studio("FetchTestUser") as client, flow(client) as body:
        assert client.fetch_test_users(body.row.sid) == ()
        client.update_test_users(body.row.sid, CONTACTS)
        assert set(client.fetch_test_users(body.row.sid)) == set(CONTACTS)


def test_set_test_users(studio):
    """UpdateTestUser answers the list as it is then."""
    with studio("UpdateTestUser") as client, flow(client) as body:
        assert set(client.update_test_users(body.row.sid, CONTACTS)) == set(CONTACTS)


def test_empty_test_users(studio):
    """One empty value empties the list. Nobody knows whether Studio really does that: recording there tells."""
    with studio("UpdateTestUser-empty") as client, flow(client) as body:
        client.update_test_users(body.row.sid, CONTACTS)
        assert client.update_test_users(body.row.sid, ()) == ()


def test_a_refused_definition(studio):
    """81022 names the widget and the property."""
    with studio("error-81022") as client:
        with pytest.raises(errors.InvalidDefinitionError) as caught:
            client.validate_flow(replace(WHAT, definition=definition("x", SUBFLOW)))
        assert (caught.value.status, caught.value.code) == (400, 81022)
        assert {(one.widget, one.property) for one in caught.value.findings} == {
            ("call the other", "properties.flow_sid")
        }


def test_events(studio):
    """ListEvent answers who wrote to a flow, by which way and from where."""
    with studio("ListEvent") as client, flow(client) as body:
        client.update_flow(body.row.sid, LATER)
        found = client.events.events_of(body.row.sid)
        assert found.missing is None
        assert [event.type for event in found.events] == ["flow.updated", "flow.created"]
        assert {event.actor.source for event in found.events} == {"api"}
        assert all(event.at is not None and event.actor.sid for event in found.events)


def test_not_found(studio):
    """404 with its code."""
    with studio("error-404") as client:
        with pytest.raises(errors.NotFoundError) as caught:
            client.fetch_flow(NOBODY)
        assert (caught.value.status, caught.value.code) == (404, 20404)


OPERATIONS = {
    "CreateFlow", "DeleteFlow", "FetchFlow", "FetchFlowRevision", "FetchTestUser", "ListEvent", "ListFlow",
    "ListFlowRevision", "UpdateFlow", "UpdateFlowValidate", "UpdateTestUser",
}  # fmt: skip


def test_every_operation_has_a_cassette(cassettes):
    """The ten operations of Flow, Revision, Validate and TestUsers, and Monitor's one, each under its operationId."""
    assert {file.stem for file in cassettes.glob("*.yaml")} >= OPERATIONS


def test_no_cassette_holds_a_secret(cassettes):
    """No credentials, no SID, number or address that may be somebody's, and no header that is not needed."""
    offences = {
        "authorization": re.compile(r"(?i)authorization:\s+- (?!REDACTED\n)|\bbasic \S|\bbearer \S"),
        "sid": re.compile(r"(?<![A-Z])(?!AC(?:e0){16})[A-Z]{2}(?!0{20}\d{12}(?!\w))[0-9a-fA-F]{32}"),
        "token": re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{32}(?![0-9a-zA-Z])"),
        "number": re.compile(r"(?:\+|%2B)(?!1555)[1-9]\d{7,14}"),
        "address": re.compile(r"https?://(?!(?:studio|webhooks)\.example\.test/|www\.twilio\.com/docs/)"),
        "header": re.compile(r"(?i)^\s+(?:set-cookie|cookie|x-[\w-]+|twilio-request-id|user-agent):", re.MULTILINE),
    }
    files = sorted(cassettes.glob("*.yaml"))
    assert len(files) >= len(OPERATIONS)
    for file in files:
        text = file.read_text(encoding="utf-8")
        found = {name: one.group() for name, pattern in offences.items() if (one := pattern.search(text))}
        assert found == {}, file.name
        assert text.count("- REDACTED\n") == text.count("- request:\n") > 0
