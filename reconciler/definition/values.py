"""Two JSON values, key by key: which paths differ. Knows lists of `{key, value}` pairs, and no widget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from reconciler.definition.places import Where
from reconciler.model.jsontypes import Json, JsonObject

Changed: TypeAlias = tuple[Where, Json, Json]
"""Where, before, after. A side that does not have the value is None."""

Same: TypeAlias = Callable[[Json, Json], bool]


def changed_values(where: Where, before: Json, after: Json, same: Same) -> Iterator[Changed]:
    """Give what differs between two values, as deep as both have the same shape.

    Args:
        where: where both stand; the places given are there or below.
        before: one side.
        after: the other side.
        same: whether two values mean the same.
    """
    if same(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        yield from changed_members(where, before, after, same)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _changed_items(where, before, after, same)
    else:
        yield where, before, after


def changed_members(where: Where, before: JsonObject, after: JsonObject, same: Same) -> Iterator[Changed]:
    """Give what differs between two objects, in the order of their keys."""
    for key in sorted(before.keys() | after.keys()):
        below = where.member(key)
        if key in before and key in after:
            yield from changed_values(below, before[key], after[key], same)
        else:
            yield below, before.get(key), after.get(key)


def _changed_items(where: Where, before: list[Json], after: list[Json], same: Same) -> Iterator[Changed]:
    mine, theirs = keyed_pairs(before), keyed_pairs(after)
    if mine is not None and theirs is not None:
        yield from _changed_pairs(where, mine, theirs, same)
        return
    for index, (one, other) in enumerate(zip(before, after, strict=False)):
        yield from changed_values(where.element(index), one, other, same)
    for index in range(len(after), len(before)):
        yield where.element(index), before[index], None
    for index in range(len(before), len(after)):
        yield where.element(index), None, after[index]


def _changed_pairs(where: Where, before: JsonObject, after: JsonObject, same: Same) -> Iterator[Changed]:
    for key in [*before, *(key for key in after if key not in before)]:
        if key in before and key in after:
            yield from changed_values(where.element(key), before[key], after[key], same)
        else:
            yield where.element(key), before.get(key), after.get(key)
    mine: list[Json] = [key for key in before if key in after]
    theirs: list[Json] = [key for key in after if key in before]
    if mine != theirs:
        yield where.order(), mine, theirs


def keyed_pairs(items: list[Json]) -> JsonObject | None:
    """Give the elements by their `key`, None when one has none or two share one."""
    found: JsonObject = {}
    for item in items:
        key = item.get("key") if isinstance(item, dict) else None
        if not isinstance(key, str) or key in found:
            return None
        found[key] = item
    return found
