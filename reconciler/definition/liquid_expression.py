"""What a Liquid expression says, and the two ways to read one without the library: the common forms, and by words.

Nearly all expressions are a path, filters after it, or a comparison. Reading these here spares a plan the import of the
library, which takes longer than everything else that lint does. Tests hold both readings to be the same, but for steps
that are words of the language: `parsed.limit` is a path in Shopify's Liquid, and the library refuses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from reconciler.definition.liquid_scan import PathAt, paths

Form: TypeAlias = Literal["output", "condition", "assign", "loop", "words"]
"""What kind of expression it is. `words` is not parsed: what `when` and `cycle` list."""

_KEYWORDS: Final = "and|or|not|contains|in|if|else|for|as|with|limit|offset|cols|reversed|continue|required"
_STRING: Final = r"""(?:'[^']*'|"[^"]*")"""
_LITERALS: Final = "true|false|nil|null|empty|blank"
_NAME: Final = rf"(?!(?:{_KEYWORDS})\b|(?:{_LITERALS})[.\[])[^\W\d][\w-]*"
_INNER: Final = rf"{_NAME}(?:\.[^\W\d][\w-]*)*"
_PATH: Final = rf"""{_NAME}(?:\.[^\W\d][\w-]*|\[(?:{_STRING}|\d{{1,9}}|{_INNER})\])*"""
_VALUE: Final = rf"(?:{_STRING}|-?\d{{1,15}}(?:\.\d{{1,15}})?|{_PATH})"
_FILTER: Final = rf"\s*\|\s*(?!(?:{_KEYWORDS}|{_LITERALS})\b)[^\W\d]\w*(?:\s*:\s*{_VALUE}(?:\s*,\s*{_VALUE})*)?"
_COMPARED: Final = rf"{_VALUE}(?:(?:\s*(?:==|!=|<>|<=|>=|<|>)\s*|\s+contains\s+){_VALUE})?"
_COMMON: Final = {
    "output": re.compile(rf"{_VALUE}(?:{_FILTER})*"),
    "condition": re.compile(rf"{_COMPARED}(?:\s+(?:and|or)\s+{_COMPARED})*"),
    "assign": re.compile(rf"(?P<local>(?!(?:{_LITERALS})\b){_NAME})\s*=\s*{_VALUE}(?:{_FILTER})*"),
    "loop": re.compile(rf"(?P<local>(?!(?:{_LITERALS})\b){_NAME})\s+in\s+{_PATH}"),
}
_FILTERS: Final = re.compile(rf"{_STRING}|\|\s*(?P<name>[^\W\d]\w*)")
_NO_VARIABLES: Final = frozenset(
    """true false nil null empty blank and or not contains in if else limit offset reversed cols continue with
    as""".split()  # noqa: SIM905 - easier to read
)


@dataclass(frozen=True, slots=True)
class Word:
    """A name in an expression, and where it begins there."""

    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one expression says; places count from its beginning.

    Attributes:
        paths: every variable it reads.
        defaulted: where those begin that a `default` filter stands in for.
        filters: every filter, in order.
        local: the name that it gives to a value (`assign`, `for`).
        items: how many times a loop runs; None when only the execution knows.
        fault: why it cannot be parsed.
    """

    paths: tuple[PathAt, ...] = ()
    defaulted: frozenset[int] = frozenset()
    filters: tuple[Word, ...] = ()
    local: str | None = None
    items: int | None = None
    fault: str | None = None


def common(form: Form, body: str) -> Parsed | None:
    """Read an expression of a common form, None when it is none."""
    pattern = _COMMON.get(form)
    found = pattern.fullmatch(body) if pattern is not None else None
    if found is None:
        return None
    local = found.groupdict().get("local")
    filters, read = _words(body)
    start = 0
    if local is not None:
        read, start = read[1:], len(local)  # the first path is the local variable itself
    end = body.find("|") if filters else len(body)
    left = [path.start for path in read if start <= path.start < end][:1]
    defaulted = frozenset(left if any(word.name == "default" for word in filters) else ())
    return Parsed(read, defaulted, filters, local)


def guessed(body: str, fault: str | None) -> Parsed:
    """Read an expression that cannot be parsed by its words, so that no reference is lost."""
    filters, read = _words(body)
    left = frozenset(path.start for path in read)
    return Parsed(read, left if any(word.name == "default" for word in filters) else frozenset(), filters, fault=fault)


def _words(body: str) -> tuple[tuple[Word, ...], tuple[PathAt, ...]]:
    named = (found for found in _FILTERS.finditer(body) if found.group("name"))
    filters = tuple(Word(found.group("name"), found.start("name")) for found in named)
    places = {word.at for word in filters}
    read = (path for path in paths(body) if path.start not in places)
    return filters, tuple(path for path in read if len(path.steps) > 1 or path.steps[0] not in _NO_VARIABLES)
