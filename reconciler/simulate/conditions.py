"""The conditions of a split: two texts and a type of comparison.

Studio compares without case and without white space around (documented); a regular expression has to match the whole
text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final

from reconciler.simulate.assumptions import Assumption

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME: Final = re.compile(r"\d{2}:\d{2}")


def holds(kind: str, subject: str, value: str) -> bool:
    """Tell whether a condition holds.

    Args:
        kind: its type, `equal_to`; one that nobody knows never holds.
        subject: the text that is tested, rendered.
        value: the text that it is compared with, rendered.
    """
    comparison = COMPARISONS.get(kind)
    return comparison is not None and comparison(_plain(subject), value.strip())


def relied_upon(kind: str) -> frozenset[Assumption]:
    """Give what a comparison takes for granted."""
    if kind not in COMPARISONS:
        return frozenset({Assumption.UNKNOWN_CONDITION})
    return frozenset({_RELIED_UPON[kind]} if kind in _RELIED_UPON else ())


def _plain(text: str) -> str:
    return text.strip().lower()


def _equal(subject: str, value: str) -> bool:
    return subject == value.lower()


def _any_of(subject: str, value: str) -> bool:
    return any(subject == _plain(item) for item in value.split(","))


def _contains(subject: str, value: str) -> bool:
    return value.lower() in subject


def _starts_with(subject: str, value: str) -> bool:
    return subject.startswith(value.lower())


def _blank(subject: str, value: str) -> bool:
    del value
    return not subject


def _matches(subject: str, value: str) -> bool:
    pattern = _pattern(value)
    return pattern is not None and pattern.fullmatch(subject) is not None


@lru_cache(maxsize=1024)
def _pattern(text: str) -> re.Pattern[str] | None:
    try:
        return re.compile(text, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError):
        return None


def _less(subject: str, value: str) -> bool:
    one, other = _number(subject), _number(value)
    return one is not None and other is not None and one < other


def _greater(subject: str, value: str) -> bool:
    one, other = _number(subject), _number(value)
    return one is not None and other is not None and one > other


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _before_date(subject: str, value: str) -> bool:
    one, other = _date(subject), _date(value)
    return one is not None and other is not None and one < other


def _after_date(subject: str, value: str) -> bool:
    one, other = _date(subject), _date(value)
    return one is not None and other is not None and one > other


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _before_time(subject: str, value: str) -> bool:
    one, other = _time(subject), _time(value)
    return one is not None and other is not None and one < other


def _after_time(subject: str, value: str) -> bool:
    one, other = _time(subject), _time(value)
    return one is not None and other is not None and one > other


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if _TIME.fullmatch(text) else None
    except ValueError:
        return None


def _not(comparison: Callable[[str, str], bool]) -> Callable[[str, str], bool]:
    return lambda subject, value: not comparison(subject, value)


COMPARISONS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "equal_to": _equal,
    "not_equal_to": _not(_equal),
    "matches_any_of": _any_of,
    "does_not_match_any_of": _not(_any_of),
    "is_blank": _blank,
    "is_not_blank": _not(_blank),
    "regex": _matches,
    "contains": _contains,
    "does_not_contain": _not(_contains),
    "starts_with": _starts_with,
    "does_not_start_with": _not(_starts_with),
    "less_than": _less,
    "greater_than": _greater,
    "is_before_time": _before_time,
    "is_after_time": _after_time,
    "is_before_date": _before_date,
    "is_after_date": _after_date,
}
"""Every documented type of condition."""

_RELIED_UPON: Final = {
    "matches_any_of": Assumption.LIST,
    "does_not_match_any_of": Assumption.LIST,
    "regex": Assumption.REGEX,
    "less_than": Assumption.NUMBER,
    "greater_than": Assumption.NUMBER,
    "is_before_time": Assumption.MOMENT,
    "is_after_time": Assumption.MOMENT,
    "is_before_date": Assumption.MOMENT,
    "is_after_date": Assumption.MOMENT,
}
