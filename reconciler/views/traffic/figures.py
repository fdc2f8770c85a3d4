"""Numbers, shares and durations as people read them."""

from __future__ import annotations

from typing import Final

from reconciler.views.human.times import minute
from reconciler.workflows.traffic.summary import Report

_ALL: Final = 100
_SHORT: Final = 10
_UNITS: Final = ((86_400, 84_600, "d"), (3_600, 3_570, "h"), (60, 59.5, "m"))
"""Seconds of each unit, and from how many on it is taken: 59.5 minutes would be rounded to 60."""

_BLOCKS: Final = " ▏▎▍▌▋▊▉█"


def share(part: int, whole: int) -> str:
    """Give a share in per cent; little is not told as nothing, and nearly all not as all."""
    if not whole or not part:
        return "0 %"
    percent = round(_ALL * part / whole)
    if not percent:
        return "<1 %"
    return ">99 %" if percent == _ALL and part < whole else f"{percent} %"


def number(value: int) -> str:
    """Give a number with its thousands apart; nothing for none, so that what is there stands out."""
    return f"{value:,}" if value else ""


def counted(value: int, noun: str) -> str:
    """Give a number with its noun."""
    return f"{value:,} {noun}{'' if value == 1 else 's'}"


def times(value: int) -> str:
    """Say how often something happened."""
    return "once" if value == 1 else f"{value:,} times"


def lasting(seconds: float | None) -> str:
    """Give a duration in its largest unit, with one decimal where it is short; nothing when there is none."""
    if seconds is None:
        return ""
    for size, least, unit in _UNITS:
        if seconds >= least:
            count = seconds / size
            return f"{count:.1f}{unit}" if round(count, 1) < _SHORT else f"{count:.0f}{unit}"
    return f"{seconds:.1f}s" if 0 < seconds < _SHORT and seconds != round(seconds) else f"{seconds:.0f}s"


def bar(part: int, whole: int, room: int, *, unicode: bool) -> str:
    """Draw a share as a bar that has `room` columns when it is all."""
    if not whole or not part:
        return ""
    eighths = max(round(8 * room * part / whole), 1)
    if not unicode:
        return "#" * max(round(eighths / 8), 1)
    full, rest = divmod(eighths, 8)
    return _BLOCKS[8] * full + _BLOCKS[rest].strip()


def when(report: Report) -> str:
    """Say which time a report is about; nothing when it is about all there is."""
    if report.since is None and report.until is None:
        return ""
    if report.until is None:
        return f"since {minute(report.since)} UTC"
    if report.since is None:
        return f"before {minute(report.until)} UTC"
    return f"{minute(report.since)} to {minute(report.until)} UTC"
