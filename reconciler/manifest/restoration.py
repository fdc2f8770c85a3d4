"""Put placeholders back into a body that comes from Studio, where the file that it goes into has them. Pure.

A body from Studio holds values where the file holds `${var.x}`. Where the file's text, resolved, is what the body says,
the file's text stays. Where the body says something else at that place, a placeholder's value that stands in it exactly
once becomes the placeholder again. What cannot be put back is lost; whoever writes asks first (`write.rewritten`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, cast

from reconciler.manifest.placeholder import PLACEHOLDER
from reconciler.model.jsontypes import Json, JsonObject

_SHORTEST: Final = 3
"""A shorter value may stand somewhere by chance."""


def with_placeholders(body: JsonObject, written: Json, resolved: Json) -> JsonObject:
    """Give a body with placeholders put back.

    Args:
        body: what Studio has.
        written: the definition as the file holds it.
        resolved: the same with its placeholders replaced.
    """
    return cast("JsonObject", _restored(body, written, resolved))


def _restored(body: Json, written: Json, resolved: Json) -> Json:
    if body == resolved:
        return written
    match body, written, resolved:
        case dict(), dict(), dict():
            return {
                key: _restored(value, written[key], resolved[key]) if key in written and key in resolved else value
                for key, value in body.items()
            }
        case list(), list(), list():
            return _restored_list(body, written, resolved)
        case str(), str(), str():
            return _restored_text(body, written, resolved)
        case _:
            return body


def _restored_list(body: list[Json], written: list[Json], resolved: list[Json]) -> list[Json]:
    """Match items by name (widgets), key (parameters) or event (transitions), the others by their position."""
    places = {_identity(item, index): index for index, item in enumerate(resolved)}
    found: list[Json] = []
    for index, item in enumerate(body):
        at = places.get(_identity(item, index))
        known = at is not None and at < len(written)
        found.append(_restored(item, written[at], resolved[at]) if known and at is not None else item)
    return found


def _identity(item: Json, index: int) -> tuple[str, str]:
    if isinstance(item, Mapping):
        for key in ("name", "key", "event"):
            value = item.get(key)
            if isinstance(value, str) and value != "match":
                return key, value
    return "index", str(index)


def _restored_text(body: str, written: str, resolved: str) -> str:
    for placeholder, value in _values(written, resolved).items():
        if len(value) >= _SHORTEST and body.count(value) == 1 and value not in placeholder:
            body = body.replace(value, placeholder)
    return body


def _values(written: str, resolved: str) -> dict[str, str]:
    """Give what each placeholder of a text became, longest first: none is taken for a part of another."""
    pattern, names, end = "", [], 0
    for found in PLACEHOLDER.finditer(written):
        if found.group(1) or not found.group(4):
            continue
        pattern += re.escape(written[end : found.start()]) + "(.*?)"
        names.append(found.group())
        end = found.end()
    matched = re.fullmatch(pattern + re.escape(written[end:]), resolved, re.DOTALL)
    values = dict(zip(names, matched.groups(), strict=True)) if matched else {}
    return dict(sorted(values.items(), key=lambda item: -len(item[1])))
