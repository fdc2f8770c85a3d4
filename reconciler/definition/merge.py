"""Three-way merge of definitions: what a person did in the Console and what the manifest wants both arrive.

For callers, `pull --merge` and `--on-drift=merge` alike:

    merged, conflicts = merge(base, live, desired)

- `base` is the revision that both sides started from (the recorded one, read from Studio), `live` what Studio has now,
  `desired` what the manifest wants. All three in the same form: all with SIDs resolved, or all portable.
- `merged` has desired's order of keys and widgets, so that a small edit is a small change of the file; what only live
  has stands behind its neighbour there.
- `conflicts` names the places where both sides changed the same value differently (`widgets.ask.properties.body`);
  empty when both arrive whole. With a conflict the desired side stands there: show them, and write nothing.
- Pure and deterministic. `merge(base, x, base)` is x, `merge(base, base, y)` is y, and merging what was merged again
  changes nothing. Who wants to show which side made which difference asks `reconciler.definition.three_way`.

Widgets are matched by name, and one that was renamed by one side is followed by the other; properties by key, `{key,
value}` pairs by theirs, transitions by event and by what their condition means. Other values (text, lists) are taken
whole. Where both sides changed the same value differently, that is a conflict, never a guess. Where a widget stands on
the canvas never conflicts: live's place is taken. `match` transitions are asked in their order, so a new order is a
change like any other. What fits neither side is a conflict too: a transition that one side leads to a widget which the
other removed, and a condition that both came to ask, each in its own way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias, cast

from reconciler.definition import canonical, document, places
from reconciler.definition.align import Aligned, align, aligned_transitions
from reconciler.definition.compare import widgets_of
from reconciler.definition.places import ORDER, STATES, TRANSITIONS, Place
from reconciler.definition.renames import Renames
from reconciler.definition.values import keyed_pairs
from reconciler.definition.wiring import read
from reconciler.model.definition import Definition
from reconciler.model.jsontypes import Json, JsonObject


class _Missing:
    """A value that one side does not have."""


_MISSING: Final = _Missing()
_Value: TypeAlias = "Json | _Missing"
_Sides: TypeAlias = "tuple[JsonObject, JsonObject, JsonObject]"
_NOT_NAMED: Final = "states (widget names are missing or not unique)"
_WIDGET: Final = 2
_IN_WIDGET: Final = 3


def merge(base: Definition, live: Definition, desired: Definition) -> tuple[Definition, tuple[str, ...]]:
    """Bring the changes of live and of desired since `base` together.

    Returns:
        The merged definition, and the places where both sides changed the same value (`widgets.ask.properties.body`);
        with a conflict, the desired side stands there.
    """
    sides = align(base, live, desired)
    if sides is None:
        return desired, (_NOT_NAMED,)
    merged, conflicts = merged_places(sides)
    return document.of(merged), tuple(dict.fromkeys(map(places.text, conflicts)))


def merged_places(sides: Aligned) -> tuple[JsonObject, tuple[Place, ...]]:
    """Merge three sides that are aligned; give the result, and the conflicts as places under the common names."""
    work = _Merge([(STATES, name, "name") for name in sides.disputed])
    merged = work.object((sides.base, sides.live, sides.desired), (), _never)
    work.conflicts += _leading_nowhere(merged, sides.live, sides.desired)
    return merged, tuple(work.conflicts)


@dataclass(slots=True)
class _Merge:
    conflicts: list[Place] = field(default_factory=list)

    def value(self, base: _Value, live: _Value, desired: _Value, at: Place) -> _Value:
        """Merge one value; a conflict is noted and the desired side stands."""
        if _same(live, desired, at) or _same(live, base, at):
            return desired
        if _same(base, desired, at):
            return self.arranged(live, desired, at)
        if _is_offset(at):
            return live
        if _removed_and_moved(base, live, desired, at):
            return _MISSING
        return self.inside(base, live, desired, at)

    def inside(self, base: _Value, live: _Value, desired: _Value, at: Place) -> _Value:
        """Merge what both sides changed, part by part if it has parts of the same kind on both."""
        if isinstance(live, dict) and isinstance(desired, dict):
            return self.object((base if isinstance(base, dict) else {}, live, desired), at, _never)
        found = _by_name(base, live, desired, at)
        if found is None:
            self.conflicts.append(at)
            return desired
        sides, ordered = found
        merged = [*self.object(sides, at, ordered).values()]
        if _is_transitions(at):
            self.conflicts += _asked_twice(merged, live, desired, at)
        return merged

    def arranged(self, live: _Value, desired: _Value, at: Place) -> _Value:
        """Give live's value, in desired's order of keys where there is one."""
        alike = _Merge().inside(desired, live, desired, at)
        return alike if _same(alike, live, at) else live

    def object(self, sides: _Sides, at: Place, ordered: Callable[[str], bool]) -> JsonObject:
        """Merge three objects key by key, in the desired order; what only live has stands behind its neighbour."""
        base, live, desired = sides
        merged: JsonObject = {}
        for key in self.order(sides, at, ordered):
            below = (*at, key)
            value = self.value(base.get(key, _MISSING), live.get(key, _MISSING), desired.get(key, _MISSING), below)
            if not isinstance(value, _Missing):
                merged[key] = value
        return merged

    def order(self, sides: _Sides, at: Place, ordered: Callable[[str], bool]) -> list[str]:
        """Give all keys in the desired order, or in live's where it alone changed an order that means something."""
        base, live, desired = sides
        before, theirs, ours = (
            [key for key in side if ordered(key) and key in base and key in live and key in desired] for side in sides
        )
        moved = theirs not in (before, ours)
        if moved and before != ours:
            self.conflicts.append((*at, ORDER))
        first, second = (live, desired) if moved and before == ours else (desired, live)
        keys = _in_order(first, second, base)
        return places.numbered(keys) if _is_transitions(at) else keys


def _never(_key: str) -> bool:
    return False


def _always(_key: str) -> bool:
    return True


def _by_name(base: _Value, live: _Value, desired: _Value, at: Place) -> tuple[_Sides, Callable[[str], bool]] | None:
    """Give lists of things that have names as objects, and of which names the order counts; None for other values."""
    if not isinstance(live, list) or not isinstance(desired, list):
        return None
    first = base if isinstance(base, list) else []
    lists = (first, live, desired)
    if at == (STATES,):
        return cast("_Sides", tuple(_widgets(side) for side in lists)), _never
    if _is_transitions(at):
        return _three([_transitions(first, side) for side in lists], places.is_match)
    if _is_transitions(at[:_IN_WIDGET]) and at[-1] == "conditions":
        fitting = len(first) == len(live) == len(desired)
        return _three([dict(zip(map(str, range(len(s))), s, strict=True)) for s in lists], _never) if fitting else None
    return _three([keyed_pairs(side) for side in lists], _always)


def _three(
    sides: list[JsonObject | None], ordered: Callable[[str], bool]
) -> tuple[_Sides, Callable[[str], bool]] | None:
    base, live, desired = sides
    return None if base is None or live is None or desired is None else ((base, live, desired), ordered)


def _widgets(states: list[Json]) -> JsonObject:
    return {str(state["name"]): state for state in states if isinstance(state, dict)}


def _transitions(base: list[Json], side: list[Json]) -> JsonObject | None:
    known = aligned_transitions(base, side)
    return None if known is None else dict(zip(known, side, strict=True))


def _is_transitions(at: Place) -> bool:
    return len(at) == _IN_WIDGET and at[0] == STATES and at[-1] == TRANSITIONS


def _is_offset(at: Place) -> bool:
    return at[:1] == (STATES,) and at[_WIDGET:] == ("properties", "offset")


def _removed_and_moved(base: _Value, live: _Value, desired: _Value, at: Place) -> bool:
    """Tell whether one side removed a widget of which the other changed nothing but its place."""
    there = desired if isinstance(live, _Missing) else live
    if len(at) != _WIDGET or at[0] != STATES or (not isinstance(live, _Missing) and not isinstance(desired, _Missing)):
        return False
    if isinstance(base, _Missing) or isinstance(there, _Missing):
        return False
    return _same(canonical.without_offset(base), canonical.without_offset(there), at)


def _same(one: _Value, other: _Value, at: Place) -> bool:
    # Not `==`, for which 1 is true.
    if isinstance(one, _Missing) or isinstance(other, _Missing):
        return one is other
    return canonical.same(_normal(one, at), _normal(other, at))


def _normal(value: Json, at: Place) -> Json:
    if at[:1] != (STATES,):
        return value
    if len(at) == 1 and isinstance(value, list):
        return canonical.in_order([canonical.normal_state(state) for state in value])
    if len(at) == _WIDGET:
        return canonical.normal_state(value)
    if _is_transitions(at):
        return canonical.normal_state({TRANSITIONS: value})
    return value


def _in_order(*sides: JsonObject) -> list[str]:
    """Give the keys of all sides, in the order of the first; what it lacks stands behind its neighbour of elsewhere."""
    keys = list(sides[0])
    known = set(keys)
    for side in sides[1:]:
        place = 0
        for key in side:
            if key in known:
                place = keys.index(key) + 1
                continue
            keys.insert(place, key)
            known.add(key)
            place += 1
    return keys


def _asked_twice(merged: list[Json], live: _Value, desired: _Value, at: Place) -> Iterator[Place]:
    """Give transitions that are there more often than on either side: two that were different became the same."""
    mine, *others = (read(cast("Json", side), Renames({})) or [] for side in (merged, live, desired))
    known = {transition.key for side in others for transition in side}
    yield from ((*at, transition.key) for transition in mine if transition.key not in known)


def _leading_nowhere(merged: JsonObject, live: JsonObject, desired: JsonObject) -> Iterator[Place]:
    """Give transitions to widgets that are gone, unless a side itself leads there without having the widget."""
    known = {(widget, target) for side in (live, desired) for widget, _, target in _dangling(side)}
    for widget, key, target in _dangling(merged):
        if (widget, target) not in known:
            yield (STATES, widget, TRANSITIONS, key, "next")


def _dangling(data: JsonObject) -> Iterator[tuple[str, str, str]]:
    widgets = widgets_of(data) or {}
    for name, widget in widgets.items():
        for transition in read(widget.get(TRANSITIONS), Renames({})) or ():
            if transition.next is not None and transition.next not in widgets:
                yield name, transition.key, transition.next
