"""Put placeholders back into a body that comes from Studio, where the file that it goes into has them. Pure.

A body from Studio holds values where the file holds `${var.x}`. Where the file's text, resolved, is what the body says,
the file's text stays. Where the body says something else at that place, a placeholder's value that stands in it exactly
once becomes the placeholder again. What cannot be put back is lost; whoever writes asks first (`write.rewritten`).
"""

from __future__ import annotations

import re
from typing import Final, cast

from reconciler.manifest.pairing import identities, paired_items
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


def restored(body: str, written: str, resolved: str) -> str:
    """Give one text with placeholders put back; see `with_placeholders`."""
    return written if body == resolved else _restored_text(body, written, resolved)


def _restored(body: Json, written: Json, resolved: Json) -> Json:
    match body, written, resolved:
        case dict(), dict(), dict():
            return {
                key: _restored(value, written[key], resolved[key]) if key in written and key in resolved else value
                for key, value in body.items()
            }
        case list(), list(), list():
            return _restored_list(body, written, resolved)
        case str(), str(), str():
            return restored(body, written, resolved)
        case _:
            return written if body is resolved or (type(body) is type(resolved) and body == resolved) else body


def _restored_list(body: list[Json], written: list[Json], resolved: list[Json]) -> list[Json]:
    """Match widgets by name, parameters by key, transitions by event and condition, the others by what surrounds them.

    Where something was removed or added among the others, those that are the same on both sides still find each other.
    """
    known = {name: index for index, name in enumerate(identities(resolved)) if index < len(written)}
    paired = {after: before for before, after in paired_items(resolved, body) if before is not None}
    found: list[Json] = []
    for index, (item, name) in enumerate(zip(body, identities(body), strict=True)):
        at = known.get(name, paired.get(index))
        found.append(item if at is None or at >= len(written) else _restored(item, written[at], resolved[at]))
    return found


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
