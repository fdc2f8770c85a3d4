"""Colours and line styles of pictures, as CSS. No colour carries meaning alone: signs, words and dashes say the same.

Every pair of text and ground has a contrast of at least 4.5 to 1 (WCAG AA), in both themes.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

Theme: TypeAlias = Literal["auto", "light", "dark"]
"""`auto` follows the reader's setting where the picture is shown by a browser, and is light elsewhere."""

FONT: Final = "'Helvetica Neue', Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

_ALWAYS: Final = f"""\
text {{ font-family: {FONT}; font-size: 12px; }}
.title {{ font-size: 18px; font-weight: bold; }}
.sub {{ font-size: 13px; }}
.name {{ font-size: 14px; font-weight: bold; }}
.mid {{ text-anchor: middle; }}
.strong, .badge text {{ font-weight: bold; }}
.badge text, .icon {{ fill: #ffffff; }}
.line {{ fill: none; stroke-width: 1.6; }}
.error {{ stroke-dasharray: 7 4; }}
.line.added {{ stroke-width: 2.6; }}
.line.removed {{ stroke-width: 2.2; stroke-dasharray: 2 4; }}
.glyph {{ fill: none; stroke: #ffffff; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }}
.trigger .tile {{ fill: #c2255c; }}
.decision .tile {{ fill: #7048e8; }}
.message .tile {{ fill: #1971c2; }}
.voice .tile {{ fill: #0b7285; }}
.data .tile {{ fill: #5f6b7a; }}
.code .tile {{ fill: #3b5bdb; }}
.flow .tile {{ fill: #9c36b5; }}
.people .tile {{ fill: #a0522d; }}
.other .tile {{ fill: #495057; }}
.missing .tile {{ fill: #c92a2a; }}
.removed .box, .missing .box {{ stroke-dasharray: 6 4; }}
.badge.added rect {{ fill: #1a7f37; }}
.badge.removed rect {{ fill: #c92a2a; }}
.badge.changed rect {{ fill: #9a5b00; }}
.badge.renamed rect {{ fill: #1864ab; }}
"""


def _theme(ground: str, box: str, border: str, text: str, faint: str, line: str, error: str) -> str:  # noqa: PLR0913, PLR0917 - one colour each
    return f"""\
.ground {{ fill: {ground}; }}
.box {{ fill: {box}; stroke: {border}; stroke-width: 1.4; }}
text {{ fill: {text}; }}
.plain {{ fill: {text}; }}
.faint {{ fill: {faint}; }}
.line {{ stroke: {line}; }}
.head, .dot {{ fill: {line}; }}
.line.error {{ stroke: {error}; }}
.head.error, .dot.error, .port.error {{ fill: {error}; }}
.halo {{ stroke: {ground}; stroke-width: 4px; paint-order: stroke; stroke-linejoin: round; }}
"""


def _marks(colours: dict[str, tuple[str, str]]) -> str:
    return "".join(
        f"""\
.{mark} .box {{ stroke: {line}; stroke-width: 2.4; fill: {ground}; }}
.line.{mark} {{ stroke: {line}; }}
.head.{mark}, .dot.{mark}, .port.{mark} {{ fill: {line}; }}
"""
        for mark, (line, ground) in colours.items()
    )


def _tones(good: str, warn: str, bad: str) -> str:
    return f".good {{ fill: {good}; }}\n.warn {{ fill: {warn}; }}\n.bad, .missing .name {{ fill: {bad}; }}\n"


_LIGHT: Final = (
    _theme("#f6f8fa", "#ffffff", "#aeb8c4", "#1b2430", "#57616e", "#5b6776", "#a03818")
    + _marks(
        {
            "added": ("#187233", "#e9f7ed"),
            "removed": ("#c92a2a", "#fdeeee"),
            "changed": ("#8f5400", "#fff5e2"),
            "renamed": ("#1864ab", "#e8f2fc"),
            "missing": ("#c92a2a", "#fdeeee"),
        }
    )
    + _tones("#187233", "#8a5200", "#c92a2a")
)
_DARK: Final = (
    _theme("#0d1117", "#1a212b", "#5d6875", "#e9eef4", "#a9b4c0", "#a3afbc", "#f0966f")
    + _marks(
        {
            "added": ("#57c775", "#12301c"),
            "removed": ("#ff8a85", "#3a1619"),
            "changed": ("#e3a63c", "#35270c"),
            "renamed": ("#74b6f5", "#10293f"),
            "missing": ("#ff8a85", "#3a1619"),
        }
    )
    + _tones("#57c775", "#e3a63c", "#ff8a85")
)


def style_of(theme: Theme) -> str:
    """Give the style sheet of a theme."""
    if theme == "light":
        return _ALWAYS + _LIGHT
    if theme == "dark":
        return _ALWAYS + _DARK
    return f"{_ALWAYS}{_LIGHT}@media (prefers-color-scheme: dark) {{\n{_DARK}}}\n"
