"""Rule 6: paths that come back to themselves without anybody to stop them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from reconciler.definition.lint.context import Context
from reconciler.definition.lint.flow import Flow, Widget
from reconciler.definition.lint.rule import Problem, Rule

WAITS: Final = frozenset(
    {
        "add-twiml-redirect", "capture-payments", "connect-call-to", "connect-virtual-agent",
        "connect-virtual-agent-v2", "enqueue-call", "gather-input-on-call", "make-outgoing-call-v1",
        "make-outgoing-call-v2", "record-voicemail", "resume-conversation", "run-conversation-relay", "run-subflow",
        "send-and-wait-for-reply", "send-to-auto-pilot", "send-to-flex", "understand",
    }
)  # fmt: skip
"""Widgets that wait for a person or a call. A sub-flow may wait inside."""

_COUNTS: Final = re.compile(r"\|\s*(plus|minus|times|divided_by|modulo)\b")
_SHOWN: Final = 6


def _loops(context: Context) -> Iterator[Problem]:
    flow = context.flow
    reachable = flow.reachable()
    quick = {w.name: w for w in flow.widgets if w.name in reachable and w.type not in WAITS}
    for circle in _circles(flow, quick):
        if any(_counts(quick[name]) for name in circle):
            continue
        first = min((quick[name] for name in circle), key=lambda widget: widget.index)
        message = f"a loop in which nothing waits: {_shown(_path(flow, first, circle))}"
        yield Problem(message, first.at("transitions"), first.name, "transitions")


def _circles(flow: Flow, quick: dict[str, Widget]) -> Iterator[frozenset[str]]:
    """Give each largest set of widgets in which every one leads to every other without a wait."""
    reach = {name: _reached(flow, widget, quick) for name, widget in quick.items()}
    done: set[str] = set()
    for name in quick:
        if name in reach[name] and name not in done:
            circle = frozenset(other for other in reach[name] if name in reach[other])
            done |= circle
            yield circle


def _reached(flow: Flow, start: Widget, quick: dict[str, Widget]) -> set[str]:
    waiting, seen = flow.following(start), set[str]()
    while waiting:
        widget = waiting.pop()
        if widget.name in quick and widget.name not in seen:
            seen.add(widget.name)
            waiting.extend(flow.following(widget))
    return seen


def _path(flow: Flow, first: Widget, circle: frozenset[str]) -> list[str]:
    """Give the shortest way from a widget back to itself inside a circle."""
    ways = [[first.name]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for after in flow.following(flow.by_name[way[-1]]):
            if after.name == first.name:
                return [*way, first.name]
            if after.name in circle and after.name not in seen:
                seen.add(after.name)
                ways.append([*way, after.name])
    return [first.name]


def _shown(path: list[str]) -> str:
    shown = path if len(path) <= _SHOWN else [*path[: _SHOWN - 2], "…", path[-1]]
    return " → ".join(shown)


def _counts(widget: Widget) -> bool:
    """Tell whether a widget keeps count: then the loop is a retry, and a split ends it."""
    return any(_COUNTS.search(text.value) for text in widget.texts())


RULES: Final = (
    Rule(
        id="loop-without-wait",
        number=6,
        severity="warning",
        summary="A loop in which no widget waits for anybody, and nothing counts the rounds",
        why="It turns as fast as it can until Studio stops the execution after 1,000 steps, or after the same widget "
        "ran 10 times in a row; until then it sends messages and calls your servers.",
        example="fetch_order —failed→ say_sorry —sent→ fetch_order",
        remedy="Let it wait for a reply in the loop, or count the rounds with set-variables and leave it with a split.",
        check=_loops,
    ),
)
