"""Two definitions, widget by widget: what differs. Widgets are known by their names.

Both sides are in normal form before they are compared, so what means nothing (the order of states, of keys, of
transitions that are not `match`) never shows. A definition whose states are no list of widgets with names of their own
is compared as one value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, Literal

from reconciler.definition.canonical import canonical_bytes, in_order, normal_state, same, without_offset
from reconciler.definition.difference import (
    Difference,
    TransitionChanged,
    ValueChanged,
    WidgetAdded,
    WidgetRemoved,
    WidgetRenamed,
    WidgetsMoved,
)
from reconciler.definition.places import STATES, Where
from reconciler.definition.renames import Renames, find_renames
from reconciler.definition.secrets import is_secret
from reconciler.definition.values import Changed, changed_members, changed_values
from reconciler.definition.wiring import changed_transitions
from reconciler.model.definition import Definition
from reconciler.model.jsontypes import Json, JsonObject

_OWN_RULES: Final = frozenset({"name", "transitions", "properties"})

Widgets = dict[str, JsonObject]


def difference_class(before: Definition, after: Definition) -> Literal["none", "layout", "behaviour"]:
    """Tell how much two definitions differ: not, only in where widgets stand, or in what they do."""
    if before.digests.full == after.digests.full:
        return "none"
    return "layout" if before.digests.behaviour == after.digests.behaviour else "behaviour"


def differences(before: Definition, after: Definition) -> tuple[Difference, ...]:
    """Give what differs, the flow's own values first, then widgets by name, then what was moved.

    Empty exactly when the full digests are equal. Of the class `layout` there is only `WidgetsMoved`.
    """
    if before.digests.full == after.digests.full:
        return ()
    one, other = before.data(), after.data()
    mine, theirs = widgets_of(one), widgets_of(other)
    if mine is None or theirs is None:
        return tuple(_of_odd_shape(one, other))
    return _differences((one, mine), (other, theirs), _renames(mine, theirs))


def differences_by_name(before: JsonObject, after: JsonObject) -> tuple[Difference, ...]:
    """Give what differs when a widget is its name and nothing else: a new name is another widget."""
    mine, theirs = widgets_of(before), widgets_of(after)
    if mine is None or theirs is None:
        return tuple(_of_odd_shape(before, after))
    return _differences((before, mine), (after, theirs), Renames({}))


def renames_between(before: JsonObject, after: JsonObject) -> Renames:
    """Give the widgets that only changed their name."""
    mine, theirs = widgets_of(before), widgets_of(after)
    return Renames({}) if mine is None or theirs is None else _renames(mine, theirs)


def _renames(mine: Widgets, theirs: Widgets) -> Renames:
    removed = {name: mine[name] for name in mine.keys() - theirs.keys()}
    added = {name: theirs[name] for name in theirs.keys() - mine.keys()}
    return find_renames(removed, added)


def _differences(
    before: tuple[JsonObject, Widgets], after: tuple[JsonObject, Widgets], renames: Renames
) -> tuple[Difference, ...]:
    (one, mine), (other, theirs) = before, after
    found: list[Difference] = list(_of_flow(one, other, renames))
    old_names = {new: old for old, new in renames.names.items()}
    moved: list[str] = []
    for name in sorted(mine.keys() | theirs.keys()):
        if name in renames.names or (name in mine and name in theirs and same(mine[name], theirs[name])):
            continue
        widget_before, widget_after = mine.get(old_names.get(name, name)), theirs.get(name)
        found.extend(_of_widget(name, widget_before, widget_after, renames))
        if widget_before and widget_after and _moved(widget_before, widget_after):
            moved.append(name)
    return (*found, WidgetsMoved(tuple(moved))) if moved else tuple(found)


def widgets_of(data: JsonObject) -> Widgets | None:
    """Give the widgets by name, in normal form; None when they are no list, or names are missing or doubled."""
    states = data.get("states")
    if not isinstance(states, list):
        return None
    result: Widgets = {}
    for state in map(normal_state, states):
        name = state.get("name") if isinstance(state, dict) else None
        if not isinstance(state, dict) or not isinstance(name, str) or name in result:
            return None
        result[name] = state
    return result


def _of_flow(before: JsonObject, after: JsonObject, renames: Renames) -> Iterator[ValueChanged]:
    mine, theirs = ({key: value for key, value in side.items() if key != "states"} for side in (before, after))
    for where, one, other in changed_members(Where("", (), ()), mine, theirs, renames.same):
        if where.path != "initial_state" or not renames.same_name(one, other):
            yield ValueChanged(None, where.path, one, other, was=where.was, at=where.at)


def _of_widget(
    name: str, before: JsonObject | None, after: JsonObject | None, renames: Renames
) -> Iterable[Difference]:
    if before is None:
        return [WidgetAdded(name, _type(after))]
    if after is None:
        return [WidgetRemoved(name, _type(before))]
    old = str(before["name"])
    renamed = [WidgetRenamed(old, name, _type(after))] if old != name else []
    return [*renamed, *_changed(name, before, after, renames)]


def _changed(name: str, before: JsonObject, after: JsonObject, renames: Renames) -> Iterator[Difference]:
    if same(without_offset(before), without_offset(after)):
        return
    root = Where("", (STATES, str(before["name"])), (STATES, name))
    for item in _changes(root, before, after, renames):
        if isinstance(item, TransitionChanged):
            yield item
            continue
        (path, was, at), one, other = item
        # A whole `properties` may hold a secret somewhere inside.
        secret = path == "properties" or is_secret(_type(before), path) or is_secret(_type(after), path)
        yield ValueChanged(name, path, one, other, secret=secret, was=was, at=at)


def _changes(
    root: Where, before: JsonObject, after: JsonObject, renames: Renames
) -> Iterator[TransitionChanged | Changed]:
    mine, theirs = ({k: v for k, v in side.items() if k not in _OWN_RULES} for side in (before, after))
    yield from changed_members(root, mine, theirs, renames.same)
    yield from _changed_properties(root, before, after, renames)
    if "transitions" in before or "transitions" in after:
        yield from changed_transitions(root, before.get("transitions"), after.get("transitions"), renames)


def _changed_properties(root: Where, before: JsonObject, after: JsonObject, renames: Renames) -> Iterator[Changed]:
    if "properties" not in before and "properties" not in after:
        return
    mine, theirs = without_offset(before), without_offset(after)
    one, other = (s.get("properties", {}) if isinstance(s, dict) else None for s in (mine, theirs))
    where = root.member("properties")
    yield from changed_values(where, one, other, renames.same)
    if same(one, other) and ("properties" in before) != ("properties" in after):
        yield where, before.get("properties"), after.get("properties")


def _of_odd_shape(before: JsonObject, after: JsonObject) -> Iterator[Difference]:
    yield from _of_flow(before, after, Renames({}))
    mine, theirs = before.get("states"), after.get("states")
    mine_bare, theirs_bare = _all_bare(mine), _all_bare(theirs)
    if not same(mine_bare, theirs_bare) or ("states" in before) != ("states" in after):
        yield ValueChanged(None, STATES, mine, theirs, secret=True, was=(STATES,), at=(STATES,))
    elif isinstance(mine, list) and isinstance(theirs, list):
        moved = _unmatched(mine, theirs)
        yield from [WidgetsMoved(tuple(moved))] if moved else []


def _all_bare(states: Json) -> Json:
    if not isinstance(states, list):
        return states
    return in_order([without_offset(normal_state(state)) for state in states])


def _unmatched(before: list[Json], after: list[Json]) -> list[str]:
    """Give the names of states that have no counterpart with the same content and place."""
    known = Counter(canonical_bytes(normal_state(state)) for state in before)
    names: set[str] = set()
    for state in after:
        content = canonical_bytes(normal_state(state))
        if known[content]:
            known[content] -= 1
        else:
            names.add(str(state.get("name") if isinstance(state, dict) else state))
    return sorted(names)


def _moved(before: JsonObject, after: JsonObject) -> bool:
    one, other = (side if isinstance(side := w.get("properties"), dict) else {} for w in (before, after))
    return ("offset" in one) != ("offset" in other) or not same(one.get("offset"), other.get("offset"))


def _type(widget: JsonObject | None) -> str:
    found = widget.get("type") if widget is not None else None
    return found if isinstance(found, str) else ""
