"""Whether Studio would take a definition, and what it says when not (api.md A5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from reconciler.model.jsontypes import Json, JsonObject

_FLOW_SID: Final = re.compile(r"FW[0-9a-fA-F]{32}")


def problem(message: str, path: str) -> Json:
    """Give one item of `details.errors`."""
    return {"message": message, "property_path": path}


def errors_in(definition: JsonObject, *, unknown_types: bool) -> list[Json]:
    """Give what is wrong with a definition.

    Args:
        definition: the parsed definition.
        unknown_types: whether a widget may be of a type that nobody knows.
    """
    del unknown_types
    return [
        problem("must be a valid, non-liquid flow sid", path)
        for path, sid in subflows(definition)
        if not (isinstance(sid, str) and _FLOW_SID.fullmatch(sid))
    ]


def subflows(definition: JsonObject) -> Iterator[tuple[str, Json]]:
    """Give the `flow_sid` of every `run-subflow` widget with its path."""
    states = definition.get("states")
    for index, state in enumerate(states if isinstance(states, list) else []):
        if isinstance(state, dict) and state.get("type") == "run-subflow":
            properties = state.get("properties")
            sid = properties.get("flow_sid") if isinstance(properties, dict) else None
            yield f"#/states/{index}/properties/flow_sid", sid
