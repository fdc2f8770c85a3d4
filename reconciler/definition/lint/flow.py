"""A definition read as a small program: widgets, transitions, and which widget can follow which.

It takes any parsed JSON: what is not shaped like a widget or a transition is left out here, and reported by
`reconciler.definition.check`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.definition.locate import Path
from reconciler.definition.remarks import dotted
from reconciler.model.jsontypes import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a `match` transition; what is missing or of another type is empty."""

    path: Path
    kind: str
    value: str
    arguments: tuple[str, ...]
    raw: JsonObject = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Transition:
    """One transition. `next` is None where the branch ends, also when it is `""` or `null`."""

    path: Path
    event: str
    next: str | None
    conditions: tuple[Condition, ...]
    raw: JsonObject = field(repr=False, compare=False)

    @property
    def property(self) -> str:
        """Its place in the widget as people read it."""
        return f"transitions.{self.event or '?'}"


@dataclass(frozen=True, slots=True)
class Text:
    """One string of a widget, and where it stands."""

    path: Path
    value: str
    state: JsonObject = field(repr=False, compare=False)

    @property
    def property(self) -> str:
        """Its place in the widget as people read it: `properties.url`."""
        return dotted(self.state, self.path[2:]) or ""


@dataclass(frozen=True, slots=True)
class Widget:
    """One widget. `path` is `("states", INDEX)`; `properties` is empty when they are no mapping."""

    index: int
    name: str
    type: str
    properties: JsonObject = field(repr=False)
    transitions: tuple[Transition, ...] = field(repr=False)
    raw: JsonObject = field(repr=False, compare=False)
    strings: tuple[Text, ...] = field(default=(), repr=False, compare=False)

    @property
    def path(self) -> Path:
        """Where it stands in the definition."""
        return ("states", self.index)

    def at(self, *steps: str | int) -> Path:
        """Give the path of something inside it: `at("properties", "url")`."""
        return (*self.path, *steps)

    def events(self) -> set[str]:
        """Give the events that lead somewhere."""
        return {transition.event for transition in self.transitions if transition.next}

    def text(self, name: str) -> str:
        """Give a property that is a string; empty when it is absent or something else."""
        value = self.properties.get(name)
        return value if isinstance(value, str) else ""

    def texts(self) -> tuple[Text, ...]:
        """Give every string below `properties`, and those of the conditions (`arguments`, `value`)."""
        return self.strings


@dataclass(frozen=True, slots=True)
class Flow:
    """A definition as a graph.

    Attributes:
        widgets: in the order of `states`; those without a name have the name `""`.
        by_name: the first widget of each name.
        start: the widget where an execution begins; None when `initial_state` names none and there is no trigger.
        data: the definition itself, not to be changed.
    """

    widgets: tuple[Widget, ...]
    by_name: Mapping[str, Widget]
    start: Widget | None
    data: JsonObject = field(repr=False)

    def following(self, widget: Widget) -> list[Widget]:
        """Give the widgets that can come right after one, each once, in the order of its transitions."""
        names = dict.fromkeys(transition.next for transition in widget.transitions if transition.next)
        return [self.by_name[name] for name in names if name in self.by_name]

    def preceding(self) -> dict[str, list[Widget]]:
        """Give by name which widgets lead to it."""
        found: dict[str, list[Widget]] = {}
        for widget in self.widgets:
            for after in self.following(widget):
                found.setdefault(after.name, []).append(widget)
        return found

    def reachable(self, *starts: Widget) -> set[str]:
        """Give the names of what can run from these widgets on, themselves included; default from `start`."""
        waiting = list(starts) or ([self.start] if self.start is not None else [])
        seen: set[str] = set()
        while waiting:
            widget = waiting.pop()
            if widget.name not in seen:
                seen.add(widget.name)
                waiting.extend(self.following(widget))
        return seen


def read(data: JsonObject) -> Flow:
    """Read a parsed definition. Never fails."""
    states = data.get("states")
    listed: Sequence[Json] = states if isinstance(states, list) else []
    widgets = tuple(_widget(index, state) for index, state in enumerate(listed) if isinstance(state, dict))
    by_name: dict[str, Widget] = {}
    for widget in widgets:
        if widget.name:
            by_name.setdefault(widget.name, widget)
    trigger = next((widget for widget in widgets if widget.type == "trigger"), None)
    return Flow(widgets, by_name, by_name.get(_text(data, "initial_state"), trigger), data)


def _widget(index: int, state: JsonObject) -> Widget:
    path: Path = ("states", index)
    properties, listed = state.get("properties"), state.get("transitions")
    transitions = tuple(
        _transition((*path, "transitions", number), item)
        for number, item in enumerate(listed if isinstance(listed, list) else ())
        if isinstance(item, dict)
    )
    known = properties if isinstance(properties, dict) else {}
    strings = tuple(_strings(state, index, known, transitions))
    return Widget(index, _text(state, "name"), _text(state, "type"), known, transitions, state, strings)


def _strings(
    state: JsonObject, index: int, properties: JsonObject, transitions: Sequence[Transition]
) -> Iterator[Text]:
    yield from _texts(state, properties, ("states", index, "properties"))
    for transition in transitions:
        for condition in transition.conditions:
            for key in ("arguments", "value"):
                yield from _texts(state, condition.raw.get(key), (*condition.path, key))


def _texts(state: JsonObject, value: Json, path: Path) -> Iterator[Text]:
    if isinstance(value, str):
        yield Text(path, value, state)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(state, item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(state, item, (*path, index))


def _transition(path: Path, raw: JsonObject) -> Transition:
    listed = raw.get("conditions")
    conditions = tuple(
        _condition((*path, "conditions", number), item)
        for number, item in enumerate(listed if isinstance(listed, list) else ())
        if isinstance(item, dict)
    )
    return Transition(path, _text(raw, "event"), _text(raw, "next") or None, conditions, raw)


def _condition(path: Path, raw: JsonObject) -> Condition:
    arguments = raw.get("arguments")
    texts = tuple(item for item in (arguments if isinstance(arguments, list) else ()) if isinstance(item, str))
    return Condition(path, _text(raw, "type"), _text(raw, "value"), texts, raw)


def _text(value: JsonObject, key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
