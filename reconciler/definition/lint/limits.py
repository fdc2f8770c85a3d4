"""Rule 7: Studio's limits (api.md A8)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode

from reconciler.definition import size
from reconciler.definition.lint.context import Context, Neighbour
from reconciler.definition.lint.error_paths import failures_of
from reconciler.definition.lint.flow import Flow
from reconciler.definition.lint.rule import Problem, Rule
from reconciler.definition.liquid import read
from reconciler.definition.outcomes import TIMEOUTS

WIDGETS: Final = 2_000
STEPS: Final = 1_000
IN_A_ROW: Final = 10
ITERATIONS: Final = 15

_MANY: Final = 20
"""Widgets below which nobody counts bytes."""

_LONGEST: Final = 12
"""Bytes that one character takes at most: four of UTF-8, each percent-encoded."""


def _widgets(context: Context) -> Iterator[Problem]:
    states = context.flow.data.get("states")
    own = len(states) if isinstance(states, list) else 0
    called = sum(_size_of(neighbour) for neighbour in _called(context).values())
    if own + called > WIDGETS:
        inside = f" ({called:,} of them in sub-flows)" if called else ""
        message = f"{own + called:,} widgets{inside}; Studio takes {WIDGETS:,}"
        yield Problem(message, ("states",))


def _called(context: Context) -> dict[str, Neighbour]:
    """Give the managed flows that this one runs, each once."""
    found: dict[str, Neighbour] = {}
    for widget in context.flow.widgets:
        sid = widget.text("flow_sid") if widget.type == "run-subflow" else ""
        name = context.around.sids.get(sid) or sid.removeprefix("${flow.").removesuffix(".sid}")
        if name in context.around.flows and name != context.name:
            found[name] = context.around.flows[name]
    return found


def _size_of(neighbour: Neighbour) -> int:
    states = neighbour.definition.data().get("states")
    return len(states) if isinstance(states, list) else 0


def _large(context: Context) -> Iterator[Problem]:
    if len(context.flow.widgets) < _MANY:
        return
    text = json.dumps(context.flow.data, ensure_ascii=False, separators=(",", ":"))
    if len(text) * _LONGEST < size.LIMIT:
        return
    bytes_ = len(urlencode({"Definition": text}, errors="replace"))
    if bytes_ >= size.LIMIT:
        message = f"the request would be {bytes_:,} bytes; Studio takes less than {size.LIMIT:,}"
        yield Problem(message, ())


def _steps(context: Context) -> Iterator[Problem]:
    depths = _depths(context.flow)
    far = [name for name, depth in depths.items() if depth > STEPS]
    if far:
        first = context.flow.by_name[far[0]]
        message = f"{len(far):,} widgets, {first.name!r} first, are more than {STEPS:,} steps from the start"
        yield Problem(message, first.at("name"), first.name, "name")


def _depths(flow: Flow) -> dict[str, int]:
    """Give by name the number of the earliest step in which a widget can run."""
    if flow.start is None:
        return {}
    depths = {flow.start.name: 1}
    waiting = [flow.start]
    for widget in waiting:
        for after in flow.following(widget):
            if after.name not in depths:
                depths[after.name] = depths[widget.name] + 1
                waiting.append(after)
    return depths


def _repeated(context: Context) -> Iterator[Problem]:
    """Find widgets that every answer leads back to. Asking again after silence or a failure is no such thing."""
    for widget in context.flow.widgets:
        rest = failures_of(widget) | set(TIMEOUTS.get(widget.type, ()))
        answers = [t for t in widget.transitions if t.next and t.event not in rest]
        if answers and all(transition.next == widget.name for transition in answers):
            message = f"every answer leads back to {widget.name!r}; Studio ends it after {IN_A_ROW} times in a row"
            yield Problem(message, (*answers[0].path, "next"), widget.name, answers[0].property)


def _iterations(context: Context) -> Iterator[Problem]:
    for widget in context.flow.widgets:
        for text in widget.texts():
            for loop in read(text.value).loops if "{%" in text.value else ():
                if loop.items is not None and loop.items > ITERATIONS:
                    message = f"the loop over {loop.name!r} has {loop.items:,} rounds; Studio does {ITERATIONS}"
                    yield Problem(message, text.path, widget.name, text.property)


RULES: Final = (
    Rule(
        id="too-many-widgets",
        number=7,
        severity="error",
        summary=f"More than {WIDGETS:,} widgets, those of sub-flows included",
        why="Studio refuses the definition.",
        example='"states": [ … 2,001 widgets … ]',
        remedy="Split the flow: what callers choose between can be flows of its own, reached by a redirect.",
        check=_widgets,
    ),
    Rule(
        id="too-large",
        number=7,
        severity="error",
        summary=f"The request that sends it would have {size.LIMIT:,} bytes or more",
        why="Studio refuses the request. It is sent percent-encoded, so it is larger than the file.",
        example="a definition with its price list in a set-variables widget",
        remedy="Move a part into a sub-flow, and data into a Function or an asset.",
        check=_large,
    ),
    Rule(
        id="too-many-steps",
        number=7,
        severity="warning",
        summary=f"A widget that lies more than {STEPS:,} steps from the start",
        why=f"Studio ends an execution after {STEPS:,} steps, so that widget never runs.",
        example="a chain of 1,001 widgets",
        remedy="Shorten the way: merge set-variables, split by menu.",
        check=_steps,
    ),
    Rule(
        id="repeats-itself",
        number=7,
        severity="warning",
        summary="A widget that every answer leads back to",
        why=f"Studio ends the execution when the same widget runs {IN_A_ROW} times in a row, without a word to the "
        "caller.",
        example='{"name": "menu", "transitions": [{"event": "keypress", "next": "menu"}]}',
        remedy="Lead the answer on; where it is not understood, through a widget that says so.",
        check=_repeated,
    ),
    Rule(
        id="liquid-loop-limit",
        number=7,
        severity="warning",
        summary=f"A Liquid loop with more than {ITERATIONS} rounds",
        why=f"Studio renders the first {ITERATIONS} rounds; the rest is missing from what is sent.",
        example="{% for i in (1..30) %}{{i}} {% endfor %}",
        remedy="Build the text in a Function, or loop over pages.",
        check=_iterations,
    ),
)
