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

Widgets are matched by name, properties by key, transitions by event and condition. Values inside a property (text,
lists) are taken whole. Where both sides changed the same value differently, that is a conflict, never a guess; only
where a widget stands on the canvas is taken from live. `match` transitions are asked in their order, so a new order is
a change like any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, TypeAlias, cast

from reconciler.definition import canonical, document
from reconciler.model.definition import Definition
from reconciler.model.jsontypes import Json, JsonObject


class _Missing:
    """A value that one side does not have."""


_MISSING: Final = _Missing()
_ROOT: Final = {"states": "widgets"}
"""Where paths say it in the words of `ignoreChanges`."""
_Value: TypeAlias = "Json | _Missing"


@dataclass(slots=True)
class _Merge:
    conflicts: list[str] = field(default_factory=list)

    def value(self, base: _Value, live: _Value, desired: _Value, path: str) -> _Value:
        """Merge one value; a conflict is noted and the desired side stands."""
        if _same(live, desired) or _same(live, base):
            return desired
        if _same(base, desired) or path.endswith(".properties.offset"):
            return live
        if isinstance(live, dict) and isinstance(desired, dict):
            return self.object(base if isinstance(base, dict) else {}, live, desired, path)
        self.conflicts.append(path)
        return desired

    def object(self, base: JsonObject, live: JsonObject, desired: JsonObject, path: str) -> JsonObject:
        """Merge two objects key by key, in the desired order, then what only live has."""
        merged: JsonObject = {}
        for key in self.order(base, live, desired, path):
            where = f"{path}.{key}" if path else _ROOT.get(key, key)
            value = self.value(base.get(key, _MISSING), live.get(key, _MISSING), desired.get(key, _MISSING), where)
            if not isinstance(value, _Missing):
                merged[key] = value
        return merged

    def order(self, base: JsonObject, live: JsonObject, desired: JsonObject, path: str) -> list[str]:
        """Give all keys in the desired order, or in live's where it alone changed that of `match` transitions."""
        if not path.endswith(".transitions"):
            return _in_order(desired, live, base)
        before, theirs, ours = (
            [key for key in side if key.startswith("match") and key in base and key in live and key in desired]
            for side in (base, live, desired)
        )
        if theirs in (before, ours):
            return _in_order(desired, live, base)
        if before != ours:
            self.conflicts.append(path)
            return _in_order(desired, live, base)
        return _in_order(live, desired, base)


def merge(base: Definition, live: Definition, desired: Definition) -> tuple[Definition, tuple[str, ...]]:
    """Bring the changes of live and of desired since `base` together.

    Returns:
        The merged definition, and the places where both sides changed the same value (`widgets.ask.properties.body`);
        with a conflict, the desired side stands there.
    """
    sides = [_keyed(side.data()) for side in (base, live, desired)]
    if any(side is None for side in sides):
        return desired, ("states (widget names are missing or not unique)",)
    work = _Merge()
    first, second, third = (cast("JsonObject", side) for side in sides)
    merged = work.object(first, second, third, "")
    return document.of(_unkeyed(merged)), tuple(work.conflicts)


def _same(one: _Value, other: _Value) -> bool:
    # Not `==`, for which 1 is true, and which does not see in which order transitions stand.
    if isinstance(one, _Missing) or isinstance(other, _Missing):
        return one is other
    return canonical.same(one, other) and _orders(one) == _orders(other)


def _orders(value: Json) -> list[list[str]]:
    """Give the orders of the keyed `match` transitions inside a value."""
    if not isinstance(value, dict):
        return []
    own = [key for key in value if key.startswith("match")]
    return [own, *(order for key in sorted(value) for order in _orders(value[key]))]


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


def _keyed(data: JsonObject) -> JsonObject | None:
    """Give a definition with objects where it has lists of named things; None when names are not unique."""
    states = data.get("states")
    if not isinstance(states, list):
        return None
    widgets: JsonObject = {}
    for state in states:
        name = state.get("name") if isinstance(state, dict) else None
        if not isinstance(state, dict) or not isinstance(name, str) or name in widgets:
            return None
        transitions = state.get("transitions")
        keyed = dict(state)
        if isinstance(transitions, list):
            keyed["transitions"] = _keyed_transitions(transitions)
        widgets[name] = keyed
    return {key: widgets if key == "states" else value for key, value in data.items()}


def _keyed_transitions(transitions: list[Json]) -> JsonObject:
    keyed: JsonObject = {}
    for transition in map(_leading, transitions):
        key = transition_key(transition)
        count = sum(1 for known in keyed if known == key or known.startswith(f"{key} #"))
        keyed[key if count == 0 else f"{key} #{count + 1}"] = transition
    return keyed


def _leading(transition: Json) -> Json:
    """Give a transition without a `next` that is null: absent and null mean the same."""
    if isinstance(transition, dict) and transition.get("next") is None:
        return {key: value for key, value in transition.items() if key != "next"}
    return transition


def transition_key(transition: Json) -> str:
    """Name a transition by its event and, for a condition, by what it asks."""
    if not isinstance(transition, dict):
        return json.dumps(transition, sort_keys=True)
    conditions = transition.get("conditions")
    asked = [
        {key: value for key, value in condition.items() if key != "friendly_name"}
        for condition in (conditions if isinstance(conditions, list) else ())
        if isinstance(condition, dict)
    ]
    event = str(transition.get("event"))
    return f"{event} {json.dumps(asked, sort_keys=True, ensure_ascii=False)}" if asked else event


def _unkeyed(data: JsonObject) -> JsonObject:
    widgets = data.get("states")
    states: list[Json] = []
    for widget in _values(widgets):
        if isinstance(widget, dict) and isinstance(widget.get("transitions"), dict):
            states.append({k: list(_values(v)) if k == "transitions" else v for k, v in widget.items()})
        else:
            states.append(widget)
    return {**data, "states": states}


def _values(value: Json) -> Iterable[Json]:
    return value.values() if isinstance(value, dict) else ()
