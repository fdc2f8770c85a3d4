"""A small flow with a menu, a Function, a call and a subflow, and scenarios of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from reconciler.definition.document import of
from reconciler.model.finding import Place
from reconciler.scenario.flows import Flows
from reconciler.scenario.result import Result
from reconciler.scenario.run import run
from reconciler.scenario.values import ADDRESS, CONTACT, Ending, Line, Scenario
from reconciler.simulate import IncomingMessage


def widget(name: str, kind: str, *transitions: Any, **properties: Any) -> dict[str, Any]:
    """Make a widget; transitions are `(event, next)`, or objects as they stand in a definition."""
    listed = [t if isinstance(t, dict) else {"event": t[0], **({"next": t[1]} if t[1] else {})} for t in transitions]
    return {"name": name, "type": kind, "transitions": listed, "properties": properties}


def match(value: str, following: str | None, *more: str) -> dict[str, Any]:
    """Make a way out of a split; with more values, one of several conditions."""
    conditions = [{"type": "contains", "value": one, "arguments": []} for one in (value, *more)]
    return {"event": "match", "next": following, "conditions": conditions}


def definition(*widgets: dict[str, Any]) -> dict[str, Any]:
    """Make a definition in which every trigger leads to the first widget."""
    events = ("incomingMessage", "incomingCall", "incomingRequest", "incomingParent", "incomingConversationMessage")
    trigger = widget("Trigger", "trigger", *((event, widgets[0]["name"]) for event in events))
    return {"description": "", "states": [trigger, *widgets], "initial_state": "Trigger", "flags": {}}


ASK = "{{widgets.ask.inbound.Body}}"
PATIENT = "https://example.org/{{contact.channel.address}}"
DIALLED = (("answered", "hello"), ("busy", "sorry"), ("noAnswer", "sorry"), ("failed", None))
CLERK = definition(
    widget("look", "run-function", ("success", "note"), ("fail", None), url="https://example.org/look"),
    widget("note", "set-variables", ("next", None), variables=[{"key": "open", "value": "yes"}]),
)
MENU = definition(
    widget(
        "ask", "send-and-wait-for-reply", ("incomingMessage", "choose"), ("timeout", "sorry"), body="1 or 2?",
        timeout="60",
    ),
    widget(
        "choose", "split-based-on", ("noMatch", "ask"), match("1", "desk"), match("2", "dial", "now"),
        match("3", "look"), input=ASK,
    ),
    widget(
        "desk", "run-subflow", ("completed", "tell"), ("failed", "sorry"), flow_sid="${flow.clerk.sid}",
        flow_revision="LatestPublished", parameters=[{"key": "desk", "value": "front", "type": "string"}],
    ),
    widget("tell", "send-message", ("sent", None), ("failed", "sorry"), body="Open: {{widgets.desk.open}}"),
    widget("look", "make-http-request", ("success", "tell"), ("failed", "sorry"), url=PATIENT, method="GET"),
    widget("dial", "make-outgoing-call-v2", *DIALLED, to="+15550100009"),
    widget("hello", "say-play", ("audioComplete", None), say="Hello"),
    widget("sorry", "send-message", ("sent", None), ("failed", None), body="Sorry"),
)  # fmt: skip


@pytest.fixture
def flows() -> Flows:
    """Give the flows: a menu that calls a clerk."""
    return Flows({"menu": of(MENU), "clerk": of(CLERK)})


@pytest.fixture
def circle() -> Flows:
    """Give a flow that runs round and round."""
    variables = [{"key": "n", "value": "1"}]
    one = widget("one", "set-variables", ("next", "two"), variables=variables)
    two = widget("two", "set-variables", ("next", "one"), variables=variables)
    return Flows({"menu": of(definition(one, two))})


def placed(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """Write each line on a line of its own, the first on line 1."""
    made = []
    for number, line in enumerate(lines, 1):
        object.__setattr__(line, "place", Place("test.yaml", number, 5))
        made.append(line)
    return tuple(made)


@pytest.fixture
def play(flows: Flows) -> Callable[..., Result]:
    """Give what runs a script against the menu: `play(*lines, ends=…, stubs=…)`."""

    def run_lines(*lines: Line, on: Flows | None = None, conditions: bool = True, **more: Any) -> Result:
        more.setdefault("trigger", IncomingMessage(CONTACT, ADDRESS, "Hi"))
        scenario = Scenario("one", "menu", script=placed(lines), place=Place("test.yaml", 99), **more)
        return run(scenario, on or flows, conditions=conditions)

    return run_lines


@pytest.fixture
def ending() -> Callable[..., Ending]:
    """Give the maker of endings with a place."""
    return lambda **more: Ending(**more, place=Place("test.yaml", 90))


@pytest.fixture
def definitions() -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the definitions of the menu and of the clerk."""
    return MENU, CLERK
