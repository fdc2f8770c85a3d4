"""Dates in Liquid without a clock: `now` is when the simulated widget runs, shown in Pacific time as Studio does."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Final

_STANDARD: Final = timezone(timedelta(hours=-8), "PST")
_SUMMER: Final = timezone(timedelta(hours=-7), "PDT")
_SECONDS: Final = re.compile(r"(?<!%)((?:%%)*)%s")


def pacific(at: float) -> datetime:
    """Give the Pacific time of a moment, by the rules that the United States have had since 2007.

    Raises:
        OverflowError, ValueError: the moment has no year that can be written.
    """
    moment = datetime.fromtimestamp(at, UTC)
    begin = _sunday(moment.year, 3, 2) + timedelta(hours=10)
    end = _sunday(moment.year, 11, 1) + timedelta(hours=9)
    return moment.astimezone(_SUMMER if begin <= moment < end else _STANDARD)


def formatted(value: object, form: str, now: float) -> str | None:
    """Write a moment as `strftime` would; None when the value is no moment.

    Args:
        value: `now`, `today`, seconds since 1970, or a text in ISO 8601 or RFC 2822.
        form: the form, with `%` codes.
        now: what `now` means, in seconds since 1970.
    """
    moment = _moment(value, now)
    if moment is None:
        return None
    seconds = str(int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))
    return moment.strftime(_SECONDS.sub(rf"\g<1>{seconds}", form))


def _moment(value: object, now: float) -> datetime | None:
    try:
        if value in ("now", "today"):
            return pacific(now)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return pacific(value)
        return _read(str(value)) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None


def _read(text: str) -> datetime:
    plain = text.strip()
    if plain.isdecimal():
        return pacific(int(plain))
    try:
        return datetime.fromisoformat(plain)
    except ValueError:
        return parsedate_to_datetime(plain)


def _sunday(year: int, month: int, which: int) -> datetime:
    first = datetime(year, month, 1, tzinfo=UTC)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (which - 1))
