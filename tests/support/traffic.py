"""Executions made of moves, for tests of what is counted of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeAlias

from reconciler.model.execution import Execution, ExecutionStatus, ExecutionStep

BEGAN = datetime(2026, 11, 1, 12, tzinfo=UTC)
FLOW = "FW00000000000000000000000000000001"
CONTACT = "+15550100042"
WORDS = "my secret illness"

KINDS = {"Trigger": "trigger", "ask": "send-and-wait-for-reply", "which": "split-based-on", "thanks": "send-message"}


def condition(value: str) -> list[dict[str, object]]:
    """Give a condition that something is a text."""
    return [{"type": "equal_to", "value": value, "arguments": ["x"]}]


def state(name: str, *transitions: dict[str, object]) -> dict[str, object]:
    """Give a widget of the flow."""
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
"""A flow that asks until it is answered with 1."""

Run: TypeAlias = tuple[Execution, Sequence[ExecutionStep]]
Told: TypeAlias = tuple[str, str, str]
"""Widget, event, next."""


def run_maker() -> Callable[..., Run]:
    """Make a function that makes executions of moves that are ten seconds apart, with personal data in them."""
    numbers = count(1)

    def make(
        *moves: Told,
        status: ExecutionStatus = "ended",
        revision: int = 7,
        apart: float = 10,
        kinds: dict[str, str] | None = None,
    ) -> Run:
        number = next(numbers)
        sid, context = f"FN{number:032}", {"widgets": {"ask": {"inbound": {"Body": WORDS, "From": CONTACT}}}}
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
                context=context,
            )
            for place, (source, event, target) in enumerate(moves)
        ]
        ended = BEGAN + timedelta(seconds=apart * len(moves))
        dates = {"date_created": BEGAN, "date_updated": ended if status == "ended" else None}
        return Execution(sid, FLOW, status, CONTACT, revision, context=context, **dates), steps

    return make
