"""The wire format of each operation, as it was recorded: `make cassettes` records it anew."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from reconciler import errors
from reconciler.definition import document
from reconciler.model.execution import Execution, ExecutionFilter
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
TO = os.environ.get("STUDIO_RECORD_TO", "+15550100001")
FROM = os.environ.get("STUDIO_RECORD_FROM", "+15550100009")
"""Who asks whom in the recorded executions; a real account needs a number of its own, and one that may be asked."""

STARTED = {**TRIGGER, "transitions": [{"event": event, "next": "greet"} for event in EVENTS]}
GREET = {
    "name": "greet",
    "type": "set-variables",
    "properties": {
        "offset": {"x": 0, "y": 200},
        "variables": [{"key": "greeting", "value": "Hello {{flow.data.name}}"}],
    },
    "transitions": [{"event": "next"}],
}
ASK = {
    "name": "greet",
    "type": "send-and-wait-for-reply",
    "properties": {
        "offset": {"x": 0, "y": 200},
        "from": "{{flow.channel.address}}",
        "body": "Shall we?",
        "timeout": "3600",
    },
    "transitions": [{"event": "incomingMessage"}, {"event": "timeout"}, {"event": "deliveryFailure"}],
}


def started(*states):
    """Give a definition whose trigger leads to its widget."""
    data = definition("Runs", *states).data()
    return document.of({**data, "states": [STARTED, *states]})


GREETING = replace(WHAT, definition=started(GREET))
ASKING = replace(WHAT, definition=started(ASK))
CONTACTS = ("+15550100001", "whatsapp:+15550100002")
NOBODY = "FW00000000000000000000000000000000"


@contextmanager
def flow(client: StudioClient) -> Iterator[FlowBody]:
    """Give a flow for one recording, and leave the account as it was."""
    body = client.create_flow(WHAT)
    yield body
    client.delete_flow(body.row.sid)


@contextmanager
def running(client: StudioClient, what: FlowInput = GREETING) -> Iterator[tuple[str, Execution]]:
    """Give the SID of a flow with an execution for one recording, and leave the account as it was."""
    sid = client.create_flow(what).row.sid
    yield sid, client.executions.create(sid, TO, FROM, {"name": "Zeke"})
    client.delete_flow(sid)


def settled(client: StudioClient, flow: str, execution: str) -> Execution:
    """Give an execution that needs nobody, when it has ended; a replay asks as often as the recording did."""
    while True:
        found = client.executions.fetch(flow, execution)
        if found.status == "ended":
            return found


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


def test_start_an_execution(studio):
    """CreateExecution answers an active execution of the published revision."""
    with studio("CreateExecution") as client, running(client) as (flow, made):
        assert (made.status, made.revision, made.flow_sid) == ("active", 1, flow)
        assert made.initiated_by is not None
        assert made.date_created is not None


def test_executions(studio):
    """ListExecution answers executions by status."""
    with studio("ListExecution") as client, running(client) as (flow, made):
        settled(client, flow, made.sid)
        assert [one.sid for one in client.executions.list(flow, ExecutionFilter(status="ended"))] == [made.sid]
        assert client.executions.list(flow, ExecutionFilter(status="active")) == ()


def test_execution(studio):
    """FetchExecution answers how it ended."""
    with studio("FetchExecution") as client, running(client) as (flow, made):
        assert settled(client, flow, made.sid).contact == TO


def test_end_an_execution(studio):
    """UpdateExecution ends an active execution; a second time is 409."""
    with studio("UpdateExecution") as client, running(client, ASKING) as (flow, made):
        assert client.executions.end(flow, made.sid).status == "ended"
        with pytest.raises(errors.StudioConflictError):
            client.executions.end(flow, made.sid)


def test_a_second_execution(studio):
    """409 names the execution that is in the way."""
    with studio("error-20409") as client, running(client, ASKING) as (flow, made):
        with pytest.raises(errors.StudioConflictError) as caught:
            client.executions.create(flow, TO, FROM)
        assert caught.value.conflicting == made.sid
        client.executions.end(flow, made.sid)


def test_delete_an_execution(studio):
    """DeleteExecution removes an ended execution."""
    with studio("DeleteExecution") as client, running(client) as (flow, made):
        settled(client, flow, made.sid)
        client.executions.delete(flow, made.sid)
        with pytest.raises(errors.NotFoundError):
            client.executions.fetch(flow, made.sid)


def test_context(studio):
    """FetchExecutionContext answers the variables, with the parameters of the start."""
    with studio("FetchExecutionContext") as client, running(client) as (flow, made):
        settled(client, flow, made.sid)
        context = client.executions.fetch_context(flow, made.sid)
        assert context["flow"]["data"] == {"name": "Zeke"}
        assert context["flow"]["variables"] == {"greeting": "Hello Zeke"}


def test_steps(studio):
    """ListExecutionStep and FetchExecutionStep answer the same steps."""
    with studio("ListExecutionStep") as client, running(client) as (flow, made):
        settled(client, flow, made.sid)
        steps = client.executions.list_steps(flow, made.sid)
        assert {(one.event, one.from_widget) for one in steps} == {("incomingRequest", "Trigger"), ("next", "greet")}


def test_step(studio):
    """FetchExecutionStep answers a step with its widget's type."""
    with studio("FetchExecutionStep") as client, running(client) as (flow, made):
        settled(client, flow, made.sid)
        for one in client.executions.list_steps(flow, made.sid):
            step = client.executions.fetch_step(flow, made.sid, one.sid)
            assert (step.sid, step.event, step.execution_sid) == (one.sid, one.event, made.sid)


def test_step_context(studio):
    """FetchExecutionStepContext answers the variables after a step."""
    with studio("FetchExecutionStepContext") as client, running(client) as (flow, made):
        settled(client, flow, made.sid)
        (last,) = [one for one in client.executions.list_steps(flow, made.sid) if one.event == "next"]
        context = client.executions.fetch_step_context(flow, made.sid, last.sid)
        assert context["flow"]["variables"] == {"greeting": "Hello Zeke"}


OPERATIONS = {
    "CreateExecution", "DeleteExecution", "FetchExecution", "FetchExecutionContext", "FetchExecutionStep",
    "FetchExecutionStepContext", "ListExecution", "ListExecutionStep", "UpdateExecution",
    "CreateFlow", "DeleteFlow", "FetchFlow", "FetchFlowRevision", "FetchTestUser", "ListEvent", "ListFlow",
    "ListFlowRevision", "UpdateFlow", "UpdateFlowValidate", "UpdateTestUser",
}  # fmt: skip


def test_every_operation_has_a_cassette(cassettes):
    """Each of the 19 operations, and Monitor's one, under its operationId."""
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
