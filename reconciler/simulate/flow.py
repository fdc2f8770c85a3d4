"""A flow definition made ready to run, and the port through which a run finds other flows."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final, Protocol

from reconciler.model.jsontypes import Json, JsonObject

MOST_WIDGETS: Final = 2_000
"""Widgets of a flow together with those of its subflows (api.md A8)."""

MOST_BYTES: Final = 1_000_000
"""A definition of so many bytes or more does not fit into a request (api.md A8)."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A way out of a widget.

    Attributes:
        event: the event that takes it.
        next: the widget that it leads to; None when it leads nowhere.
        conditions: of a split: objects with `type`, `value`, `arguments`.
    """

    event: str
    next: str | None
    conditions: tuple[JsonObject, ...] = ()


@dataclass(frozen=True, slots=True)
class Widget:
    """One state of a definition. `properties` is shared: never change it."""

    name: str
    type: str
    properties: JsonObject
    transitions: tuple[Transition, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow at one revision. Make one with `flow_of`."""

    sid: str
    revision: int
    initial: str
    widgets: dict[str, Widget] = field(repr=False)
    size: int = 0
    subflows: tuple[tuple[str, str], ...] = ()

    def widget(self, name: str) -> Widget | None:
        """Give a widget by its name."""
        return self.widgets.get(name)


class Library(Protocol):
    """The flows that a run may use."""

    def find(self, sid: str, revision: str) -> Flow | None:
        """Give a flow; None when there is none. For a number, always the same flow.

        Asked for every widget that runs, so what is costly to make is to be kept.

        Args:
            sid: the flow's SID, as written in the definition.
            revision: a number, `LatestPublished` or `LatestRevision`.
        """


@dataclass(frozen=True, slots=True)
class Shelf:
    """A library of given flows, each at one revision: whatever revision is asked for, this one is meant."""

    flows: dict[str, Flow] = field(default_factory=dict)

    def find(self, sid: str, revision: str) -> Flow | None:
        """Give the flow with this SID, whatever its revision."""
        del revision
        return self.flows.get(sid)


def shelf(*flows: Flow) -> Shelf:
    """Make a library of flows."""
    return Shelf({flow.sid: flow for flow in flows})


def flow_of(data: JsonObject, sid: str = "FW00000000000000000000000000000001", revision: int = 1) -> Flow:
    """Make a parsed definition ready to run. Never fails: what is no widget or transition is left out.

    Args:
        data: the definition; it must not change afterwards.
        sid: the flow's SID; the default is for definitions that have none yet.
        revision: its number.
    """
    states = data.get("states")
    widgets: dict[str, Widget] = {}
    for state in states if isinstance(states, list) else ():
        if isinstance(state, dict):
            widget = _widget(state)
            widgets.setdefault(widget.name, widget)
    return Flow(
        sid=sid,
        revision=revision,
        initial=_initial(data, widgets),
        widgets=widgets,
        size=len(json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")),
        subflows=_subflows(widgets),
    )


def _widget(state: JsonObject) -> Widget:
    properties = state.get("properties")
    transitions = state.get("transitions")
    return Widget(
        name=_text(state.get("name")),
        type=_text(state.get("type")),
        properties=properties if isinstance(properties, dict) else {},
        transitions=tuple(
            _transition(item)
            for item in (transitions if isinstance(transitions, list) else ())
            if isinstance(item, dict)
        ),
    )


def _transition(item: JsonObject) -> Transition:
    conditions = item.get("conditions")
    return Transition(
        event=_text(item.get("event")),
        next=_text(item.get("next")) or None,
        conditions=tuple(
            condition
            for condition in (conditions if isinstance(conditions, list) else ())
            if isinstance(condition, dict)
        ),
    )


def _initial(data: JsonObject, widgets: dict[str, Widget]) -> str:
    named = data.get("initial_state")
    if isinstance(named, str) and named in widgets:
        return named
    return next((widget.name for widget in widgets.values() if widget.type == "trigger"), "")


def _subflows(widgets: dict[str, Widget]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (_text(widget.properties.get("flow_sid")), _text(widget.properties.get("flow_revision")))
        for widget in widgets.values()
        if widget.type == "run-subflow"
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)
