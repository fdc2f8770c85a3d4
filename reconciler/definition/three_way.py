"""Who made a difference: the Console, the manifest, both in the same way, or both in different ways. Pure.

    sides = three_way(base, live, desired)
    sides.told(differences(live, desired), "live", "desired")

gives the same differences with their `origin`. The base is the revision that both sides started from. What conflicts
here is what `reconciler.definition.merge` cannot merge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from reconciler.definition.align import Aligned, Side, align, aligned_transitions
from reconciler.definition.compare import differences_by_name, widgets_of
from reconciler.definition.difference import (
    Difference,
    Origin,
    TransitionChanged,
    ValueChanged,
    WidgetAdded,
    WidgetRemoved,
    WidgetRenamed,
    WidgetsMoved,
)
from reconciler.definition.merge import merged_places
from reconciler.definition.places import STATES, TRANSITIONS, Place
from reconciler.model.definition import Definition
from reconciler.model.jsontypes import JsonObject

_OFFSET: Final = ("properties", "offset")
_KEY: Final = 3


@dataclass(frozen=True, slots=True)
class _Touched:
    """Places that were changed, found from above and from below."""

    places: frozenset[Place]
    above: frozenset[Place]

    def __contains__(self, place: object) -> bool:
        if not isinstance(place, tuple):
            return False
        return place in self.above or any(place[:length] in self.places for length in range(len(place) + 1))


@dataclass(frozen=True, slots=True)
class ThreeWay:
    """What each side changed since the base, and where that conflicts."""

    sides: Aligned
    live: _Touched
    desired: _Touched
    conflicts: _Touched
    keys: Mapping[Side, Mapping[tuple[str, str], str]]

    def told(self, items: Iterable[Difference], before: Side, after: Side) -> tuple[Difference, ...]:
        """Give the differences from one side to another with their origins; moves are told apart by theirs."""
        found: list[Difference] = []
        for item in items:
            if isinstance(item, WidgetsMoved):
                found += self._moves(item, after)
            else:
                found.append(replace(item, origin=self._origin([*self._places(item, before, after)])))
        return tuple(found)

    def _moves(self, item: WidgetsMoved, after: Side) -> Iterator[WidgetsMoved]:
        origins = {name: self._origin([self._common((STATES, name, *_OFFSET), after)]) for name in item.widgets}
        for origin, names in groupby(
            sorted(item.widgets, key=lambda name: (origins[name], name)), key=origins.__getitem__
        ):
            yield WidgetsMoved(tuple(names), origin)

    def _origin(self, places: list[Place]) -> Origin:
        # What cannot be found where it stands is judged by what holds it: a difference always has somebody who made it.
        for cut in range(max(map(len, places)), -1, -1):
            cut_off = [place[:cut] for place in places]
            if any(place in self.conflicts for place in cut_off):
                return "conflict"
            live, desired = (any(place in side for place in cut_off) for side in (self.live, self.desired))
            if live or desired:
                return "both" if live and desired else "console" if live else "manifest"
        return "manifest"

    def _places(self, item: Difference, before: Side, after: Side) -> Iterator[Place]:
        match item:
            case WidgetAdded(widget=name):
                yield self._common((STATES, name), after)
            case WidgetRemoved(widget=name):
                yield self._common((STATES, name), before)
            case WidgetRenamed(after=name):
                yield (*self._common((STATES, name), after), "name")
            case TransitionChanged(was=was, at=at):
                place = ("next",) if was and at else ()
                yield from (
                    (*self._common(found, side), *place) for found, side in ((was, before), (at, after)) if found
                )
            case ValueChanged(was=was, at=at):
                yield from (self._common(was, before), self._common(at, after))
            case WidgetsMoved():
                return

    def _common(self, place: Place, side: Side) -> Place:
        """Give a side's own place under the common names of widgets and the base's keys of transitions."""
        if place[:1] != (STATES,) or len(place) == 1:
            return place
        name = self.sides.names[side].get(str(place[1]), str(place[1]))
        rest = place[2:]
        if len(place) > _KEY and rest[0] == TRANSITIONS:
            key = str(rest[1])
            rest = (TRANSITIONS, self.keys[side].get((name, key), key), *rest[2:])
        return (STATES, name, *rest)


def three_way(base: Definition, live: Definition, desired: Definition) -> ThreeWay | None:
    """Compare three sides; None when a side's widgets have no names of their own, so that nobody can tell."""
    sides = align(base, live, desired)
    if sides is None:
        return None
    _, conflicts = merged_places(sides)
    return ThreeWay(
        sides,
        _touched(_changed(sides, "live", sides.live)),
        _touched(_changed(sides, "desired", sides.desired)),
        _touched(conflicts),
        {"base": {}, "live": _keys(sides.base, sides.live), "desired": _keys(sides.base, sides.desired)},
    )


def _changed(sides: Aligned, side: Side, data: JsonObject) -> Iterator[Place]:
    """Give the places that a side changed, under common names and the base's keys."""
    yield from ((STATES, name, "name") for name in sides.renamed[side])
    for item in differences_by_name(sides.base, data):
        match item:
            case WidgetAdded(widget=name) | WidgetRemoved(widget=name):
                yield (STATES, name)
            case TransitionChanged(was=was, at=at):
                yield (*was, "next") if was and at else was or at
            case ValueChanged(was=was):
                yield was
            case WidgetsMoved(widgets):
                yield from ((STATES, name, *_OFFSET) for name in widgets)
            case WidgetRenamed():
                continue


def _touched(places: Iterable[Place]) -> _Touched:
    found = frozenset(places)
    return _Touched(found, frozenset(place[:length] for place in found for length in range(len(place))))


def _keys(base: JsonObject, side: JsonObject) -> dict[tuple[str, str], str]:
    """Give the base's keys of a side's transitions, where they differ from the side's own."""
    mine, theirs = widgets_of(base) or {}, widgets_of(side) or {}
    return {
        (name, transition.key): key
        for name in mine.keys() & theirs.keys()
        for key, transition in (
            aligned_transitions(mine[name].get(TRANSITIONS), theirs[name].get(TRANSITIONS)) or {}
        ).items()
        if key != transition.key
    }
