"""Durations, counted in buckets: how long things took, in little memory however many there were.

A bucket spans two per cent, so a median or percentile is off by at most one per cent of itself; the number, the sum,
the least and the greatest are exact, to the millisecond. Two counts merge into what counting all at once gives. The
idea is DDSketch's (Masson, Rim, Lee 2019), without its bound on the number of buckets: from a millisecond to 30 days,
which is as long as an execution may last, there are 1,100.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate
from typing import Final

ERROR: Final = 0.01
"""By which share of itself a quantile may be off."""

_GAMMA: Final = (1 + ERROR) / (1 - ERROR)
_SCALE: Final = 1 / math.log(_GAMMA)
_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(slots=True)
class Durations:
    """How long things took.

    Attributes:
        buckets: how many were how long: bucket n ends at `_GAMMA` to the n milliseconds. What took no time is in none.
        number: how many there were.
        total: of all, in milliseconds.
        least: in milliseconds; of no account when there were none.
        most: as above.
    """

    buckets: dict[int, int] = field(default_factory=dict)
    number: int = 0
    total: int = 0
    least: int = 0
    most: int = 0

    def add(self, duration: timedelta) -> None:
        """Count one; what seems to have taken less than no time took none."""
        took = max(duration // _MILLISECOND, 0)
        if took:
            bucket = math.ceil(math.log(took) * _SCALE)
            self.buckets[bucket] = self.buckets.get(bucket, 0) + 1
        if took < self.least or not self.number:
            self.least = took
        self.most = max(self.most, took)
        self.number += 1
        self.total += took

    def merge(self, other: Durations) -> None:
        """Count all that another has counted."""
        if not other.number:
            return
        for bucket, number in other.buckets.items():
            self.buckets[bucket] = self.buckets.get(bucket, 0) + number
        self.least = min(self.least, other.least) if self.number else other.least
        self.most = max(self.most, other.most)
        self.number += other.number
        self.total += other.total

    def quantile(self, share: float) -> float | None:
        """Give the seconds that this share of all took at most, give or take `ERROR`; None when there were none."""
        if not self.number:
            return None
        rank = max(math.ceil(share * self.number), 1)
        instant = self.number - sum(self.buckets.values())
        if instant >= rank:
            return 0.0
        ordered = sorted(self.buckets)
        upto = accumulate((self.buckets[bucket] for bucket in ordered), initial=instant)
        bucket = ordered[bisect_left(list(upto)[1:], rank)]
        middle = 2 * _GAMMA**bucket / (1 + _GAMMA)
        return min(max(middle, self.least), self.most) / 1000
