"""Small flows, and runs of them."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.simulate import (
    Event,
    IncomingMessage,
    Launch,
    Trigger,
    Turn,
    advance,
    flow_of,
    settle,
    shelf,
    start,
)

CONTACT, ADDRESS = "+15550100001", "+15550100002"
SUBFLOW = "FW00000000000000000000000000000002"


def widget(name: str, kind: str, /, *transitions: Any, **properties: Any) -> dict[str, Any]:
    """Make a widget; transitions are `(event, next)`, or objects as they stand in a definition."""
    listed = [t if isinstance(t, dict) else {"event": t[0], **({"next": t[1]} if t[1] else {})} for t in transitions]
    return {"name": name, "type": kind, "transitions": listed, "properties": properties}


def condition(kind: str, value: Any, subject: str | None = None) -> dict[str, Any]:
    own = {} if subject is None else {"arguments": [subject]}
    return {"friendly_name": "x", "type": kind, "value": value, **own}


def definition(*widgets: dict[str, Any]) -> dict[str, Any]:
    """Make a definition in which every trigger leads to the first widget."""
    events = ("incomingMessage", "incomingCall", "incomingRequest", "incomingParent", "incomingConversationMessage")
    first = widgets[0]["name"] if widgets else None
    trigger = widget("Trigger", "trigger", *((event, first) for event in events))
    return {"description": "", "states": [trigger, *widgets], "initial_state": "Trigger", "flags": {}}


def circle(size: int) -> dict[str, Any]:
    """Make a flow of widgets that lead round and round."""
    names = [f"w{number}" for number in range(size)]
    return definition(*(widget(n, "set-variables", ("next", names[(i + 1) % size])) for i, n in enumerate(names)))


class Play:
    """A run under way; keeps all steps and effects."""

    def __init__(self, data: dict[str, Any], *subflows: dict[str, Any], trigger: Trigger | None = None, **launch: Any):
        flow = flow_of(data)
        others = [flow_of(other, SUBFLOW, 4) for other in subflows]
        self.library = shelf(flow, *others)
        chosen = IncomingMessage(CONTACT, ADDRESS, "Hello") if trigger is None else trigger
        self.launch = Launch(flow, chosen, at=1_700_000_000.0, **launch)
        self.steps: list[Any] = []
        self.effects: list[Any] = []
        self.take(start(self.library, self.launch))

    def take(self, turn: Turn) -> Play:
        """Go on from what a turn came to."""
        self.state = turn.state
        self.steps += turn.steps
        self.effects += turn.effects
        return self

    def give(self, event: Event, at: float | None = None) -> Play:
        """Give an event."""
        return self.take(advance(self.library, self.state, event, at))

    def settle(self) -> Play:
        """Go on with usual outcomes."""
        return self.take(settle(self.library, Turn(self.state)))

    @property
    def path(self) -> list[tuple[str, str, str]]:
        """The steps so far: from, event, to."""
        return [(step.transitioned_from, step.name, step.transitioned_to) for step in self.steps]

    @property
    def saved(self) -> dict[str, Any]:
        """What widgets saved."""
        return self.state.context["widgets"]

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the flow."""
        return self.state.context["flow"]["variables"]


@pytest.fixture
def play():
    return Play
