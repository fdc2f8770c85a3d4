"""Moments and spans of time, as people read them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "m"))


def minute(at: datetime | None) -> str:
    """Give a moment in UTC, to the minute; nothing when it is not known."""
    return "" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def spoken(span: timedelta | None) -> str:
    """Give a span of time in its two largest units; nothing when it is not known."""
    if span is None:
        return ""
    seconds = round(span.total_seconds())
    for index, (size, unit) in enumerate(_UNITS):
        if seconds >= size:
            smaller, name = _UNITS[index + 1] if index + 1 < len(_UNITS) else (1, "s")
            rest = seconds % size // smaller
            return f"{seconds // size}{unit}" + (f" {rest}{name}" if rest else "")
    return f"{seconds}s"
