"""How wide text is in a picture, without any font at hand, and how it is cut to fit. Knows nothing of graphs.

Widths are those of DejaVu Sans, the widest of the common fonts: whatever font a reader has, nothing runs over its box.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_PLAIN: Final = {
    27: "'", 28: "ijl", 29: "IJ", 32: " ,.", 34: "/:;\\|", 35: "f", 36: "-", 39: "()[]t", 40: "!", 41: "r", 46: '"',
    50: "*_`", 52: "sz", 53: "?", 55: "c", 56: "L", 58: "Fk", 59: "vxy", 60: "P", 61: "TYao", 62: "e",
    63: "ESbdghnpqu", 64: "$0123456789{}", 66: "K", 68: "AV", 69: "BRXZ", 70: "C", 73: "U", 75: "HN", 77: "DG",
    78: "&", 79: "OQ", 82: "w", 84: "#+<=>^~", 86: "M", 95: "%", 97: "m", 99: "W", 100: "@",
}  # fmt: skip
_WIDTHS: Final = {char: width / 100 for width, chars in _PLAIN.items() for char in chars}
_OTHER: Final = 0.68
_WIDE: Final = 1.05
_BOLD: Final = 1.11
_ELLIPSIS: Final = "…"


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Give the width of a text in a font of that size.

    Args:
        text: one line.
        size: of the font, in pixels.
        bold: whether the font is bold. By default it is not.
    """
    total = sum(_WIDTHS.get(char) or _width_of_other(char) for char in text)
    return total * size * (_BOLD if bold else 1)


def fitted(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Cut a text at its end so that it is no wider than `room`; what was cut is told by an ellipsis.

    Args:
        text: one line.
        size: of the font, in pixels.
        room: pixels.
        bold: whether the font is bold. By default it is not.
    """
    if width_of(text, size, bold=bold) <= room:
        return text
    left = room - width_of(_ELLIPSIS, size, bold=bold)
    kept = 0
    for char in text:
        left -= width_of(char, size, bold=bold)
        if left < 0:
            break
        kept += 1
    return text[:kept].rstrip() + _ELLIPSIS


def drawable(text: str) -> str:
    """Replace what no picture can show: controls, halves of pairs, changes of direction; make odd spaces plain."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else " " if char.isspace() else "\N{REPLACEMENT CHARACTER}" for char in text
    )


def _width_of_other(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    return _WIDE if unicodedata.east_asian_width(char) in "WF" else _OTHER
