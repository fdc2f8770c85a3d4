"""What makes a definition wrong or suspicious beyond the shape of its parts: names, references, unknown words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.definition import catalogue
from reconciler.definition.catalogue import Shape
from reconciler.definition.locate import Path
from reconciler.definition.remarks import Remark, did_you_mean, name_of, nearest
from reconciler.model.jsontypes import Json, JsonObject

States = Sequence[Json]


def name_remarks(data: JsonObject, states: States) -> Iterator[Remark]:
    """Find doubled names, a trigger too few or too many, and an initial state that is no widget."""
    seen: set[str] = set()
    for index, state in enumerate(states):
        name = name_of(state)
        if name in seen:
            message = f"two widgets are called {name!r}"
            yield Remark("duplicate-widget", "error", message, ("states", index, "name"), name, "name")
        seen.add(name or "")
    triggers = [i for i, state in enumerate(states) if isinstance(state, dict) and state.get("type") == "trigger"]
    if not triggers:
        message = "no trigger: nothing can start this flow"
        yield Remark("missing-trigger", "error", message, ("states",))
    for index in triggers[1:]:
        message = "a flow has one trigger, this is another one"
        yield Remark("several-triggers", "error", message, ("states", index), name_of(states[index]), "type")
    start = data.get("initial_state")
    if isinstance(start, str) and start and start not in seen:
        message = f"initial_state names no widget: {start!r}"
        yield Remark("unknown-initial-state", "error", message, ("initial_state",), hint=did_you_mean(start, seen))


def flow_key_remarks(data: JsonObject) -> Iterator[Remark]:
    """Find keys of the flow that nobody knows."""
    yield from _unknown_keys(data, catalogue.flow_shape().properties or (), (), None)


def widget_remarks(state: JsonObject, path: Path, shape: Shape | None) -> Iterator[Remark]:
    """Find an unknown type, and keys and properties that nobody knows.

    Args:
        state: a widget.
        path: where it stands.
        shape: what its type looks like; None for a type without a schema.
    """
    widget = name_of(state)
    kind = state.get("type")
    if shape is None and isinstance(kind, str):
        message = f"unknown widget type {kind!r}; Studio may know it"
        hint = did_you_mean(kind, sorted(catalogue.widget_types()))
        yield Remark("unknown-widget-type", "warning", message, (*path, "type"), widget, "type", hint)
    yield from _unknown_keys(state, catalogue.state_keys(), path, widget)
    properties = state.get("properties")
    if shape is None or shape.properties is None or not isinstance(properties, dict):
        return
    for key in sorted(properties.keys() - set(shape.properties)):
        message = f"unknown property {key!r} of {kind}; Studio may know it"
        hint = did_you_mean(key, shape.properties)
        where = (*path, "properties", key)
        yield Remark("unknown-property", "warning", message, where, widget, f"properties.{key}", hint, at_key=True)


def transition_remarks(state: JsonObject, path: Path, shape: Shape | None, names: frozenset[str]) -> Iterator[Remark]:
    """Find transitions that lead to no widget, and keys, events and conditions that nobody knows."""
    transitions = state.get("transitions")
    for index, transition in enumerate(transitions if isinstance(transitions, list) else ()):
        if isinstance(transition, dict):
            where: Path = (*path, "transitions", index)
            yield from _target(state, transition, where, names)
            yield from _keys(state, transition, where, names)
            yield from _event(state, transition, where, shape)
            yield from _conditions(state, transition, where)


def _target(state: JsonObject, transition: JsonObject, path: Path, names: frozenset[str]) -> Iterator[Remark]:
    target = transition.get("next")
    if not isinstance(target, str) or not target or target in names:
        return
    event = _event_name(transition)
    message = f"{event} leads to {target!r}, which is no widget of this flow"
    hint = did_you_mean(target, sorted(names))
    prop = f"transitions.{event}"
    yield Remark("dangling-next", "error", message, (*path, "next"), name_of(state), prop, hint)


def _keys(state: JsonObject, transition: JsonObject, path: Path, names: frozenset[str]) -> Iterator[Remark]:
    known = catalogue.transition_keys()
    for key in sorted(transition.keys() - set(known)):
        meant = "next" if str(transition[key]) in names and "next" not in transition else nearest(key, known)
        message = f"unknown key {key!r} in a transition: Studio ignores it"
        hint = f"Did you mean {meant!r}?" if meant else None
        where, prop = (*path, key), f"transitions.{_event_name(transition)}.{key}"
        yield Remark("unknown-transition-key", "warning", message, where, name_of(state), prop, hint, at_key=True)


def _event(state: JsonObject, transition: JsonObject, path: Path, shape: Shape | None) -> Iterator[Remark]:
    event = transition.get("event")
    if shape is None or not shape.open_events or not isinstance(event, str) or event in shape.open_events:
        return
    message = f"unknown event {event!r} of {state.get('type')}; Studio may know it"
    hint = did_you_mean(event, shape.open_events)
    prop = f"transitions.{event}"
    yield Remark("unknown-event", "warning", message, (*path, "event"), name_of(state), prop, hint)


def _conditions(state: JsonObject, transition: JsonObject, path: Path) -> Iterator[Remark]:
    conditions = transition.get("conditions")
    for index, condition in enumerate(conditions if isinstance(conditions, list) else ()):
        kind = condition.get("type") if isinstance(condition, dict) else None
        if isinstance(kind, str) and kind not in catalogue.condition_types():
            message = f"unknown condition {kind!r}; Studio may know it"
            where = (*path, "conditions", index, "type")
            prop = f"transitions.{_event_name(transition)}.conditions[{index}].type"
            hint = did_you_mean(kind, catalogue.condition_types())
            yield Remark("unknown-condition-type", "warning", message, where, name_of(state), prop, hint)


def _unknown_keys(value: JsonObject, known: Sequence[str], path: Path, widget: str | None) -> Iterator[Remark]:
    for key in sorted(value.keys() - set(known)):
        message = f"unknown key {key!r}; Studio may know it"
        hint = did_you_mean(key, known)
        yield Remark("unknown-key", "warning", message, (*path, key), widget, key, hint, at_key=True)


def _event_name(transition: JsonObject) -> str:
    event = transition.get("event")
    return event if isinstance(event, str) else "?"
