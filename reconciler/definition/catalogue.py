"""What is known of widget types: the JSON Schemas in `schemas/flow`, read once and only as far as they are needed.

The schemas are written from observation. Studio knows more types, properties and events than they do, so what they do
not know is never an error here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, cast

from reconciler.definition.prover import Proof, proof_of
from reconciler.model.jsontypes import Json, JsonObject

_FOLDER: Final = ("schemas", "flow")
_SUFFIX: Final = ".schema.json"
_LABELS: Final = frozenset({"title", "description", "deprecated", "examples", "$schema", "$id"})
"""Keywords for people and editors; validators only lose time with them."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What one schema says, ready to be asked.

    Attributes:
        schema: without references and labels.
        proof: tells of most valid values at once that they are; see `reconciler.definition.prover`.
        properties: known names below `properties`; None when nobody knows them.
        open_events: known events where Studio may well know others, which makes an unknown one a warning; empty where
            the schema itself says which events there are, and where nobody knows.
    """

    schema: JsonObject
    proof: Proof
    properties: tuple[str, ...] | None = None
    open_events: tuple[str, ...] = ()


@cache
def widget_types() -> frozenset[str]:
    """Give the types of widget that have a schema."""
    folder = resources.files("reconciler").joinpath(*_FOLDER, "widgets")
    return frozenset(file.name.removesuffix(_SUFFIX) for file in folder.iterdir() if file.name.endswith(_SUFFIX))


@cache
def widget_shape(widget_type: str) -> Shape:
    """Give the shape of one known type of widget. Raises KeyError when there is no schema of it."""
    if widget_type not in widget_types():
        raise KeyError(widget_type)
    raw = _read("widgets", widget_type)
    members = _member(raw, "properties")
    item = _member(_member(members, "transitions"), "items")
    event = _member(_member(item, "properties"), "event")
    known = _member(members, "properties").get("properties")
    return Shape(
        schema=(schema := cast("JsonObject", _plain(raw))),
        proof=proof_of(schema),
        properties=tuple(known) if isinstance(known, dict) else None,
        open_events=_strings(event.get("examples")),
    )


@cache
def any_widget_shape() -> Shape:
    """Give what all widgets have in common, for types that have no schema."""
    schema = cast("JsonObject", _plain(_defs()["widget"]))
    return Shape(schema, proof_of(schema))


@cache
def flow_shape() -> Shape:
    """Give the shape of a whole definition, its states left out: each is checked by its own type."""
    raw = dict(_read("definition"))
    members = dict(_member(raw, "properties"))
    members["states"] = {key: value for key, value in _member(members, "states").items() if key != "items"}
    schema = cast("JsonObject", _plain({**raw, "properties": members, "$defs": {}}))
    del schema["$defs"]
    return Shape(schema, proof_of(schema), properties=tuple(members))


@cache
def condition_types() -> tuple[str, ...]:
    """Give the known ways to compare in a `match` transition."""
    kind = _member(_member(_member(_defs(), "condition"), "properties"), "type")
    return _strings(kind.get("examples"))


@cache
def transition_keys() -> tuple[str, ...]:
    """Give the keys that a transition may have."""
    return tuple(_member(_member(_defs(), "transition"), "properties"))


@cache
def state_keys() -> tuple[str, ...]:
    """Give the keys that a widget may have."""
    return tuple(_member(_member(_defs(), "widget"), "properties"))


@cache
def _read(*path: str) -> JsonObject:
    file = resources.files("reconciler").joinpath(*_FOLDER, *path[:-1], path[-1] + _SUFFIX)
    return cast("JsonObject", json.loads(file.read_text("utf-8")))


def _defs() -> JsonObject:
    return _member(_read("definition"), "$defs")


def _plain(schema: Json) -> Json:
    """Put what is referred to in the place of references (all lead into `$defs`), and leave labels out."""
    if isinstance(schema, list):
        return [_plain(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    own: JsonObject = {key: _plain_value(key, value) for key, value in schema.items() if key not in {"$ref", *_LABELS}}
    reference = schema.get("$ref")
    if reference is None:
        return own
    target = _plain(_defs()[str(reference).rpartition("/")[2]])
    return {"allOf": [target, own]} if own else target


def _plain_value(key: str, value: Json) -> Json:
    # Below `properties` stand names of ours, which may look like labels (`description`, `title`).
    if key == "properties" and isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return _plain(value)


def _member(value: JsonObject, key: str) -> JsonObject:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _strings(value: Json) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()
