"""Which values of two objects or arrays belong together, when one is to take the place of the other. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from reconciler.definition.manner import in_order_of, transition_identity
from reconciler.model.jsontypes import Json


def paired_keys(old: Collection[str], new: Mapping[str, Json]) -> list[str]:
    """Give the keys of `new`: in the order of `old`, those that it lacks behind their neighbours in `new`."""
    return in_order_of([*old], [*new])


def paired_items(old: Sequence[Json], new: Sequence[Json]) -> Iterator[tuple[int | None, int | None]]:
    """Give the pairs of indices of two lists, in the order of both; None stands for what one side lacks.

    Widgets are known by name, parameters by key, transitions by event and condition, others by what they are. What
    changed its place without a change of its neighbours goes and comes again.
    """
    one, other = identities(old), identities(new)
    for tag, i, i_end, j, j_end in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag in {"equal", "replace"}:
            both = min(i_end - i, j_end - j)
            yield from zip(range(i, i + both), range(j, j + both), strict=True)
            yield from ((index, None) for index in range(i + both, i_end))
            yield from ((None, index) for index in range(j + both, j_end))
        else:
            yield from ((index, None) for index in range(i, i_end))
            yield from ((None, index) for index in range(j, j_end))


def identities(items: Sequence[Json]) -> list[tuple[str, str, int]]:
    """Give what each item of a list is known by; several of one name have numbers too."""
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for item in items:
        name = _identity(item)
        seen[name] += 1
        found.append((*name, seen[name]))
    return found


def _identity(item: Json) -> tuple[str, str]:
    if isinstance(item, dict):
        for key in ("name", "key"):
            value = item.get(key)
            if isinstance(value, str):
                return key, value
        if isinstance(item.get("event"), str):
            return "event", transition_identity(item)
    return "value", json.dumps(item, sort_keys=True)
