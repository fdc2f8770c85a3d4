"""JSON text as a tree of spans: where each value begins and ends, for who changes a text in place.

It reads correct JSON only: parse a text before. Where something stands for a person is told by `locate`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.definition.locate import TOKEN


@dataclass(frozen=True, slots=True)
class Span:
    """One value in a text.

    Attributes:
        start, end: the value, brackets and quotes included.
        key: where its member begins: at the key of an object's member, else at the value itself.
        members: the values of an object by key; None when it is none.
        items: the values of an array; None when it is none.
    """

    start: int
    end: int
    key: int
    members: Mapping[str, Span] | None = None
    items: tuple[Span, ...] | None = None

    @property
    def children(self) -> tuple[Span, ...]:
        """The values inside, in the order of the text."""
        return tuple(self.members.values()) if self.members is not None else self.items or ()


@dataclass(slots=True)
class _Open:
    start: int
    key_at: int
    is_object: bool
    members: dict[str, Span] = field(default_factory=dict)
    items: list[Span] = field(default_factory=list)
    name: str | None = None
    name_at: int = -1

    def add(self, span: Span) -> None:
        if self.is_object:
            self.members[str(self.name)] = span
            self.name = None
        else:
            self.items.append(span)

    def closed(self, end: int) -> Span:
        if self.is_object:
            return Span(self.start, end, self.key_at, members=self.members)
        return Span(self.start, end, self.key_at, items=tuple(self.items))


def spans_of(text: str) -> Span:
    """Give the span of the whole value, with all below it.

    Args:
        text: a JSON document that parses, a byte order mark allowed; no key may stand twice in one object.
    """
    stack = [_Open(0, 0, is_object=False)]
    for piece, at in _tokens(text):
        top = stack[-1]
        if piece in "]}":
            done = stack.pop().closed(at + 1)
            stack[-1].add(done)
        elif top.is_object and top.name is None:
            top.name, top.name_at = json.loads(piece, strict=False), at
        else:
            key = top.name_at if top.is_object else at
            if piece in "[{":
                stack.append(_Open(at, key, is_object=piece == "{"))
            else:
                top.add(Span(at, at + len(piece), key))
    return stack[0].items[0]


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    start = 1 if text.startswith("\ufeff") else 0
    for found in TOKEN.finditer(text, start):
        if found.group() not in ":,":
            yield found.group(), found.start()
