"""The JSON Schemas of the manifest kinds, for editors: `python -m reconciler.manifest.schema schemas`.

Made from the models in `kinds`, so that they cannot differ. Wherever a value must fit a pattern or be one of a few
words, a placeholder is allowed too: it is replaced before the models see it.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from reconciler.manifest import groupkinds, kinds, testkinds
from reconciler.manifest.replacement import replace

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_PLACEHOLDER: Final = r"\$\{(var|env|binding)\."
_GROUP: Final = "WidgetGroup"
_KINDS: Final[dict[str, type[BaseModel]]] = {**kinds.KINDS, "FlowTest": testkinds.FlowTest}


def schemas() -> dict[str, str]:
    """Give every schema as text, by file name: one a kind, one of groups, and `manifest.schema.json` of any kind."""
    models: list[type[BaseModel]] = [*_KINDS.values(), groupkinds.WidgetGroup, groupkinds.IncludeItem]
    modes: list[tuple[type[BaseModel], Any]] = [(model, "validation") for model in models]
    _, shared = models_json_schema(modes, by_alias=True)
    items = [{"$ref": "#/$defs/IncludeItem"}, shared["$defs"]["WidgetGroup"]["properties"]["states"]["items"]]
    shared["$defs"]["WidgetGroup"]["properties"]["states"]["items"] = {"anyOf": items}
    definitions = {name: _open(name, part) for name, part in cast("dict[str, Any]", shared["$defs"]).items()}
    files = {
        f"{kind.lower()}.schema.json": {
            "$schema": _DIALECT,
            "$defs": _needed(definitions, kind),
            **definitions[kind],
        }
        for kind in (*_KINDS, _GROUP)
    }
    files["manifest.schema.json"] = {
        "$schema": _DIALECT,
        "title": "Manifest",
        "description": "One document of a reconciler project: a Project, a Flow, TestUsers or a FlowTest.",
        "$defs": {name: part for name, part in definitions.items() if name in _of_kinds(definitions)},
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in _KINDS],
    }
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in files.items()}


def _open(name: str, part: dict[str, Any]) -> dict[str, Any]:
    """Allow placeholders in a definition's values; not in names, which must be known without an environment."""
    return cast("dict[str, Any]", _opened(part, "Metadata" if name in {"Metadata", "Include"} else ""))


def _opened(node: object, owner: str) -> object:
    if isinstance(node, list):
        return [_opened(item, owner) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("type") == "string" and "enum" in node:
        rest = {key: value for key, value in node.items() if key not in {"type", "enum"}}
        return {**rest, "anyOf": [{"enum": node["enum"]}, {"type": "string", "pattern": _PLACEHOLDER}]}
    if node.get("type") == "string" and "pattern" in node and owner != "Metadata":
        return {**node, "pattern": f"({node['pattern']})|{_PLACEHOLDER}"}
    return {key: value if key == "propertyNames" else _opened(value, owner) for key, value in node.items()}


def _of_kinds(definitions: dict[str, Any]) -> set[str]:
    return {name for kind in _KINDS for name in (kind, *_needed(definitions, kind))}


def _needed(definitions: dict[str, Any], kind: str) -> dict[str, Any]:
    """Give those definitions that a kind refers to, directly or through others."""
    needed: set[str] = set()
    waiting = [kind]
    while waiting:
        text = json.dumps(definitions[waiting.pop()])
        found = {name for name in definitions if f'"#/$defs/{name}"' in text} - needed
        needed |= found
        waiting.extend(found)
    return {name: part for name, part in definitions.items() if name in needed}


def main(arguments: list[str]) -> None:
    """Write every schema into the folder that the first argument names."""
    for name, text in schemas().items():
        replace(Path(arguments[0]) / name, text.encode())


if __name__ == "__main__":
    main(sys.argv[1:])
