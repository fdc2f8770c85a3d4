"""A quick yes for values that are valid, so that the validator is only loaded and asked when something is wrong.

`jsonschema` takes 130 ms to import and 250 µs a widget; a proof takes a few µs. It knows the keywords that our schemas
use; of any other it says "not proven", never "valid". What a value lacks is for `jsonschema` to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from reconciler.model.jsontypes import Json, JsonObject

Proof: TypeAlias = Callable[[Json], bool]
"""True: the value is surely valid. False: ask the validator."""

_TYPES: Final[Mapping[str, frozenset[type]]] = {
    "string": frozenset({str}),
    "integer": frozenset({int}),  # the validator also takes 1.0 for an integer: not proven, but valid
    "number": frozenset({int, float}),
    "boolean": frozenset({bool}),
    "null": frozenset({type(None)}),
    "array": frozenset({list}),
    "object": frozenset({dict}),
}


def proof_of(schema: Json) -> Proof:
    """Compile a schema without references into a proof."""
    if not isinstance(schema, dict):
        return _never
    parts = [_PARTS.get(key, _not_known)(value, schema) for key, value in schema.items()]
    if len(parts) == 1:
        return parts[0]
    return lambda value: all(part(value) for part in parts)


def _never(_value: Json) -> bool:
    return False


def _not_known(_value: Json, _schema: JsonObject) -> Proof:
    return _never


def _type(names: Json, _schema: JsonObject) -> Proof:
    listed = names if isinstance(names, list) else [names]
    allowed = frozenset[type]().union(*(_TYPES[str(name)] for name in listed))
    return lambda value: type(value) in allowed


def _enum(values: Json, _schema: JsonObject) -> Proof:
    texts = frozenset(str(value) for value in values) if isinstance(values, list) else frozenset[str]()
    return lambda value: isinstance(value, str) and value in texts


def _const(constant: Json, _schema: JsonObject) -> Proof:
    return lambda value: isinstance(value, str) and value == constant


def _required(names: Json, _schema: JsonObject) -> Proof:
    wanted = frozenset(str(name) for name in names) if isinstance(names, list) else frozenset[str]()
    return lambda value: isinstance(value, dict) and wanted <= value.keys()


def _properties(members: Json, _schema: JsonObject) -> Proof:
    proofs = {name: proof_of(schema) for name, schema in members.items()} if isinstance(members, dict) else {}

    def proof(value: Json) -> bool:
        if not isinstance(value, dict):
            return False
        return all(proofs[key](item) for key, item in value.items() if key in proofs)

    return proof


def _additional(allowed: Json, schema: JsonObject) -> Proof:
    members = schema.get("properties")
    known = members.keys() if allowed is False and isinstance(members, dict) else frozenset[str]()
    return lambda value: isinstance(value, dict) and value.keys() <= known


def _items(schema: Json, _schema: JsonObject) -> Proof:
    item = proof_of(schema)
    return lambda value: isinstance(value, list) and all(map(item, value))


def _all_of(schemas: Json, _schema: JsonObject) -> Proof:
    proofs = [proof_of(schema) for schema in schemas] if isinstance(schemas, list) else [_never]
    return lambda value: all(proof(value) for proof in proofs)


def _any_of(schemas: Json, _schema: JsonObject) -> Proof:
    proofs = [proof_of(schema) for schema in schemas] if isinstance(schemas, list) else []
    return lambda value: any(proof(value) for proof in proofs)


def _length(least: Json, _schema: JsonObject) -> Proof:
    return lambda value: isinstance(value, str | list) and isinstance(least, int) and len(value) >= least


_PARTS: Final[Mapping[str, Callable[[Json, JsonObject], Proof]]] = {
    "type": _type,
    "enum": _enum,
    "const": _const,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "allOf": _all_of,
    "anyOf": _any_of,
    "minLength": _length,
    "minItems": _length,
}
