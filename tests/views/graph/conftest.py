"""A small invented flow, before and after an edit, and how pictures of flows are made in tests."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from reconciler.definition import document
from reconciler.definition.graph import graph_of
from reconciler.definition.graph_difference import compared_graph
from reconciler.model.address import flow
from reconciler.workflows.graph import Pictured


def widget(name: str, kind: str, at: tuple[int, int], ways: dict[str, str | None], **properties: Any) -> dict[str, Any]:
    """Give a widget; of `ways` a key that is no word is the value that a `match` compares with."""
    transitions = []
    for event, target in ways.items():
        one: dict[str, Any] = {"event": event} if event.isalpha() else {"event": "match"}
        if not event.isalpha():
            one["conditions"] = [{"type": "equal_to", "value": event, "arguments": ["{{x}}"], "friendly_name": "If"}]
        transitions.append({**one, **({"next": target} if target else {})})
    properties["offset"] = {"x": at[0], "y": at[1]}
    return {"name": name, "type": kind, "transitions": transitions, "properties": properties}


BEFORE = [
    widget("Trigger", "trigger", (0, 0), {"incomingCall": "greet", "incomingMessage": None}),
    widget("greet", "say-play", (0, 200), {"audioComplete": "ask"}, say='Hello <you> & "all"'),
    widget("ask", "gather-input-on-call", (0, 400), {"keypress": "choose", "timeout": "ask"}, say="Press 1"),
    widget("choose", "split-based-on", (0, 600), {"noMatch": "ask", "1": "shop"}, input="{{widgets.ask.Digits}}"),
    widget("shop", "run-subflow", (300, 800), {"completed": None, "failed": "bye"}, flow_sid="${flow.shop.sid}"),
    widget("bye", "say-play", (0, 1000), {"audioComplete": None}, say="Good bye"),
]


def after() -> list[dict[str, Any]]:
    """Give the flow after an edit: renamed, changed, added, removed, re-wired, and a name that does not exist."""
    trigger, greet, ask, choose, _, bye = copy.deepcopy(BEFORE)
    greet["name"], trigger["transitions"][0]["next"] = "welcome", "welcome"
    ask["properties"]["say"] = "Press 1 or 2"
    notify = widget(
        "notify", "make-http-request", (300, 800), {"success": "bye", "failed": "sorry"}, url="https://h.test/"
    )
    choose["transitions"][1]["next"] = "notify"
    return [trigger, greet, ask, choose, notify, bye]


def definition(states: list[dict[str, Any]]):
    """Make a definition of widgets."""
    return document.of({"description": "", "states": states, "initial_state": "Trigger", "flags": {}})


@pytest.fixture
def make():
    """Give a function that makes a picture of widgets."""
    return lambda states: Pictured(flow("sample"), graph_of(definition(states)), "manifest")


@pytest.fixture
def one(make) -> Pictured:
    """One side of the flow."""
    return make(BEFORE)


@pytest.fixture
def both() -> Pictured:
    """Both sides of the flow."""
    graph = compared_graph(definition(BEFORE), definition(after()))
    return Pictured(flow("sample"), graph, "manifest", "live (revision 3, published)")
