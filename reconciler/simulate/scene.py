"""What a widget sees while it runs, and what it may answer: the contract of `reconciler.simulate.widgets`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from reconciler.model.jsontypes import Json, JsonObject
from reconciler.simulate.assumptions import Assumption
from reconciler.simulate.effects import Effect, Troubled
from reconciler.simulate.events import Event
from reconciler.simulate.flow import Widget
from reconciler.simulate.liquid import render
from reconciler.simulate.state import Need, Request


@dataclass(slots=True)
class Scene:
    """One run of one widget: its properties rendered, and a notebook for effects and assumptions.

    Attributes:
        widget: what runs.
        context: the variables; not to be changed.
        execution: the execution's SID.
        number: of the step that follows; with `execution`, what invented SIDs are made of.
        now: seconds since 1970.
    """

    widget: Widget
    context: JsonObject
    execution: str
    number: int
    now: float
    effects: list[Effect] = field(default_factory=list)
    assumptions: set[Assumption] = field(default_factory=set)

    def render(self, text: str) -> str:
        """Render a text of the definition."""
        rendered = render(text, self.context, self.now)
        self.assumptions |= rendered.assumptions
        if rendered.fault is not None:
            self.effects.append(Troubled(self.widget.name, "liquid", rendered.fault))
        return rendered.text

    def value(self, value: Json) -> Json:
        """Render every text inside a value."""
        if isinstance(value, str):
            return self.render(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {key: self.value(item) for key, item in value.items()}
        return value

    def text(self, key: str, default: str = "") -> str:
        """Give a property as text, rendered; the default where it is absent or null."""
        value = self.widget.properties.get(key)
        return default if value is None else self.render(text_of(value))

    def seconds(self, key: str, default: float) -> float:
        """Give a property as a number of seconds; the default where it does not read as one."""
        try:
            found = float(self.text(key))
        except ValueError:
            return default
        return found if 0 <= found < float("inf") else default

    def pairs(self, key: str) -> JsonObject:
        """Give a list of `{key, value, type}` as an object, rendered; `json_object` values are parsed."""
        found: JsonObject = {}
        pairs = self.widget.properties.get(key)
        for pair in pairs if isinstance(pairs, list) else ():
            if isinstance(pair, dict) and pair.get("key") is not None:
                found[text_of(pair["key"])] = self.pair(pair)
        return found

    def pair(self, pair: JsonObject) -> Json:
        """Give the value of one pair."""
        text = self.render(text_of(pair.get("value")))
        if pair.get("type") != "json_object":
            return text
        try:
            return _parsed(text)
        except ValueError:
            self.assumptions.add(Assumption.JSON_VARIABLE)
            return text

    def details(self, *keys: str) -> JsonObject:
        """Give those of some properties that are set, rendered."""
        properties = self.widget.properties
        return {key: self.value(properties[key]) for key in keys if properties.get(key) not in (None, "", [])}

    def emit(self, effect: Effect) -> None:
        """Do something to the outer world."""
        self.effects.append(effect)

    def assume(self, assumption: Assumption) -> None:
        """Note what this run relies upon."""
        self.assumptions.add(assumption)


@dataclass(frozen=True, slots=True)
class Move:
    """The widget is done.

    Attributes:
        event: the event that decides where the run goes on.
        saved: what it saves below `widgets`; None leaves what it had saved.
        variables: what it sets below `flow.variables`.
        transition: which transition is taken, where the event does not say.
    """

    event: str
    saved: JsonObject | None = None
    variables: JsonObject | None = None
    transition: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """The widget needs the outside; the fields become those of a `Request`.

    Attributes:
        timeout: seconds until `TimedOut` is due; None for never.
    """

    need: Need
    usual: str | None = None
    timeout: float | None = None
    saved: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """The widget hands over to another flow."""

    flow: str
    revision: str
    parameters: JsonObject


Begin: TypeAlias = Callable[[Scene], Move | Wait | Call]
Finish: TypeAlias = Callable[[Scene, Request, Event], Move | None]
"""Answers an event; None when the widget cannot take it."""

Channel: TypeAlias = Literal["none", "voice", "messages"]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one type of widget behaves.

    Attributes:
        type: the type.
        events: every event that it is known to have.
        begin: runs it.
        finish: takes the answer that it waited for.
        channel: whether it talks to the contact, and how.
    """

    type: str
    events: tuple[str, ...]
    begin: Begin
    finish: Finish
    channel: Channel = "none"


def text_of(value: Json) -> str:
    """Write a value of a definition as a text: what is no text already is JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _parsed(text: str) -> Json:
    return json.loads(text, parse_constant=_refused)  # type: ignore[no-any-return]  # JSON is what this type says


def _refused(constant: str) -> Json:
    raise ValueError(constant)
