"""JSON text → the same text with another meaning: what stays the same keeps its bytes, what is new takes their manner.

Indentation, spaces, order of keys and whether an object stands on one line are a person's; a small change of the value
must be a small change of the text.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.definition.spans import Span, spans_of
from reconciler.manifest.pairing import paired_items, paired_keys
from reconciler.model.jsontypes import Json

_ANY: Final = "*"
Pattern = tuple[str, ...]
"""Keys that lead to a value, `*` for every element: what stands at one pattern is written in one manner."""


def patched(text: str, new: Json) -> str:
    """Give a JSON text that means `new` and differs from `text` where it must.

    Args:
        text: correct JSON, a byte order mark allowed.
        new: what it is to mean.
    """
    old = json.loads(text.removeprefix("\ufeff"))
    root = spans_of(text)
    work = _Patch(text, _manner(text, root))
    return text[: root.start] + work.value(root, old, new, ()) + text[root.end :]


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a text is written.

    Attributes:
        unit: one step of indentation; None when all stands on one line.
        flat: patterns whose objects and arrays always stand on one line.
    """

    unit: str | None
    newline: str
    colon: str
    comma: str
    escaped: bool
    flat: frozenset[Pattern]

    def scalar(self, value: Json) -> str:
        """Write a value that holds no other, or an empty one."""
        text = json.dumps(value, ensure_ascii=self.escaped)
        try:
            text.encode()
        except UnicodeEncodeError:  # half a surrogate pair has no UTF-8, only an escape
            return json.dumps(value)
        return text

    def write(self, value: Json, indent: str | None, pattern: Pattern) -> str:
        """Write a value; `indent` is that of its line, None for all on one line."""
        if not isinstance(value, dict | list) or not value:
            return self.scalar(value)
        if indent is None or self.unit is None or pattern in self.flat:
            inner, lead, tail = None, "", ""
        else:
            inner = indent + self.unit
            lead, tail = self.newline + inner, self.newline + indent
        between = "," + lead if inner is not None else self.comma
        if isinstance(value, dict):
            members = (self.member(key, item, inner, (*pattern, key)) for key, item in value.items())
            return "{" + lead + between.join(members) + tail + "}"
        items = (self.write(item, inner, (*pattern, _ANY)) for item in value)
        return "[" + lead + between.join(items) + tail + "]"

    def member(self, key: str, value: Json, indent: str | None, pattern: Pattern) -> str:
        """Write one member of an object."""
        return self.scalar(key) + self.colon + self.write(value, indent, pattern)


def _manner(text: str, root: Span) -> _Manner:
    multi = "\n" in text[root.start : root.end]
    return _Manner(
        unit=_unit(text, root) if multi else None,
        newline="\r\n" if "\r\n" in text else "\n",
        colon=": " if multi or '": ' in text or not root.children else ":",
        comma=", " if multi or '", "' in text or '": ' in text or not root.children else ",",
        escaped=text.isascii() and "\\u" in text,
        flat=frozenset(_flat(text, root)),
    )


def _unit(text: str, root: Span) -> str:
    """Give one step of indentation: that of the first value that stands on a line below its container's."""
    waiting = [root]
    while waiting:
        span = waiting.pop()
        outer = _indent(text, span.key)
        for child in span.children[:1]:
            if "\n" in text[span.start : child.key]:
                return _indent(text, child.key).removeprefix(outer)
        waiting.extend(reversed(span.children))
    return "  "


def _indent(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    line = text[start:at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _flat(text: str, root: Span) -> Iterator[Pattern]:
    told: dict[Pattern, bool] = {}
    waiting: list[tuple[Span, Pattern]] = [(root, ())]
    while waiting:
        span, pattern = waiting.pop()
        if span.children:
            told[pattern] = told.get(pattern, True) and "\n" not in text[span.start : span.end]
        if span.members is not None:
            waiting.extend((child, (*pattern, key)) for key, child in span.members.items())
        else:
            waiting.extend((child, (*pattern, _ANY)) for child in span.items or ())
    return (pattern for pattern, one_line in told.items() if one_line)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One value of a container as it will stand there; `index` is where it stood, None for a new one."""

    index: int | None
    text: str


@dataclass(frozen=True, slots=True)
class _Patch:
    text: str
    manner: _Manner

    def value(self, span: Span, old: Json, new: Json, pattern: Pattern) -> str:
        """Give the new text of one value."""
        if exactly(old, new):
            return self.text[span.start : span.end]
        if isinstance(old, dict) and isinstance(new, dict) and span.members:
            return self._container(span, list(self._members(span.members, old, new, pattern)))
        if isinstance(old, list) and isinstance(new, list) and span.items:
            return self._container(span, list(self._items(span.items, old, new, pattern)))
        return self.manner.write(new, self._line(span), pattern)

    def _members(
        self, spans: Mapping[str, Span], old: Mapping[str, Json], new: Mapping[str, Json], pattern: Pattern
    ) -> Iterator[_Entry]:
        places = {key: index for index, key in enumerate(spans)}
        indent = self._below(next(iter(spans.values())))
        for key in paired_keys(old, new):
            below = (*pattern, key)
            if key in old:
                span = spans[key]
                text = self.text[span.key : span.start] + self.value(span, old[key], new[key], below)
                yield _Entry(places[key], text)
            else:
                yield _Entry(None, self.manner.member(key, new[key], indent, below))

    def _items(self, spans: tuple[Span, ...], old: list[Json], new: list[Json], pattern: Pattern) -> Iterator[_Entry]:
        indent, below = self._below(spans[0]), (*pattern, _ANY)
        for before, after in paired_items(old, new):
            if after is None:
                continue
            if before is None:
                yield _Entry(None, self.manner.write(new[after], indent, below))
            else:
                yield _Entry(before, self.value(spans[before], old[before], new[after], below))

    def _container(self, span: Span, entries: list[_Entry]) -> str:
        """Put a container together: what stood between two values that stay neighbours stays between them."""
        opened, closed = self.text[span.start], self.text[span.end - 1]
        if not entries:
            return opened + closed
        children = span.children
        head = self.text[span.start + 1 : children[0].key]
        pieces = [opened + head + entries[0].text]
        usual = self._usual_gap(children, head)
        for before, after in itertools.pairwise(entries):
            neighbours = before.index is not None and after.index == before.index + 1
            gap = self._gap(children, after.index) if neighbours and after.index is not None else usual
            pieces.append(gap + after.text)
        return "".join(pieces) + self.text[children[-1].end : span.end]

    def _gap(self, children: tuple[Span, ...], index: int) -> str:
        return self.text[children[index - 1].end : children[index].key]

    def _usual_gap(self, children: tuple[Span, ...], head: str) -> str:
        if len(children) > 1:
            return self._gap(children, 1)
        return "," + head if "\n" in head else self.manner.comma

    def _line(self, span: Span) -> str | None:
        """Give the indentation for a value that takes another's place; None when all stands on one line."""
        return None if self.manner.unit is None else _indent(self.text, span.key)

    def _below(self, first: Span) -> str | None:
        """Give the indentation for a new neighbour of a value; None when it stands on its container's line."""
        start = self.text.rfind("\n", 0, first.key) + 1
        alone = not self.text[start : first.key].strip()
        return _indent(self.text, first.key) if alone and self.manner.unit is not None else None


def exactly(one: Json, other: Json) -> bool:
    """Tell whether two values are the same in type and order too: 1 is neither 1.0 nor true."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(exactly(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(exactly, one, other))
    return type(one) is type(other) and one == other
