"""Texts that make a condition of a split true, and texts that make it false. Pure, and the same every time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from reconciler.scenario.generate.patterns import sample
from reconciler.simulate.conditions import holds

OTHERWISE: Final = ("something else", "0", "999999", "")
"""Texts that hardly any condition is meant for: what a contact says who does not play along."""

_USUAL: Final = (
    "1", "12", "123", "1234", "12345", "123456", "5550100", "5550100001", "+15550100001", "yes", "no", "Alex",
    "someone@example.com", "2026-03-02", "2026-12-24", "01/02/2026", "09:00", "17:30", "9:00 am", "$10.50", "12.5",
    "a", "true", "false", "hello there",
)  # fmt: skip
"""Texts that patterns are often written for; numbers, dates and addresses are invented."""


_EACH: Final = 3
"""Texts that are looked at first for one condition."""

_MOST: Final = 16
"""Texts that are given for all conditions together."""

_KEYS: Final = tuple("1234567890#*")


def satisfying(kind: str, value: str) -> tuple[str, ...]:
    """Give texts for which a condition holds, the plainest first; none when none is found.

    Args:
        kind: its type, `equal_to`.
        value: what it compares with, rendered.
    """
    found = dict.fromkeys(_candidates(kind, value.strip()))
    return tuple(text for text in found if holds(kind, text, value))


@lru_cache(maxsize=1024)
def telling(conditions: tuple[tuple[str, str], ...], shape: re.Pattern[str] | None = None) -> tuple[str, ...]:
    """Give texts that conditions tell apart: each makes other ones of them hold than the texts before it.

    Those that make the first condition hold come first, one that makes none hold comes last.

    Args:
        conditions: type and value of each; values are rendered.
        shape: what the texts have to look like. Default: as they like.
    """
    wanted = [text for kind, value in conditions for text in satisfying(kind, value)[:_EACH]]
    near = [text for kind, value in conditions for text in _candidates(kind, value.strip())]
    found: dict[tuple[bool, ...], str] = {}
    for text in dict.fromkeys((*wanted, *near, *OTHERWISE, *_KEYS, *_USUAL)):
        if shape is None or shape.fullmatch(text):
            found.setdefault(tuple(holds(kind, text, value) for kind, value in conditions), text)
    none = tuple(False for _ in conditions)
    texts = [text for held, text in found.items() if held != none][:_MOST]
    return (*texts, found[none]) if none in found else tuple(texts)


def _candidates(kind: str, value: str) -> Iterator[str]:
    match kind:
        case "equal_to" | "contains" | "starts_with":
            yield value
        case "matches_any_of":
            yield from (item.strip() for item in value.split(","))
        case "regex":
            yield from sample(value)
            yield from _USUAL
        case "less_than" | "greater_than":
            yield from _numbers(value)
        case "is_before_date" | "is_after_date":
            yield from _dates(value)
        case "is_before_time" | "is_after_time":
            yield from _times(value)
        case _:
            yield from (*_numbers(value), *OTHERWISE, *_USUAL)


def _numbers(value: str) -> Iterator[str]:
    try:
        found = Decimal(value)
    except InvalidOperation:
        return
    if found.is_finite() and abs(found) < Decimal(10) ** 18:
        yield from (f"{found + 1:f}", f"{found - 1:f}", f"{found:f}")


def _dates(value: str) -> Iterator[str]:
    try:
        found = date.fromisoformat(value)
        yield from (f"{found + timedelta(days=days):%Y-%m-%d}" for days in (1, -1, 0))
    except (ValueError, OverflowError):
        return


def _times(value: str) -> Iterator[str]:
    try:
        found = datetime.fromisoformat(f"2026-03-02T{value}")
    except ValueError:
        return
    yield from (f"{found + timedelta(minutes=minutes):%H:%M}" for minutes in (1, -1, 0))
