"""What texts the splits of a flow want of each variable, followed back to where the variables come from.

A split on `{{flow.variables.choice}}` that is set from `{{widgets.ask.inbound.Body}}` wants its texts of the reply to
`ask`. Values from subflows and their parameters are followed too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from reconciler.definition.liquid import read
from reconciler.definition.liquid_scan import Step
from reconciler.model.jsontypes import Json, JsonObject
from reconciler.simulate import Flow, Library, Widget
from reconciler.simulate.scene import text_of

Path: TypeAlias = tuple[Step, ...]
"""A variable: `widgets`, `ask`, `inbound`, `Body`."""

_DEEPEST: Final = 12
"""Assignments that are followed one behind the other."""

_MIRRORED: Final = {
    "less_than": "greater_than",
    "greater_than": "less_than",
    "is_before_date": "is_after_date",
    "is_after_date": "is_before_date",
    "is_before_time": "is_after_time",
    "is_after_time": "is_before_time",
}
"""What a condition means to its value."""

_TAG: Final = re.compile(r"\{%.*?%\}", re.DOTALL)
_LITERAL: Final = re.compile(r"'([^']*)'|\"([^\"]*)\"|\b(\d+(?:\.\d+)?|true|false)\b")
_CLOCK: Final = re.compile(r"\b(?:now|today)\b")


@dataclass(frozen=True, slots=True)
class Wish:
    """A condition that a value is compared by. `value` may hold Liquid."""

    kind: str
    value: str


@dataclass(slots=True)
class Wishes:
    """The wishes of a flow and its subflows.

    Attributes:
        library: where subflows are found.
        flows: the flow and its subflows.
        found: by SID of the flow, the wishes of each variable.
        shown: by SID of the flow, the variables that any text of it shows.
        clock: whether what the clock says may decide.
    """

    library: Library
    flows: tuple[Flow, ...]
    found: dict[str, dict[Path, dict[Wish, None]]] = field(default_factory=dict)
    shown: dict[str, frozenset[Path]] = field(default_factory=dict)
    clock: bool = False

    def of(self, flow: str, *prefix: Step) -> Mapping[Path, tuple[Wish, ...]]:
        """Give the wishes of all variables of a flow below a path, by the rest of their paths."""
        size = len(prefix)
        known = self.found.get(flow, {})
        return {path[size:]: tuple(wishes) for path, wishes in known.items() if path[:size] == prefix}

    def paths(self, flow: str) -> frozenset[Path]:
        """Give all variables of a flow that something is wished of."""
        return frozenset(self.found.get(flow, {}))

    def trace(self, flow: Flow, path: Path, wish: Wish, depth: int = 0) -> None:
        """Note a wish for a variable, and for those that it is made of."""
        known = self.found.setdefault(flow.sid, {}).setdefault(path, {})
        if wish in known or depth > _DEEPEST:
            return
        known[wish] = None
        for origin, text, rest in self._origins(flow, path):
            self.trace_text(origin, text, (wish, *literals(text)), (rest, depth + 1))

    def trace_text(self, flow: Flow, text: str, wishes: tuple[Wish, ...], below: tuple[Path, int] = ((), 0)) -> None:
        """Note wishes for all variables in a text.

        Args:
            flow: whose variables they are.
            text: with Liquid.
            wishes: what is wished.
            below: the rest of a path where the text is an object that is looked into, and how deep this is by now.
        """
        rest, depth = below
        self.clock = self.clock or asks_the_time(text)
        for path in paths_of(text):
            for wish in wishes:
                self.trace(flow, path + rest, wish, depth)

    def texts_behind(self, flow: Flow, path: Path) -> Iterator[tuple[Flow, str]]:
        """Give the texts that a variable is set from, and the flow that sets each."""
        yield from ((origin, text) for origin, text, _ in self._origins(flow, path))

    def _origins(self, flow: Flow, path: Path) -> Iterator[tuple[Flow, str, Path]]:
        """Give the texts that a variable is set from, with the rest of the path behind each."""
        match path:
            case ("flow", "variables", key, *rest):
                yield from ((flow, text, tuple(rest)) for text in set_to(flow, text_of(key)))
            case ("trigger", "parent", "parameters", key, *rest):
                yield from ((caller, text, tuple(rest)) for caller, text in self._passed(flow, text_of(key)))
            case ("widgets", str(name), key, *rest):
                called = self.called(flow.widget(name))
                for text in () if called is None else set_to(called, text_of(key)):
                    yield called or flow, text, tuple(rest)
            case _:
                return

    def called(self, widget: Widget | None) -> Flow | None:
        """Give the flow that a widget calls; None when it calls none that is known."""
        if widget is None or widget.type != "run-subflow":
            return None
        revision = text_of(widget.properties.get("flow_revision")) or "LatestPublished"
        return self.library.find(text_of(widget.properties.get("flow_sid")), revision)

    def _passed(self, flow: Flow, key: str) -> Iterator[tuple[Flow, str]]:
        for caller in self.flows:
            for widget in caller.widgets.values():
                called = self.called(widget)
                if called is not None and called.sid == flow.sid:
                    yield from ((caller, text) for name, text in pairs_of(widget, "parameters") if name == key)


def wishes_of(library: Library, flow: Flow) -> Wishes:
    """Collect what the splits of a flow and of its subflows want."""
    subflows = (library.find(sid, revision) for sid, revision in flow.subflows)
    flows = {one.sid: one for one in (flow, *(one for one in subflows if one is not None))}
    found = Wishes(library, tuple(flows.values()))
    for one in found.flows:
        texts = (text for widget in one.widgets.values() for text in _texts(widget.properties))
        found.shown[one.sid] = frozenset(path for text in texts for path in paths_of(text))
        for widget in one.widgets.values():
            for kind, subject, value in conditions_of(widget):
                found.trace_text(one, subject, (Wish(kind, value), *literals(subject)))
                found.trace_text(one, value, (Wish(_MIRRORED.get(kind, kind), subject),))
    return found


def conditions_of(widget: Widget) -> Iterator[tuple[str, str, str]]:
    """Give type, tested text and value of all conditions of a split."""
    if widget.type != "split-based-on":
        return
    for transition in widget.transitions:
        for condition in transition.conditions:
            yield text_of(condition.get("type")), subject_of(widget, condition), text_of(condition.get("value"))


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def subject_of(widget: Widget, condition: Mapping[str, object]) -> str:
    """Give the text that a condition tests: its own first argument, else the input of its widget."""
    arguments = condition.get("arguments")
    if isinstance(arguments, list) and arguments:
        return text_of(arguments[0])
    return text_of(widget.properties.get("input"))


def pairs_of(widget: Widget, key: str) -> Iterator[tuple[str, str]]:
    """Give a list of `{key, value}` of a widget as texts."""
    listed = widget.properties.get(key)
    for pair in listed if isinstance(listed, list) else ():
        if isinstance(pair, dict):
            yield text_of(pair.get("key")), text_of(pair.get("value"))


def asks_the_time(text: str) -> bool:
    """Tell whether the clock may decide what a text comes to."""
    return _CLOCK.search(text) is not None


def set_to(flow: Flow, key: str) -> Iterator[str]:
    """Give the texts that a variable of a flow is set to anywhere."""
    for widget in flow.widgets.values():
        if widget.type == "set-variables":
            yield from (text for name, text in pairs_of(widget, "variables") if name == key)


def paths_of(text: str) -> tuple[Path, ...]:
    """Give the variables in a text, each once; an index that only the run knows is the first."""
    found = (tuple(0 if step is None else step for step in one.path) for one in read(text).references)
    return tuple(dict.fromkeys(found))


def literals(text: str) -> tuple[Wish, ...]:
    """Give wishes for what the tags in a text compare with."""
    found = (match for tag in _TAG.findall(text) for match in _LITERAL.findall(tag))
    return tuple(Wish("equal_to", next(filter(None, groups), "")) for groups in found)


def value_at(context: JsonObject, path: Path) -> Json:
    """Give the value of a variable; None when there is none."""
    found: Json = context
    for step in path:
        if isinstance(found, dict):
            found = found.get(str(step))
        elif isinstance(found, list) and isinstance(step, int) and -len(found) <= step < len(found):
            found = found[step]
        else:
            return None
    return found
