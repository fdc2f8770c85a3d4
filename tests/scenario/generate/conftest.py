"""Small flows to propose scenarios for."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.definition.document import of
from reconciler.scenario.flows import Flows


def widget(name: str, kind: str, /, *transitions: Any, **properties: Any) -> dict[str, Any]:
    """Make a widget; transitions are `(event, next)`, or objects as they stand in a definition."""
    listed = [t if isinstance(t, dict) else {"event": t[0], **({"next": t[1]} if t[1] else {})} for t in transitions]
    return {"name": name, "type": kind, "transitions": listed, "properties": properties}


def split(
    name: str, subject: str, /, *ways: tuple[str, str, str | None], otherwise: str | None = None
) -> dict[str, Any]:
    """Make a split; a way is a type of condition, its value, and where it leads."""
    matches = [
        {
            "event": "match",
            **({"next": target} if target else {}),
            "conditions": [{"friendly_name": "x", "type": kind, "value": value, "arguments": [subject]}],
        }
        for kind, value, target in ways
    ]
    return widget(name, "split-based-on", ("noMatch", otherwise), *matches, input=subject)


def say(name: str, body: str = "…", following: str | None = None) -> dict[str, Any]:
    """Make a widget that sends a message."""
    return widget(name, "send-message", ("sent", following), ("failed", None), body=body)


def definition(*widgets: dict[str, Any], events: tuple[str, ...] = ("incomingMessage",)) -> dict[str, Any]:
    """Make a definition in which the named triggers lead to the first widget."""
    trigger = widget("Trigger", "trigger", *((event, widgets[0]["name"]) for event in events))
    return {"description": "", "states": [trigger, *widgets], "initial_state": "Trigger", "flags": {}}


def flows_of(**definitions: dict[str, Any]) -> Flows:
    """Make a project; `_` in a name stands for `-`."""
    return Flows({name.replace("_", "-"): of(data) for name, data in definitions.items()})


class Make:
    """What makes flows, in one fixture."""

    widget = staticmethod(widget)
    split = staticmethod(split)
    say = staticmethod(say)
    definition = staticmethod(definition)
    flows = staticmethod(flows_of)


@pytest.fixture
def make():
    return Make
