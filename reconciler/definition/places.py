"""Where something stands in a definition, for programs: a path that no order can change.

A place is a tuple: a widget's name in place of its number in `states`, a transition's key in place of its number, the
`key` of a `{key, value}` pair in place of the pair's number; other lists by number. May know how places are written for
people; must not know how two sides are compared.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, NamedTuple, TypeAlias

from reconciler.model.jsontypes import Json

Place: TypeAlias = "tuple[str | int, ...]"

STATES: Final = "states"
TRANSITIONS: Final = "transitions"
ORDER: Final = "(order)"
"""Stands behind a list whose order is meant, not one of its elements."""

_SEPARATOR: Final = "\0"
_IN_WIDGET: Final = 2


def transition_key(event: str, meaning: bytes, ordinal: int) -> str:
    """Name a transition by its event, what its condition means (empty but for `match`), and its number among equals."""
    return _SEPARATOR.join((event, meaning.decode("utf-8", "surrogatepass"), str(ordinal)))


def is_match(key: str) -> bool:
    """Tell whether a transition's key is that of a `match`."""
    return key.startswith(f"match{_SEPARATOR}")


def numbered(keys: Sequence[str]) -> list[str]:
    """Give the keys of transitions in this order, but those that differ in their number alone by it."""
    equals: defaultdict[str, list[str]] = defaultdict(list)
    for key in sorted(keys, key=lambda key: int(key.rpartition(_SEPARATOR)[2]), reverse=True):
        equals[key.rpartition(_SEPARATOR)[0]].append(key)
    return [equals[key.rpartition(_SEPARATOR)[0]].pop() for key in keys]


def label(key: str) -> str:
    """Give a transition's key as people know it: `match equal_to "yes"`, `timeout`, `timeout[1]`."""
    event, meaning, ordinal = key.rsplit(_SEPARATOR, 2)
    if event == "match":
        return f"match {condition_text(json.loads(meaning))}".rstrip()
    return event if ordinal == "0" else f"{event}[{ordinal}]"


def condition_text(conditions: Json) -> str:
    """Give conditions in short: `equal_to "yes"`."""
    parts = [c for c in conditions if isinstance(c, dict)] if isinstance(conditions, list) else []
    return " and ".join(f'{c.get("type")} "{c.get("value")}"' for c in parts)


def overlap(one: Place, other: Place) -> bool:
    """Tell whether two places are the same, or one holds the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def text(place: Place) -> str:
    """Write a place for people, in the words of `ignoreChanges`: `widgets.ask.properties.body`."""
    steps = [step for step in place if step != ORDER]
    if steps[:1] == [STATES]:
        steps[0] = "widgets"
    if steps[_IN_WIDGET : _IN_WIDGET + 1] == [TRANSITIONS]:
        steps[_IN_WIDGET + 1 :] = [
            label(step) if number == 0 else step for number, step in enumerate(map(str, steps[_IN_WIDGET + 1 :]))
        ]
    return _dotted(steps)


def _dotted(steps: Sequence[str | int]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


class Where(NamedTuple):
    """A place on both sides of a comparison, and its dotted path below the widget or the flow."""

    path: str
    was: Place
    at: Place

    def member(self, key: str) -> Where:
        """Give the place of a member of an object."""
        return Where(f"{self.path}.{key}" if self.path else key, (*self.was, key), (*self.at, key))

    def element(self, key: str | int) -> Where:
        """Give the place of an element of a list."""
        return Where(f"{self.path}[{key}]", (*self.was, key), (*self.at, key))

    def order(self) -> Where:
        """Give the place of a list's order."""
        return Where(self.path, (*self.was, ORDER), (*self.at, ORDER))
