"""Where a value stands in JSON text. Only asked when there is something to say about it, so it may be slow.

Positions count lines and columns from 1, columns in characters. It reads correct JSON as well as JSON that Python's
reader takes and others refuse (doubled keys, `NaN`); what to make of these is not decided here.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from reconciler.model.definition import StateOrigin
from reconciler.model.finding import Place

Path = tuple[str | int, ...]

TOKEN: Final = re.compile(r'[{}\[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+')


@dataclass(frozen=True, slots=True)
class Node:
    """One value of a document.

    Attributes:
        path: keys and indices that lead to it.
        key_at: where its key begins in the text; where it begins itself when it has none (elements, the root).
        at: where the value begins in the text.
        token: the text of a string, number or constant; the opening bracket of an object or array.
    """

    path: Path
    key_at: int
    at: int
    token: str


@dataclass(slots=True)
class _Open:
    path: Path
    is_list: bool
    step: str | int
    key_at: int = -1


def nodes(text: str) -> Iterator[Node]:
    """Give every value of a document in the order of the text. The text must be balanced: parse it before."""
    stack: list[_Open] = []
    for found in TOKEN.finditer(text):
        piece, at = found.group(), found.start()
        if piece in "]}":
            stack.pop()
            continue
        if piece in ":,":
            _step(piece, stack[-1])
            continue
        top = stack[-1] if stack else None
        if top is not None and not top.is_list and top.key_at < 0:
            top.step, top.key_at = json.loads(piece, strict=False), at
            continue
        path = (*top.path, top.step) if top is not None else ()
        yield Node(path, top.key_at if top is not None and not top.is_list else at, at, piece)
        if piece in "[{":
            stack.append(_Open(path, piece == "[", 0))


def _step(piece: str, top: _Open) -> None:
    if piece == ",":
        top.key_at = -1
        if isinstance(top.step, int):
            top.step += 1


class Places(Protocol):
    """Where the values of one document stand, in whatever language it is written."""

    def value(self, pointer: Sequence[str | int]) -> tuple[int, int]:
        """Give line and column of the value at a path; of a path that leads nowhere, of the nearest value above."""

    def key(self, pointer: Sequence[str | int]) -> tuple[int, int]:
        """Give line and column of the key of the value at a path (for an element: of the element)."""


class Positions:
    """Line and column of everything in one text, found once and asked often."""

    def __init__(self, text: str) -> None:
        self._lines = line_starts(text)
        self._values: dict[Path, int] = {}
        self._keys: dict[Path, int] = {}
        for node in nodes(text):
            self._values.setdefault(node.path, node.at)
            self._keys.setdefault(node.path, node.key_at)

    def value(self, pointer: Sequence[str | int]) -> tuple[int, int]:
        """Give where the value at a path begins; of a path that leads nowhere, the nearest value above."""
        return self._find(self._values, pointer)

    def key(self, pointer: Sequence[str | int]) -> tuple[int, int]:
        """Give where the key of the value at a path begins (for an element: where the element does)."""
        return self._find(self._keys, pointer)

    def _find(self, offsets: dict[Path, int], pointer: Sequence[str | int]) -> tuple[int, int]:
        path = tuple(pointer)
        while path and path not in offsets:
            path = path[:-1]
        return line_and_column(self._lines, offsets.get(path, 0))


class Composed:
    """Places in a definition whose states stand in several files."""

    def __init__(
        self, origins: Sequence[StateOrigin], own: tuple[str, str | Places], texts: Callable[[str], str | Places]
    ) -> None:
        """Read nothing yet.

        Args:
            origins: where each state stands.
            own: the file of everything else, and its text or what knows the places in it.
            texts: gives the same of any other file.
        """
        self._origins = origins
        self._file = own[0]
        self._texts = texts
        self._read = {own[0]: Positions(own[1]) if isinstance(own[1], str) else own[1]}

    def value(self, pointer: Sequence[str | int]) -> tuple[int, int]:
        """Give line and column of the value at a path, in the file that `origin` names."""
        origin, path = self._inside(pointer)
        return self._places(origin.file).value(path)

    def key(self, pointer: Sequence[str | int]) -> tuple[int, int]:
        """Give line and column of the key of the value at a path, in the file that `origin` names."""
        origin, path = self._inside(pointer)
        return self._places(origin.file).key(path)

    def origin(self, pointer: Sequence[str | int]) -> StateOrigin:
        """Say in which file a path is written."""
        return self._inside(pointer)[0]

    def _inside(self, pointer: Sequence[str | int]) -> tuple[StateOrigin, Path]:
        match tuple(pointer):
            case ("states", int() as index, *rest) if index < len(self._origins):
                return self._origins[index], ("states", self._origins[index].index, *rest)
            case path:
                return StateOrigin(self._file, 0), path

    def _places(self, file: str) -> Places:
        if file not in self._read:
            text = self._texts(file)
            self._read[file] = Positions(text) if isinstance(text, str) else text
        return self._read[file]


def place_in(file: str, where: Places, path: Sequence[str | int], *, at_key: bool = False) -> tuple[Place, str]:
    """Give the place of a value of a definition and, where it was included, a note on that to put behind a message.

    Args:
        file: the definition's.
        where: what knows the places in it.
        path: leads to the value.
        at_key: the place of its key is wanted. Default no.
    """
    at = where.key(path) if at_key else where.value(path)
    if not isinstance(where, Composed):
        return Place(file, *at), ""
    origin = where.origin(path)
    return Place(origin.file, *at), origin.note


def locate(text: str, pointer: Sequence[str | int]) -> tuple[int, int]:
    """Give line and column of the value at a path; of a path that leads nowhere, of the nearest value above.

    Args:
        text: a JSON document that parses.
        pointer: keys and indices from the root, such as `("states", 2, "name")`.
    """
    return Positions(text).value(pointer)


def line_starts(text: str) -> list[int]:
    """Give the offset at which each line begins."""
    return [0, *(found.end() for found in re.finditer("\n", text))]


def line_and_column(lines: list[int], offset: int) -> tuple[int, int]:
    """Turn an offset into line and column, both from 1."""
    line = bisect_right(lines, offset)
    return line, offset - lines[line - 1] + 1
