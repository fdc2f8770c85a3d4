"""Text in general: escaping, wrapping, cutting, tables. Knows nothing of plans."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from reconciler.model.jsontypes import Json
from reconciler.views.style import Style, Tone

_CONTEXT: Final = 24
"""Characters kept at least on both sides of a change inside a long text."""

_COMMAND: Final = re.compile(r"`reconciler ([^`]*)`")

_LEAST: Final = 20
"""However narrow the place: less than this cannot be read."""


def plain(text: str) -> str:
    """Escape what is not printable: other people's texts must not steer the terminal or hide what they say."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def quoted(value: Json) -> str:
    """Give a JSON value on one line."""
    return plain(json.dumps(value, ensure_ascii=False))


def moment(at: datetime | None) -> str:
    """Give a time of day in UTC."""
    return "time unknown" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def count(number: int, one: str, many: str | None = None) -> str:
    """Give a number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def shortened(text: str, room: int, style: Style) -> str:
    """Cut a text at its end."""
    room = max(room, _LEAST)
    return text if len(text) <= room else text[: room - len(style.ellipsis)] + style.ellipsis


def around_change(before: str, after: str, room: int, style: Style) -> tuple[str, str]:
    """Cut two texts to where they differ, with a little of what is around."""
    room = max(room, _LEAST)
    if max(len(before), len(after)) <= room:
        return before, after
    head = _common(before, after)
    tail = min(_common(before[::-1], after[::-1]), min(len(before), len(after)) - head)
    changed = max(len(before), len(after)) - head - tail
    around = max(_CONTEXT, (room - changed) // 2 - len(style.ellipsis))
    longest = max(len(before), len(after))
    start = max(0, min(head - around, longest - room + len(style.ellipsis)))
    return (
        _window(before, start, len(before) - tail + around, room, style),
        _window(after, start, len(after) - tail + around, room, style),
    )


def wrapped(text: str, indent: int, style: Style, *, first: str = "") -> list[str]:
    """Break a sentence into lines that are indented; `first` stands before its first word, inside the indentation.

    A command in it is not broken: people copy it.
    """
    room = max(style.width, indent + _LEAST)
    lead = " " * (indent - len(first)) + first
    wrapper = textwrap.TextWrapper(
        room, initial_indent=lead, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )
    whole = _COMMAND.sub(lambda found: found[0].replace(" ", "\0"), plain(text))
    return [line.replace("\0", " ") for line in wrapper.wrap(whole)] or [lead.rstrip()]


def said(text: str, style: Style) -> str:
    """Let the commands of a sentence call us about the same project and environment as this run."""
    return _COMMAND.sub(lambda found: f"`{style.program} {found[1]}`", text)


def table(rows: Sequence[Sequence[str]], tones: Sequence[Tone | None], style: Style) -> list[str]:
    """Align rows into columns, each in its tone. Empty cells at the end of a row leave no blanks."""
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(len(tones))]
    lines = []
    for row in rows:
        last = max((column for column, cell in enumerate(row) if cell), default=0)
        cells = [
            style.paint(cell, tone) + " " * (0 if column == last else width - len(cell))
            for column, (cell, tone, width) in enumerate(zip(row, tones, widths, strict=True))
            if column <= last
        ]
        lines.append("  ".join(cells))
    return lines


def joined(lines: Iterable[str]) -> str:
    """Give the lines as one text, without a newline at its end."""
    return "\n".join(line.rstrip() for line in lines)


def _common(one: str, other: str) -> int:
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))


def _window(text: str, start: int, end: int, room: int, style: Style) -> str:
    lead = style.ellipsis if start > 0 else ""
    if end < len(text) or len(lead) + len(text) - start > room:
        end = min(end, start + room - len(lead) - len(style.ellipsis))
        return lead + text[start:end] + style.ellipsis
    return lead + text[start:]
