"""A text of JSON and Liquid with something in every place that Liquid fills: would it be JSON?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.definition.liquid_scan import Piece, pieces
from reconciler.definition.liquid_words import BLOCKS, INSIDE

_PLACEHOLDER: Final = re.compile(r"\$\{[^{}]*\}")
_STRINGS: Final = re.compile(r'"|\\.', re.DOTALL)
_SILENT: Final = frozenset({"comment", "capture"})


@dataclass(slots=True)
class _Block:
    name: str
    shown: bool
    branch: int = 0


def filled(text: str, *, otherwise: bool = False) -> str:
    """Give a text without Liquid: `x` where it stands between quotes, `0` elsewhere; the same for `${…}`.

    Args:
        text: any text.
        otherwise: of each block take the `else`, or nothing where it has none; default the first branch.
    """
    found = list(pieces(text))
    done: list[str] = []
    quoted = False
    for shown in _shown(found, otherwise=otherwise):
        # Placeholders of other tools, and ours, which are filled before anything is sent.
        for part in _parts(shown):
            done.append(part if part is not _FILL else "x" if quoted else "0")
            if part is not _FILL and sum(mark == '"' for mark in _STRINGS.findall(part)) % 2:
                quoted = not quoted
    return "".join(done)


_FILL: Final = "\0"


def _parts(shown: str) -> Iterator[str]:
    if shown is _FILL:
        yield _FILL
        return
    at = 0
    for place in _PLACEHOLDER.finditer(shown):
        yield shown[at : place.start()]
        yield _FILL
        at = place.end()
    yield shown[at:]


def _shown(found: Sequence[Piece], *, otherwise: bool) -> Iterator[str]:
    """Give the texts of the branches that are taken, and `_FILL` for every output in them."""
    blocks: list[_Block] = []
    for piece in found:
        if piece.kind == "tag":
            _step(piece, blocks, otherwise=otherwise)
        elif all(block.shown for block in blocks):
            yield _FILL if piece.kind == "output" and not (blocks and blocks[-1].name == "raw") else _text(piece)


def _text(piece: Piece) -> str:
    return "{{" if piece.kind == "unclosed" else piece.body


def _step(piece: Piece, blocks: list[_Block], *, otherwise: bool) -> None:
    if piece.name in BLOCKS:
        first = piece.name != "case" and (not otherwise or piece.name == "raw")
        blocks.append(_Block(piece.name, first and piece.name not in _SILENT))
    elif piece.name in INSIDE and blocks:
        block = blocks[-1]
        block.branch += 1
        # The first `when` is the first branch of a `case`.
        is_first = block.name == "case" and block.branch == 1
        block.shown = piece.name == "else" if otherwise else is_first
    elif blocks and piece.name == f"end{blocks[-1].name}":
        blocks.pop()
