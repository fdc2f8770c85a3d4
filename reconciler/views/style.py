"""How text for people looks: colours, width, ornaments. The caller decides; nothing here looks at a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Tone = Literal["add", "change", "remove", "move", "strong", "faint", "warn", "good"]

_CODES: Final[dict[Tone, str]] = {
    "add": "32",
    "change": "33",
    "remove": "31",
    "move": "36",
    "strong": "1",
    "faint": "2",
    "warn": "1;33",
    "good": "32",
}


@dataclass(frozen=True, slots=True)
class Style:
    """Say what the place can show that the text goes to.

    Attributes:
        color: whether ANSI colours may be used; they never carry meaning that the words do not.
        width: columns; longer lines are wrapped or cut, but commands and identifiers never are.
        unicode: whether arrows and ellipses may be other than ASCII.
        program: how to call us, with what a next command needs (`reconciler --environment production`).
    """

    color: bool = False
    width: int = 80
    unicode: bool = False
    program: str = "reconciler"

    def paint(self, text: str, tone: Tone | None) -> str:
        """Give the text in that tone; as it is without colours."""
        if not self.color or tone is None or not text:
            return text
        return f"\x1b[{_CODES[tone]}m{text}\x1b[0m"

    @property
    def arrow(self) -> str:
        """Give the sign between what was and what becomes."""
        return "→" if self.unicode else "->"

    @property
    def ellipsis(self) -> str:
        """Give the sign for what was cut off."""
        return "…" if self.unicode else "..."
