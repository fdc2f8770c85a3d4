"""Durations as people write them: `0`, `250ms`, `2s`, `1.5m`, `30d`. Nothing else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from reconciler.errors import UsageError

_DURATION: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,6})?)(ms|s|m|h|d)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


def parse_duration(text: str) -> timedelta:
    """Read a duration.

    Raises:
        UsageError: it is neither `0` nor a number with `ms`, `s`, `m`, `h` or `d` behind it.
    """
    if text == "0":
        return timedelta()
    found = _DURATION.fullmatch(text)
    if not found:
        raise UsageError(f"{text!r} is no duration", hint="Write a number and its unit: 250ms, 2s, 1m, or 0.")
    return timedelta(seconds=float(found[1]) * _SECONDS[found[2]])
