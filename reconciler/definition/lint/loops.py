"""Rule 6: paths that come back to themselves without anybody to stop them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from reconciler.definition import catalogue
from reconciler.definition.lint.context import Context
from reconciler.definition.lint.error_paths import failures_of
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
"""Widgets that wait for a person or a call. A sub-flow may wait inside. Their failures come at once."""

_DELAYS: Final = re.compile(r"(?i)delay|wait|sleep|pause|poll")
"""In a name or a URL: a Function that does nothing for some seconds is how flows wait without a person."""

_COUNTS: Final = re.compile(r"\|\s*(plus|minus|times|divided_by|modulo)\b")
_SHOWN: Final = 6

Quick = dict[str, list[str]]
"""By name of a widget, what comes after it without a wait."""


def _loops(context: Context) -> Iterator[Problem]:
    flow = context.flow
    reachable = flow.reachable()
    quick = {w.name: _at_once(w, flow) for w in flow.widgets if w.name in reachable}
    for circle in _circles(quick):
        inside = [flow.by_name[name] for name in circle]
        if any(_counts(widget) or _delays(widget) for widget in inside):
            continue
        first = min(inside, key=lambda widget: widget.index)
        message = f"a loop in which nothing waits: {_shown(_path(first.name, circle, quick))}"
        yield Problem(message, first.at("transitions"), first.name, "transitions")


def _at_once(widget: Widget, flow: Flow) -> list[str]:
    """Give the names of what comes after a widget without anybody having been waited for."""
    known = widget.type in catalogue.widget_types()
    events = failures_of(widget) if widget.type in WAITS or not known else widget.events()
    return list(
        dict.fromkeys(t.next for t in widget.transitions if t.next and t.event in events and t.next in flow.by_name)
    )


def _circles(quick: Quick) -> Iterator[frozenset[str]]:
    """Give each largest set of widgets in which every one leads to every other without a wait (Kosaraju)."""
    circling = _without_ends(quick)
    backwards: Quick = {name: [] for name in circling}
    for name, after in circling.items():
        for other in after:
            if other in backwards:
                backwards[other].append(name)
    seen: set[str] = set()
    for name in reversed(_finished(circling)):
        group = frozenset(_reached(name, backwards, seen))
        if len(group) > 1 or (group and name in circling[name]):
            yield group


def _without_ends(quick: Quick) -> Quick:
    """Leave out, again and again, what nothing follows: most flows have no loop, and are through with it here."""
    left = dict(quick)
    while ends := [name for name, after in left.items() if not any(other in left for other in after)]:
        for name in ends:
            del left[name]
    return left


def _finished(quick: Quick) -> list[str]:
    """Give the names in the order in which a walk through everything is done with them."""
    seen: set[str] = set()
    order: list[str] = []
    for start in quick:
        walk = [] if start in seen else [(start, iter(quick[start]))]
        seen.add(start)
        while walk:
            _, rest = walk[-1]
            after = next((other for other in rest if other in quick and other not in seen), None)
            if after is None:
                order.append(walk.pop()[0])
            else:
                seen.add(after)
                walk.append((after, iter(quick[after])))
    return order


def _reached(start: str, quick: Quick, seen: set[str]) -> Iterator[str]:
    """Give what can be reached from a name, itself included, but for what was seen before."""
    waiting = [start]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            yield name
            waiting.extend(quick[name])


def _path(first: str, circle: frozenset[str], quick: Quick) -> list[str]:
    """Give the shortest way from a widget back to itself inside a circle."""
    ways = [[first]]
    seen: set[str] = set()
    for way in ways:
        for after in quick[way[-1]]:
            if after == first:
                return [*way, first]
            if after in circle and after not in seen:
                seen.add(after)
                ways.append([*way, after])
    return [first]


def _shown(path: list[str]) -> str:
    shown = path if len(path) <= _SHOWN else [*path[: _SHOWN - 2], "…", path[-1]]
    return " → ".join(shown)


def _counts(widget: Widget) -> bool:
    """Tell whether a widget keeps count: then the loop is a retry, and a split ends it."""
    return any(_COUNTS.search(text.value) for text in widget.texts())


def _delays(widget: Widget) -> bool:
    return widget.type == "run-function" and bool(_DELAYS.search(f"{widget.name} {widget.text('url')}"))


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
