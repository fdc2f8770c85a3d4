from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from reconciler.definition import document
from reconciler.model.address import Address
from reconciler.workflows.traffic.report import Asked, report
from reconciler.workflows.traffic.summarise import Drawn
from reconciler.workflows.traffic.summary import Report
from tests.support.traffic import BEGAN, DEFINITION, FLOW, KINDS, Run, run_maker

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
        drawn = Drawn("revision 7", document.of(DEFINITION))
        return report(runs, asked, lambda keys: dict.fromkeys(keys, drawn))

    return ask
