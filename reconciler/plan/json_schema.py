"""JSON Schemas of documents, made from the types that the code itself uses."""

from __future__ import annotations

from typing import Any, Final, cast

from pydantic import TypeAdapter

from reconciler.model.jsontypes import Json, JsonObject

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema(adapter: TypeAdapter[Any], title: str) -> JsonObject:
    """Give the schema of a document type, without the titles that only repeat the names of keys."""
    made = cast("JsonObject", _plain(cast("Json", adapter.json_schema())))
    return {"$schema": _DIALECT, "title": title, **made}


def _plain(node: Json) -> Json:
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        _type_name(key): _type_name(value) if key == "$ref" and isinstance(value, str) else _plain(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str))
    }


def _type_name(name: str) -> str:
    return name.removesuffix("Shape")
