"""Where the Liquid stands in a text: outputs, tags, the plain text between them, and the paths inside them.

Needs no Liquid library, so a comparison of flows can use it. It takes any text; what is odd stays visible as a piece
that is not closed. What the pieces mean is decided in `reconciler.definition.liquid`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["text", "output", "tag", "unclosed"]

Step: TypeAlias = str | int | None
"""One step of a path; None where only the execution knows it (`items[flow.variables.i]`)."""

_OPEN: Final = re.compile(r"\{[{%]")
_TAG_NAME: Final = re.compile(r"\s*(#|\w+)")
_STRING: Final = r"""'[^']*'|"[^"]*\""""
_QUOTED: Final = r"""\[\s*(?:'[^']*'|"[^"]*")\s*\]"""
_NESTED: Final = r"\[(?:[^\[\]]|\[[^\[\]]*\])*\]"
_PATH: Final = re.compile(rf"[^\W\d][\w-]*\??(?:\s*\.\s*[\w-]+\??|\s*{_QUOTED}|\s*{_NESTED})*")
_STEP: Final = re.compile(rf"\s*(?:\.\s*)?(?:(?P<name>[\w-]+\??)|(?P<quoted>{_QUOTED})|(?P<nested>{_NESTED}))")
_WORDS: Final = re.compile(rf"{_STRING}|{_PATH.pattern}")
_VERBATIM_END: Final = {name: re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}") for name in ("raw", "comment")}


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a text.

    Attributes:
        kind: `unclosed` is an opening `{{` or `{%` that nothing closes.
        start, end: where it stands, braces included.
        name: of a tag: `if`, `assign`; else empty.
        body: what is between the braces, after the tag's name; of plain text, the text.
        body_at: where the body begins.
    """

    kind: Kind
    start: int
    end: int
    name: str
    body: str
    body_at: int


@dataclass(frozen=True, slots=True)
class PathAt:
    """A path such as `widgets.ask.inbound.Body`, and where it stands.

    Attributes:
        steps: names, indices, and None for what only the execution knows.
        spans: where each step stands, quotes and brackets not included.
        start, end: where the whole path stands.
    """

    steps: tuple[Step, ...]
    spans: tuple[tuple[int, int], ...]
    start: int
    end: int


def pieces(text: str) -> Iterator[Piece]:
    """Cut a text into pieces, in order and without gaps."""
    at = plain = 0
    closed = {"}}": 0, "%}": 0}
    while found := _OPEN.search(text, at):
        start = found.start()
        end = _closing(text, found.group(), start, closed)
        if end < 0:
            at = start + 2
            yield from _plain(text, plain, start)
            yield Piece("unclosed", start, at, "", "", at)
            plain = at
            continue
        yield from _plain(text, plain, start)
        piece = _markup(text, start, end)
        yield piece
        at = plain = end
        if piece.name in _VERBATIM_END and closed.setdefault(piece.name, 0) >= 0:
            closed[piece.name] = _verbatim_end(text, piece)
            at = max(end, closed[piece.name])
    yield from _plain(text, plain, len(text))


def paths(body: str, offset: int = 0) -> Iterator[PathAt]:
    """Give every path of an expression, those inside brackets included, and none inside quotes.

    Words that are no variables come as paths of one step: operators, names of filters, `true`.

    Args:
        body: what stands between braces.
        offset: where it begins in the text; spans count from there.
    """
    for found in _WORDS.finditer(body):
        if found.group()[0] not in "'\"":
            yield from _path(found.group(), offset + found.start())


def path_at(body: str, start: int, offset: int = 0) -> PathAt | None:
    """Give the path that begins at a place of an expression, None when none does."""
    found = _PATH.match(body, start)
    return next(_path(found.group(), offset + start), None) if found else None


def bare_path(body: str, offset: int = 0) -> PathAt | None:
    """Give the path that an expression consists of, None when it says more than a path."""
    found = _PATH.fullmatch(body)
    if found is None or "?" in body or "[" in body:
        return None
    return next(_path(body, offset))


def _path(word: str, at: int) -> Iterator[PathAt]:
    steps: list[Step] = []
    spans: list[tuple[int, int]] = []
    inner: list[tuple[str, int]] = []
    for found in _STEP.finditer(word):
        group = found.lastgroup or "name"
        value, start, end = found.group(group), found.start(group), found.end(group)
        step: Step = value
        if group == "quoted":
            inside = value[1:-1].strip()
            step, start = inside[1:-1], start + value.index(inside[0]) + 1
            end = start + len(step)
        elif group == "nested":
            inside = value[1:-1].strip()
            step = int(inside) if re.fullmatch(r"-?[0-9]{1,9}", inside) else None
            start, end = start + 1, end - 1
            if step is None:
                inner.append((value[1:-1], at + start))
        steps.append(step)
        spans.append((at + start, at + end))
    yield PathAt(tuple(steps), tuple(spans), at, at + len(word))
    for text, offset in inner:
        yield from paths(text, offset)


def _closing(text: str, opening: str, start: int, closed: dict[str, int]) -> int:
    """Give the end of a piece, -1 when it is not closed before the next one opens.

    `closed` remembers the next closing braces, -1 for none: without it, a text of nothing but opening braces would take
    a time that grows with its square.
    """
    closing = "}}" if opening == "{{" else "%}"
    if 0 <= closed[closing] < start + 2:
        closed[closing] = text.find(closing, start + 2)
    end = closed[closing]
    if end < 0 or text.find(opening, start + 2, end) >= 0:
        return -1
    return end + 2


def _markup(text: str, start: int, end: int) -> Piece:
    first, last = start + 2, end - 2
    first += text.startswith("-", first, last)
    last -= text.endswith("-", first, last)
    name = ""
    kind: Kind = "output" if text[start + 1] == "{" else "tag"
    if kind == "tag" and (found := _TAG_NAME.match(text, first, last)):
        name, first = found.group(1), found.end()
    inside = text[first:last]
    body = inside.strip()
    return Piece(kind, start, end, name, body, first + len(inside) - len(inside.lstrip()))


def _verbatim_end(text: str, piece: Piece) -> int:
    """Give where the end tag of `raw` or `comment` begins (what is before it is plain text), -1 when there is none."""
    found = _VERBATIM_END[piece.name].search(text, piece.end)
    return found.start() if found else -1


def _plain(text: str, start: int, end: int) -> Iterator[Piece]:
    if start < end:
        yield Piece("text", start, end, "", text[start:end], start)
