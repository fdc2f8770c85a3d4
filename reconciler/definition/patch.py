"""A difference as something that can be done: taken from two definitions, applied to the first it gives the second.

A patch is exactly what `reconciler.definition.compare` shows, with the values that it does not show (a whole new
widget, where among its neighbours a condition stands). What is not shown is taken from the side that it is applied to;
so that nothing ever differs unseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from reconciler.definition import document
from reconciler.definition.compare import differences_by_name, renames_between, widgets_of
from reconciler.definition.difference import (
    Difference,
    TransitionChanged,
    ValueChanged,
    WidgetAdded,
    WidgetRemoved,
    WidgetRenamed,
    WidgetsMoved,
)
from reconciler.definition.places import ORDER, STATES, TRANSITIONS, Place
from reconciler.definition.renames import Renames, renamed
from reconciler.definition.values import keyed_pairs
from reconciler.definition.wiring import paired, read
from reconciler.model.definition import Definition
from reconciler.model.jsontypes import Json, JsonObject


class _Missing:
    """A value that one side does not have."""


_MISSING: Final = _Missing()
_Value: TypeAlias = "Json | _Missing"
_OFFSET: Final = ("properties", "offset")


class _Opened(dict[str, Json]):
    """An object in place of a list of named things; what was an object before is left as it is."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Put a value at a place, or take away what stands there. With an `order`, only put a list into that order."""

    place: Place
    value: _Value
    order: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """What leads from one definition to another: first the new names, then the edits."""

    names: Mapping[str, str]
    edits: tuple[Edit, ...]


def patch_between(before: Definition, after: Definition) -> Patch:
    """Give what leads from one definition to the other; empty when they mean the same."""
    if before.digests.full == after.digests.full:
        return Patch({}, ())
    one, other = before.data(), after.data()
    names = renames_between(one, other).names
    middle = renamed(one, names)
    found = differences_by_name(middle, other)
    if widgets_of(middle) is None or widgets_of(other) is None:
        return Patch(names, tuple(_of_odd_shape(found, other)))
    first, second = _opened(middle), _opened(other)
    edits = [edit for item in found for edit in _edits(item, second)]
    return Patch(names, (*edits, *_presence(found, first, second), *_orders(found, middle, other)))


def apply(patch: Patch, definition: Definition) -> Definition:
    """Make the edits of a patch. On the side that it was taken from, the other side comes out, but for orders."""
    data = _opened(renamed(definition.data(), patch.names))
    for edit in patch.edits:
        if edit.order is None:
            _put(data, edit.place, edit.value)
        else:
            _arrange(data, edit.place, edit.order)
    return document.of(_closed(data))


def _of_odd_shape(found: tuple[Difference, ...], after: JsonObject) -> Iterator[Edit]:
    for item in found:
        place: Place = item.at if isinstance(item, ValueChanged) else (STATES,)
        yield Edit(place, _get(after, place))


def _edits(item: Difference, after: JsonObject) -> Iterator[Edit]:
    match item:
        case WidgetAdded(widget=name) | WidgetRemoved(widget=name):
            yield Edit((STATES, name), _get(after, (STATES, name)))
        case TransitionChanged(was=was, at=at):
            if was and at:
                yield Edit((*was, "next"), _get(after, (*at, "next")))
            else:
                yield Edit(was or at, _get(after, at) if at else _MISSING)
        case ValueChanged(was=was, at=at):
            yield from () if at[-1] == ORDER else (Edit(was, _get(after, at)),)
        case WidgetsMoved(widgets):
            offsets = ((STATES, name, *_OFFSET) for name in widgets)
            yield from (Edit(place, _get(after, place)) for place in offsets)
        case WidgetRenamed():
            return


def _presence(found: tuple[Difference, ...], before: JsonObject, after: JsonObject) -> Iterator[Edit]:
    """Give `properties` that came or went with all that is in them: the difference shows what is in them."""
    for name in sorted({str(place[1]) for place in _touched(found)}):
        place = (STATES, name, "properties")
        was, at = _get(before, place), _get(after, place)
        if isinstance(was, _Missing) != isinstance(at, _Missing):
            yield Edit(place, at)


def _touched(found: tuple[Difference, ...]) -> Iterator[Place]:
    for item in found:
        if isinstance(item, ValueChanged | TransitionChanged) and (item.at or item.was)[0] == STATES:
            yield item.at or item.was
        elif isinstance(item, WidgetsMoved):
            yield from ((STATES, name, *_OFFSET) for name in item.widgets)


def _orders(found: tuple[Difference, ...], before: JsonObject, after: JsonObject) -> Iterator[Edit]:
    first, second = widgets_of(before) or {}, widgets_of(after) or {}
    lists = {place[:-1] for place in _touched(found) if isinstance(place[-1], str)}
    for place in sorted(lists, key=str):
        if place[2:] == (TRANSITIONS,):
            name = str(place[1])
            yield Edit(place, None, _transition_order(first[name].get(TRANSITIONS), second[name].get(TRANSITIONS)))
            continue
        value = _get(_opened(after), place)
        keys = keyed_pairs(value) if isinstance(value, list) else None
        if keys is not None:
            yield Edit(place, None, tuple(keys))


def _transition_order(before: Json, after: Json) -> tuple[str, ...]:
    mine, theirs = read(before, Renames({})) or [], read(after, Renames({})) or []
    own = {other.key: one.key for _, one, other in paired(mine, theirs, Renames({})) if one and other}
    return tuple(own.get(transition.key, transition.key) for transition in theirs)


def _opened(data: JsonObject) -> JsonObject:
    """Give a definition with objects where it has lists of widgets and of transitions."""
    widgets = widgets_of(data)
    if widgets is None:
        return data
    return {**data, STATES: _Opened((name, _opened_widget(widget)) for name, widget in widgets.items())}


def _opened_widget(widget: JsonObject) -> JsonObject:
    transitions = widget.get(TRANSITIONS)
    known = read(transitions, Renames({}))
    if known is None or not isinstance(transitions, list):
        return widget
    return {**widget, TRANSITIONS: _Opened((t.key, value) for t, value in zip(known, transitions, strict=True))}


def _closed(data: JsonObject) -> JsonObject:
    widgets = data.get(STATES)
    if not isinstance(widgets, _Opened):
        return data
    states: list[Json] = []
    for widget in widgets.values():
        transitions = widget.get(TRANSITIONS) if isinstance(widget, dict) else None
        if isinstance(widget, dict) and isinstance(transitions, _Opened):
            states.append({**widget, TRANSITIONS: list(transitions.values())})
        else:
            states.append(widget)
    return {**data, STATES: states}


def _get(value: _Value, place: Place) -> _Value:
    for step in place:
        value = _child(value, step)
    return value


def _child(value: _Value, step: str | int) -> _Value:
    if isinstance(value, dict):
        return value.get(str(step), _MISSING)
    if isinstance(value, list):
        index = _index(value, step)
        return value[index] if index < len(value) else _MISSING
    return _MISSING


def _index(items: list[Json], step: str | int) -> int:
    """Give where an element stands, or would be put."""
    if isinstance(step, int):
        return step
    same = (number for number, item in enumerate(items) if isinstance(item, dict) and item.get("key") == step)
    return next(same, len(items))


def _put(data: JsonObject, place: Place, value: _Value) -> None:
    parent: _Value = data
    for step in place[:-1]:
        below = _child(parent, step)
        if isinstance(below, _Missing) and isinstance(parent, dict) and not isinstance(value, _Missing):
            below = parent[str(step)] = {}
        parent = below
    step = place[-1]
    if isinstance(parent, dict):
        if isinstance(value, _Missing):
            parent.pop(str(step), None)
        else:
            parent[str(step)] = value
    elif isinstance(parent, list):
        index = _index(parent, step)
        # Of lists known by number the end alone comes and goes: the first that goes takes the rest with it.
        end = index + 1 if isinstance(step, str) or not isinstance(value, _Missing) else len(parent)
        parent[index:end] = [] if isinstance(value, _Missing) else [value]


def _arrange(data: JsonObject, place: Place, order: tuple[str, ...]) -> None:
    found = _get(data, place)
    if isinstance(found, dict):
        for key in [*(key for key in order if key in found), *(key for key in found if key not in order)]:
            found[key] = found.pop(key)
    elif isinstance(found, list):
        found.sort(key=lambda item: order.index(str(item["key"])) if isinstance(item, dict) else len(order))
