"""Small flows and desired sides for tests, as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from reconciler.definition import document
from reconciler.definition.canonical import digest_bytes
from reconciler.model.address import Address
from reconciler.model.definition import Definition, Status
from reconciler.model.desired import (
    DEFAULT_COMMIT_MESSAGE,
    ChangeLimits,
    Desired,
    DesiredFlow,
    DesiredTestUsers,
    Environment,
    Lifecycle,
    Policy,
)
from reconciler.model.finding import Place
from reconciler.model.jsontypes import JsonObject

EVENTS = ("incomingMessage", "incomingCall", "incomingConversationMessage", "incomingRequest", "incomingParent")


def widget(name: str, body: str, following: str | None = None, *, x: int = 0, y: int = 200) -> JsonObject:
    """A send-message widget."""
    transition: JsonObject = {"event": "sent"} | ({"next": following} if following else {})
    return {
        "name": name,
        "type": "send-message",
        "transitions": [transition, {"event": "failed"}],
        "properties": {
            "offset": {"x": x, "y": y},
            "from": "{{flow.channel.address}}",
            "to": "{{contact.channel.address}}",
            "body": body,
        },
    }


def calling(name: str, flow_sid: str) -> JsonObject:
    """A run-subflow widget."""
    return {
        "name": name,
        "type": "run-subflow",
        "transitions": [{"event": "completed"}, {"event": "failed"}],
        "properties": {
            "offset": {"x": 0, "y": 400},
            "flow_sid": flow_sid,
            "flow_revision": "LatestPublished",
            "parameters": [],
        },
    }


def data(*widgets: JsonObject, description: str = "A flow") -> JsonObject:
    """A definition whose trigger leads to its first widget."""
    first = str(widgets[0]["name"]) if widgets else None
    transitions = [
        {"event": event} | ({"next": first} if first and event == "incomingMessage" else {}) for event in EVENTS
    ]
    trigger: JsonObject = {
        "name": "Trigger",
        "type": "trigger",
        "transitions": transitions,
        "properties": {"offset": {"x": 0, "y": 0}},
    }
    return {
        "description": description,
        "states": [trigger, *widgets],
        "initial_state": "Trigger",
        "flags": {"allow_concurrent_calls": True},
    }


def greeting(text: str = "Hello", *, x: int = 0) -> Definition:
    """A flow of one message."""
    return document.of(data(widget("greet", text, x=x)))


def caller(of: str) -> Definition:
    """A flow that calls another managed flow by name."""
    return document.of(data(widget("greet", "Hello", "call"), calling("call", f"${{flow.{of}.sid}}")))


def flow(
    name: str,
    definition: Definition | None = None,
    *,
    status: Status = "published",
    friendly_name: str | None = None,
    lifecycle: Lifecycle | None = None,
    previous_names: tuple[str, ...] = (),
) -> DesiredFlow:
    """One declared flow."""
    return DesiredFlow(
        address=Address("Flow", name),
        friendly_name=friendly_name or name,
        status=status,
        definition=definition or greeting(),
        commit_message=DEFAULT_COMMIT_MESSAGE,
        lifecycle=lifecycle or Lifecycle(),
        place=Place("project.yaml", 1, 1),
        source=f"flows/{name}.json",
        previous_names=previous_names,
    )


def users(name: str, of: str, *contacts: str) -> DesiredTestUsers:
    """Declared test users of a flow."""
    return DesiredTestUsers(
        Address("TestUsers", name), Address("Flow", of), tuple(sorted(contacts)), Place("project.yaml", 1, 1)
    )


def desired(
    flows: Sequence[DesiredFlow] = (),
    test_users: Sequence[DesiredTestUsers] = (),
    *,
    policy: Policy | None = None,
    environment: Environment | None = None,
    known_sids: Mapping[str, str] | None = None,
) -> Desired:
    """A desired side in environment `local` of project `clinic`; limits are off unless a policy says otherwise."""
    named = {f.address: f for f in flows}
    said = {u.address: u for u in test_users}
    text = repr((sorted(named.items(), key=str), [f.definition.digests for f in flows], sorted(said.items(), key=str)))
    return Desired(
        project="clinic",
        environment=environment or Environment("local"),
        policy=policy
        or Policy(limits=ChangeLimits(delete=None, percent=None), consistency_window=timedelta(seconds=1)),
        flows=named,
        test_users=said,
        digest=digest_bytes(text.encode()),
        environments=("local",),
        known_sids=known_sids or {},
    )


def edited(side: Desired, *flows: DesiredFlow, without: Sequence[str] = ()) -> Desired:
    """The same desired side with some flows replaced, added or left out."""
    kept = {a: f for a, f in side.flows.items() if a.name not in without}
    new = {**kept, **{f.address: f for f in flows}}
    return replace(
        desired(tuple(new.values()), tuple(side.test_users.values()), policy=side.policy, environment=side.environment),
        known_sids=side.known_sids,
    )
