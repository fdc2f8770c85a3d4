"""The one order in which keys of a definition are written: the Console's own, as most exports have it.

Order of keys means nothing, so nothing else changes: `properties` and every list stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from reconciler.model.jsontypes import Json, JsonObject

_FLOW: Final = ("description", "parameters", "exits", "states", "initial_state", "flags")
_STATE: Final = ("name", "type", "transitions", "properties")
_TRANSITION: Final = ("next", "event", "conditions")
_CONDITION: Final = ("friendly_name", "arguments", "type", "value")


Arrange = Callable[[JsonObject], JsonObject]


def arranged(data: JsonObject) -> JsonObject:
    """Give a definition, or a widget group, with its keys in order; keys that are not known stand last."""
    done = _in_order(data, _FLOW)
    if isinstance(done.get("states"), list):
        done["states"] = _each(done["states"], _state)
    return done


def _state(state: JsonObject) -> JsonObject:
    done = _in_order(state, _STATE)
    if "transitions" in done:
        done["transitions"] = _each(done["transitions"], _transition)
    return done


def _transition(transition: JsonObject) -> JsonObject:
    done = _in_order(transition, _TRANSITION)
    if "conditions" in done:
        done["conditions"] = _each(done["conditions"], lambda condition: _in_order(condition, _CONDITION))
    return done


def _each(items: Json, arrange: Arrange) -> Json:
    if not isinstance(items, list):
        return items
    return [arrange(item) if isinstance(item, dict) else item for item in items]


def _in_order(value: JsonObject, keys: Sequence[str]) -> JsonObject:
    known: JsonObject = {key: value[key] for key in keys if key in value}
    return known | value
