"""The YAML 1.2 core schema for plain scalars: which text is a number, a boolean, null, or just text.

YAML 1.1, which PyYAML follows on its own, reads `no` as false, `12:30` as 750 and `2024-01-01` as a date. Here they are
text. Pure: knows nothing of files.
"""

from __future__ import annotations

import re
from typing import Final

PlainValue = bool | int | float | str | None

_CONSTANTS: Final[dict[str, PlainValue]] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_NUMERIC_START: Final = frozenset("+-.0123456789")
_INT: Final = re.compile(r"[-+]?[0-9]+")
_BASED: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_NUMBER: Final = 400
"""Longer digits are text: no manifest means such a number, and Python refuses to read it beyond 4,300 digits."""


def resolve(text: str) -> PlainValue:
    """Read a plain (unquoted) scalar by the core schema."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text[0] not in _NUMERIC_START or len(text) > _LONGEST_NUMBER:
        return text
    return _number(text)


def _number(text: str) -> PlainValue:
    if _INT.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITE.fullmatch(text):
        return float(text.replace(".", "", 1).lower())
    return text


def is_text(text: str) -> bool:
    """Tell whether a plain scalar of this text would be read as text: if not, it needs quotes to be text."""
    return isinstance(resolve(text), str)
