"""What Studio makes of a definition before it keeps it (quirk stored-definition). The meaning stays the same."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from reconciler.model.jsontypes import Json, JsonObject

_OFFSET: Final[JsonObject] = {"x": 0, "y": 0}
_DEFAULTS: Final[Mapping[str, JsonObject]] = {
    "say-play": {"loop": 1},
    "gather-input-on-call": {"timeout": 5, "loop": 1, "stop_gather": True},
    "send-and-wait-for-reply": {"timeout": "3600"},
    "make-http-request": {"method": "GET", "content_type": "application/x-www-form-urlencoded;charset=utf-8"},
    "connect-call-to": {"timeout": 30, "record": False},
    "run-subflow": {"parameters": []},
}
"""What is added to a widget of that type where the property is missing; chosen to look like the Console's."""


def stored_definition(definition: JsonObject, quirk: str) -> str:
    """Give a definition as JSON text in the form in which it is kept."""
    kept: Json = definition
    if quirk == "keys-reordered":
        kept = _reordered(definition)
    if quirk == "defaults-added":
        kept = _with_defaults(definition)
    return json.dumps(kept, separators=(",", ":"))


def _reordered(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _reordered(value[key]) for key in sorted(value, reverse=True)}
    if isinstance(value, list):
        return [_reordered(item) for item in value]
    return value


def _with_defaults(definition: JsonObject) -> JsonObject:
    kept: JsonObject = {**definition}
    kept.setdefault("flags", {"allow_concurrent_calls": True})
    states = definition.get("states")
    if isinstance(states, list):
        kept["states"] = [_completed(state) if isinstance(state, dict) else state for state in states]
    return kept


def _completed(state: JsonObject) -> JsonObject:
    properties = state.get("properties", {})
    if not isinstance(properties, dict):
        return state
    defaults = _DEFAULTS.get(str(state.get("type")), {})
    return {**state, "properties": {"offset": {**_OFFSET}, **defaults, **properties}}
