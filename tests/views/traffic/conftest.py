from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from reconciler.definition import document
from reconciler.definition.graph import graph_of
from reconciler.model.address import Address
from reconciler.workflows.traffic.report import Asked, report
from reconciler.workflows.traffic.summarise import Drawn
from reconciler.workflows.traffic.summary import Report
from tests.support.traffic import BEGAN, FLOW, Run, run_maker

KINDS = {"Trigger": "trigger", "ask": "send-and-wait-for-reply", "which": "split-based-on", "thanks": "send-message"}


def condition(value):
    return [{"type": "equal_to", "value": value, "arguments": ["x"]}]


def state(name, *transitions):
    return {"name": name, "type": KINDS[name], "transitions": list(transitions), "properties": {}}


DEFINITION = {
    "initial_state": "Trigger",
    "states": [
        state("Trigger", {"event": "incomingMessage", "next": "ask"}),
        state("ask", {"event": "incomingMessage", "next": "which"}, {"event": "timeout"}),
        state(
            "which",
            {"event": "noMatch", "next": "ask"},
            {"event": "match", "conditions": condition("1"), "next": "thanks"},
            {"event": "match", "conditions": condition("one"), "next": "thanks"},
        ),
        state("thanks", {"event": "sent"}, {"event": "failed"}),
    ],
}

BEGIN = ("Trigger", "incomingMessage", "ask")
REPLY = ("ask", "incomingMessage", "which")
MATCH = ("which", "match", "thanks")


@pytest.fixture
def make() -> Callable[..., Run]:
    """Give a function that makes executions of the flow."""
    maker = run_maker()
    return lambda *moves, **more: maker(*moves, kinds=KINDS, **more)


@pytest.fixture
def runs(make) -> list[Run]:
    """Give ten executions: six finish, two are not answered, one stops, one is active."""
    good = (BEGIN, REPLY, ("which", "noMatch", "ask"), REPLY, MATCH, ("thanks", "sent", "Ended"))
    found = [make(*good) for _ in range(6)]
    found += [make(BEGIN, ("ask", "timeout", "Ended"), apart=3600) for _ in range(2)]
    return [*found, make(BEGIN), make(BEGIN, REPLY, status="active")]


@pytest.fixture
def reported() -> Callable[[Iterable[Run]], Report]:
    """Give a function that makes a report on executions, held against the definition."""

    def ask(runs: Iterable[Run], **more) -> Report:
        asked = Asked("Studio", (), {FLOW: Address("Flow", "menu")}, since=BEGAN, **more)
        drawn = Drawn("revision 7", graph_of(document.of(DEFINITION)))
        return report(runs, asked, lambda keys: dict.fromkeys(keys, drawn))

    return ask
