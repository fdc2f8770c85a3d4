from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.model.execution import Execution, ExecutionStep

BEGAN = datetime(2026, 11, 1, 12, tzinfo=UTC)
FLOW = "FW00000000000000000000000000000001"

Run = tuple[Execution, Sequence[ExecutionStep]]
Told = tuple[str, str, str]
"""Widget, event, next."""


@pytest.fixture(scope="session")
def run_of() -> Callable[..., Run]:
    """Give a function that makes an execution of moves that are ten seconds apart."""
    return maker()


@pytest.fixture
def run() -> Callable[..., Run]:
    """Give the same, with SIDs of its own."""
    return maker()


def maker() -> Callable[..., Run]:
    """Make a function that makes executions."""
    number = 0

    def make(
        *moves: Told, status: str = "ended", revision: int = 7, apart: float = 10, kinds: dict[str, str] | None = None
    ) -> Run:
        nonlocal number
        number += 1
        sid = f"FN{number:032}"
        steps = [
            ExecutionStep(
                sid=f"FT{number:016}{place:016}",
                execution_sid=sid,
                flow_sid=FLOW,
                event=event,
                from_widget=source,
                to_widget=target,
                widget_type=(kinds or {}).get(source),
                date_created=BEGAN + timedelta(seconds=apart * (place + 1)),
            )
            for place, (source, event, target) in enumerate(moves)
        ]
        took = timedelta(seconds=apart * len(moves))
        return Execution(sid, FLOW, status, None, revision, date_created=BEGAN, date_updated=BEGAN + took), steps

    return make
