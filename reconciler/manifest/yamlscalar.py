"""Values → YAML text: scalars in the manner of those they replace, new collections as a person would write them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from reconciler.manifest import scalar as scalars
from reconciler.model.jsontypes import Json

_PLAIN: Final = re.compile(r"[A-Za-z](?:[-A-Za-z0-9_.()/&' ]*[-A-Za-z0-9_.()])?")
_PLAIN_IN_FLOW: Final = re.compile(r"[A-Za-z](?:[-A-Za-z0-9_. ]*[-A-Za-z0-9_.])?")
_UNPRINTABLE: Final = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udfff]")
_NOT_LITERAL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udfff]")
_SHORT: Final = 60
"""Characters that a new collection may have on one line."""


def scalar(value: Json, style: str | None = None, *, inside_flow: bool = False) -> str:
    """Write a value on one line.

    Args:
        value: any; a collection is written in flow style.
        style: quotes of the scalar that it replaces; None, the default, for plain where nobody could misread it.
        inside_flow: it stands between brackets. Default no.
    """
    if not isinstance(value, str):
        return flow(value)
    if style == "'" and value and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    plain = (_PLAIN_IN_FLOW if inside_flow else _PLAIN).fullmatch(value)
    return value if style is None and plain and scalars.is_text(value) else _quoted(value)


def flow(value: Json) -> str:
    """Write a value on one line, collections in flow style."""
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{scalar(key, inside_flow=True)}: {_in_flow(item)}" for key, item in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(_in_flow(item) for item in value) + "]"
    return _quoted(value) if isinstance(value, str) else json.dumps(value)


def literal(text: str, indent: str) -> str | None:
    """Write a text as a literal block scalar; None when it cannot be one.

    Args:
        text: what it says.
        indent: what stands before each of its lines.
    """
    lines = text.rstrip("\n").split("\n")
    if not text.strip() or _NOT_LITERAL.search(text) or lines[0][:1] in {" ", "\t", ""} or text.endswith("\n\n"):
        return None
    if any(line and not line.strip() for line in lines):
        return None
    body = "\n".join(indent + line if line else "" for line in lines)
    return f"|{'' if text.endswith(chr(10)) else '-'}\n{body}"


def block(value: Json, indent: str, *, offset: str) -> str:
    """Write a collection that is not empty in block style, without the indentation of its first line.

    Args:
        value: an object or a list.
        indent: what stands before its lines.
        offset: how far lists stand in from their keys.
    """
    return f"\n{indent}".join(_lines(value, offset))


def _lines(value: Json, offset: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _member(scalar(key), item, offset)
    elif isinstance(value, list):
        for item in value:
            yield from _element(item, offset)


def _member(key: str, value: Json, offset: str) -> Iterator[str]:
    if isinstance(value, str) and "\n" in value:
        told = literal(value, "  ")
        if told is not None:
            yield from f"{key}: {told}".split("\n")
            return
    if not isinstance(value, dict | list) or _fits(value):
        yield f"{key}: {_in_flow(value) if isinstance(value, dict | list) else scalar(value)}"
        return
    yield f"{key}:"
    inner = offset if isinstance(value, list) else "  "
    yield from (inner + line if line else line for line in _lines(value, offset))


def _element(value: Json, offset: str) -> Iterator[str]:
    if not isinstance(value, dict | list) or _fits(value):
        yield f"- {_in_flow(value) if isinstance(value, dict | list) else scalar(value)}"
        return
    lead = "- "
    for line in _lines(value, offset):
        yield lead + line if line else line
        lead = "  "


def _fits(value: Json) -> bool:
    """Tell whether a collection is written on one line: it is empty, or short and holds no other."""
    if not value:
        return True
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    plain = not any(
        (isinstance(item, dict | list) and item) or (isinstance(item, str) and "\n" in item) for item in items
    )
    return plain and len(flow(value)) <= _SHORT


def _in_flow(value: Json) -> str:
    return scalar(value, inside_flow=True) if isinstance(value, str) else flow(value)


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found.group()):04x}", quoted)
