"""Whether Studio would take a definition, and what it says when not, in its own words (api.md A5).

What is wrong is found by `reconciler.definition`; here it is worded and placed as `details.errors` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from reconciler.definition import catalogue
from reconciler.definition.check import remarks
from reconciler.definition.remarks import Remark
from reconciler.model.jsontypes import Json, JsonObject

BAD_FLOW_SID: Final = "must be a valid, non-liquid flow sid"

_FLOW_SID: Final = re.compile(r"FW[0-9a-fA-F]{32}")


def problem(message: str, path: str) -> Json:
    """Give one item of `details.errors`."""
    return {"message": message, "property_path": path}


def errors_in(definition: JsonObject, *, unknown_types: bool) -> list[Json]:
    """Give what is wrong with a definition, in the order of its widgets.

    Args:
        definition: the parsed definition.
        unknown_types: whether a widget may be of a type that nobody knows.
    """
    wrong = [
        remark
        for remark in remarks(definition)
        if remark.severity == "error" or (remark.rule == "unknown-widget-type" and not unknown_types)
    ]
    errors = {_pointer(remark): _worded(remark) for remark in sorted(wrong, key=_place)}
    errors |= {path: BAD_FLOW_SID for path, sid in subflows(definition) if not _is_flow_sid(sid)}
    return [problem(message, path) for path, message in errors.items()]


def subflows(definition: JsonObject) -> Iterator[tuple[str, Json]]:
    """Give the `flow_sid` of every `run-subflow` widget with its path."""
    states = definition.get("states")
    for index, state in enumerate(states if isinstance(states, list) else []):
        if isinstance(state, dict) and state.get("type") == "run-subflow":
            properties = state.get("properties")
            sid = properties.get("flow_sid") if isinstance(properties, dict) else None
            yield f"#/states/{index}/properties/flow_sid", sid


def _is_flow_sid(sid: Json) -> bool:
    return isinstance(sid, str) and _FLOW_SID.fullmatch(sid) is not None


def _place(remark: Remark) -> list[tuple[int, str]]:
    return [(step, "") if isinstance(step, int) else (-1, step) for step in remark.path]


def _pointer(remark: Remark) -> str:
    steps = [*remark.path]
    if remark.rule == "required" and remark.property:  # the path leads to what lacks the key that the property names
        missing = remark.property.rpartition(".")[2]
        steps += [missing] if steps[-1:] != [missing] else []
    return "#" + "".join(f"/{step}" for step in steps)


def _worded(remark: Remark) -> str:
    """Say it in Studio's vocabulary where that is known, else in the words of the check."""
    match remark.rule:
        case "required":
            return "is missing but it is required"
        case "wrong-type":
            said = remark.message.rpartition(": ")[2]
            return "must not be null" if said.startswith("null ") else said
        case "unknown-widget-type":
            return f"does not have a value in the enumeration [{', '.join(sorted(catalogue.widget_types()))}]"
        case _:
            return remark.message
