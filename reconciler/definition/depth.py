"""How deeply JSON text is nested: told before it is parsed, so that nothing behind the parser recurses without end."""

from __future__ import annotations

import re
from typing import Final

LIMIT: Final = 100
"""Levels. The deepest real flow has nine; Python's own parser gives up at about a thousand, and what walks the parsed
data needs several frames a level."""

_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]{}"))
_STRING_OR_BRACKET: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def too_deep(raw: bytes) -> bool:
    """Tell whether JSON text is nested deeper than `LIMIT`; of what is no JSON, the answer means nothing.

    Pairs of brackets are taken out from the inside, a level a round: that is a tenth of the time of parsing. Brackets
    in strings rarely stand in its way, as most come in pairs; where they do, every bracket is counted.
    """
    left = raw.translate(None, _NO_BRACKETS)
    for _ in range(LIMIT):
        inner = left.replace(b"{}", b"").replace(b"[]", b"")
        if len(inner) == len(left):
            break
        left = inner
    return bool(left) and _counted(raw) > LIMIT


def _counted(raw: bytes) -> int:
    depth = deepest = 0
    for found in _STRING_OR_BRACKET.finditer(raw):
        piece = found.group()
        if piece in {b"[", b"{"}:
            depth += 1
            deepest = max(deepest, depth)
        elif piece in {b"]", b"}"}:
            depth -= 1
    return deepest
