"""Identifiers of other environments in free text: nobody can know what they mean there, so a person is told of them."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.definition.locate import Path
from reconciler.definition.promotion.slots import FUNCTION, AnySlot, FunctionSlot, in_text, slots
from reconciler.definition.promotion.table import Table
from reconciler.definition.remarks import Remark, dotted, name_of
from reconciler.model.jsontypes import Json, JsonObject

MENTIONED = "foreign-identifier"
"""The rule of an identifier of another environment in free text."""


def mentions(data: JsonObject, table: Table) -> Iterator[Remark]:
    """Give the identifiers of other environments that stand somewhere in a longer text; what is translated is none."""
    tokens = table.others_tokens()
    translated = {path for slot in slots(data) for path in paths_of(slot)} if tokens else set()
    listed = data.get("states")
    for index, state in enumerate(listed if tokens and isinstance(listed, list) else ()):
        for path, text in texts_in(state):
            if ("states", index, *path) in translated:
                continue
            for found in sorted(tokens.intersection(in_text(text))):
                message = f"{found} belongs to another environment than {table.target}; free text is not translated"
                hint = "Keep it in a variable of each environment, or bind it and write ${binding.KIND/NAME}."
                where = ("states", index, *path)
                yield Remark(MENTIONED, "warning", message, where, name_of(state), dotted(state, path), hint)


def paths_of(slot: AnySlot) -> Iterator[Path]:
    """Give where the texts of a slot stand."""
    if isinstance(slot, FunctionSlot):
        yield from ((*slot.path, FUNCTION[part]) for part in slot.parts)
    else:
        yield slot.path


def texts_in(value: Json, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Give every text in a value with the path to it, which begins with `path`: by default nothing."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from texts_in(item, (*path, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts_in(item, (*path, key))
