"""Values inside of JSON: where they are, and the same JSON with one of them replaced. Nothing is changed in place."""

from __future__ import annotations

from collections.abc import Collection

from reconciler.model.jsontypes import Json, JsonObject
from reconciler.scenario.generate.wishes import Path


def leaves(value: Json, above: Path = ()) -> list[Path]:
    """Give the paths of all values that hold no others."""
    if isinstance(value, dict):
        return [path for key, item in value.items() for path in leaves(item, (*above, key))]
    if isinstance(value, list):
        return [path for index, item in enumerate(value) for path in leaves(item, (*above, index))]
    return [above] if above else []


def only(whole: JsonObject, asked: Collection[Path]) -> JsonObject:
    """Give an object with only those fields that are asked for, or looked into."""
    names = {path[0] for path in asked if path}
    return {key: value for key, value in whole.items() if key in names}


def put(whole: JsonObject, path: Path, value: Json) -> JsonObject:
    """Give an object with one value replaced."""
    found = _put(whole, path, value)
    return found if isinstance(found, dict) else whole


def _put(here: Json, path: Path, value: Json) -> Json:
    if not path:
        return value
    step, *rest = path
    if isinstance(here, dict):
        return {key: _put(item, tuple(rest), value) if key == step else item for key, item in here.items()}
    if isinstance(here, list):
        return [_put(item, tuple(rest), value) if index == step else item for index, item in enumerate(here)]
    return here
