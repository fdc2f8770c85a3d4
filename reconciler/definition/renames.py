"""Widgets that only changed their name, and the places that follow them: transitions and Liquid references."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.definition.canonical import canonical_bytes, normal_state, same, without_offset
from reconciler.model.jsontypes import Json, JsonObject

_SOME_WIDGET: Final = "\0"
"""Stands for any widget that may have been renamed; no name can hold it."""


@dataclass(frozen=True, slots=True)
class Renames:
    """New names by old name, of what is surely the same widget."""

    names: Mapping[str, str]

    def follow(self, name: Json) -> Json:
        """Give the new name of a widget that was renamed, any other value as it is."""
        return self.names.get(name, name) if isinstance(name, str) else name

    def same_name(self, before: Json, after: Json) -> bool:
        """Tell whether two names mean the same widget."""
        return same(before, after) or same(self.follow(before), after)

    def same(self, before: Json, after: Json) -> bool:
        """Tell whether two values mean the same, or would if references had followed the renamed widgets."""
        return same(before, after) or (bool(self.names) and same(rewritten(before, self.names), after))


def find_renames(removed: Mapping[str, JsonObject], added: Mapping[str, JsonObject]) -> Renames:
    """Match widgets that went with widgets that came, where content but name and offset is the same.

    Only what is unambiguous counts: of two equal widgets nobody knows which one became which.
    """
    candidates = _candidates(removed, added)
    while True:
        renames = Renames(candidates)
        kept = {old: new for old, new in candidates.items() if _is_rename(removed[old], added[new], renames)}
        if len(kept) == len(candidates):
            return renames
        candidates = kept


def rewritten(value: Json, names: Mapping[str, str]) -> Json:
    """Give a value whose Liquid references (`widgets.NAME`, `widgets['NAME']`) use the new names."""
    if isinstance(value, str):
        if not names or "widgets" not in value:
            return value
        from reconciler.definition.liquid_rename import renamed_references  # noqa: PLC0415 - a plan rarely has renames

        return renamed_references(value, names)
    if isinstance(value, list):
        return [rewritten(item, names) for item in value]
    if isinstance(value, dict):
        return {key: rewritten(item, names) for key, item in value.items()}
    return value


def renamed(data: JsonObject, names: Mapping[str, str]) -> JsonObject:
    """Give a definition whose widgets have their new names, with transitions, the start and Liquid following."""
    if not names:
        return data
    states = data.get("states")
    followed = {key: rewritten(value, names) for key, value in data.items() if key != "states"}
    if "initial_state" in followed:
        followed["initial_state"] = Renames(names).follow(data["initial_state"])
    widgets = [_renamed_state(state, names) for state in (states if isinstance(states, list) else [])]
    return {key: widgets if key == "states" else followed[key] for key in data}


def _renamed_state(state: Json, names: Mapping[str, str]) -> Json:
    if not isinstance(state, dict):
        return state
    follow = Renames(names).follow
    result = {key: follow(value) if key == "name" else rewritten(value, names) for key, value in state.items()}
    transitions = result.get("transitions")
    if isinstance(transitions, list):
        result["transitions"] = [
            {**t, "next": follow(t["next"])} if isinstance(t, dict) and "next" in t else t for t in transitions
        ]
    return result


def _candidates(removed: Mapping[str, JsonObject], added: Mapping[str, JsonObject]) -> dict[str, str]:
    if not removed or not added:
        return {}
    before, after = _by_content(removed), _by_content(added)
    return {
        names[0]: after[content][0]
        for content, names in before.items()
        if len(names) == 1 and len(after.get(content, ())) == 1
    }


def _by_content(widgets: Mapping[str, JsonObject]) -> dict[bytes, list[str]]:
    masks = dict.fromkeys(widgets, _SOME_WIDGET)
    found: defaultdict[bytes, list[str]] = defaultdict(list)
    for name, widget in widgets.items():
        found[canonical_bytes(_content(widget, masks))].append(name)
    return found


def _is_rename(before: JsonObject, after: JsonObject, renames: Renames) -> bool:
    return same(_content(before, renames.names), _content(after, {}))


def _content(widget: JsonObject, names: Mapping[str, str]) -> Json:
    """Give what a widget is apart from its name and place, with other names for the widgets it speaks of."""
    bare = without_offset(normal_state({**widget, "name": None}))
    value = rewritten(bare, names)
    transitions = value.get("transitions") if isinstance(value, dict) else None
    for transition in transitions if isinstance(transitions, list) else []:
        if isinstance(transition, dict) and isinstance(transition.get("next"), str):
            transition["next"] = names.get(str(transition["next"]), transition["next"])
    return value
