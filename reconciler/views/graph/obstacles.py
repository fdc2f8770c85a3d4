"""What a line should not meet: blocks, and lines that are drawn already; found quickly in very large flows. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, TypeAlias

from reconciler.views.graph.placement import Point

Area: TypeAlias = tuple[float, float, float, float]

_CLEAR: Final = 11.0
_BESIDE: Final = 6.0
_HIT: Final = 2_000.0
_SHARED: Final = 260.0
_CROSSED: Final = 12.0


@dataclass(slots=True)
class _Pieces:
    """Pieces of lines that run the same way, by where they are.

    An interval overlaps another unless it begins behind its end or ends before its beginning, never both: sorted
    beginnings and ends count overlaps without a look at each.
    """

    ats: list[float] = field(default_factory=list)
    begins: dict[float, list[float]] = field(default_factory=dict)
    ends: dict[float, list[float]] = field(default_factory=dict)

    def add(self, at: float, begin: float, end: float) -> None:
        """Note a piece."""
        if at not in self.begins:
            insort(self.ats, at)
            self.begins[at], self.ends[at] = [], []
        insort(self.begins[at], begin)
        insort(self.ends[at], end)

    def overlapping(self, apart: tuple[float, float], low: float, high: float) -> int:
        """Count pieces strictly between two places whose own length has something of low to high in common."""
        between = self.ats[bisect_right(self.ats, apart[0]) : bisect_left(self.ats, apart[1])]
        return sum(bisect_left(self.begins[at], high) - bisect_right(self.ends[at], low) for at in between)


@dataclass(slots=True)
class Obstacles:
    """Where blocks are, and pieces of lines that are drawn already."""

    areas: Sequence[Area]
    _across: _Pieces = field(default_factory=_Pieces)
    _upright: _Pieces = field(default_factory=_Pieces)
    _by_left: list[Area] = field(init=False)
    _by_top: list[Area] = field(init=False)
    _lefts: list[float] = field(init=False)
    _tops: list[float] = field(init=False)
    _largest: Point = field(init=False)

    def __post_init__(self) -> None:
        """Sort the blocks both ways."""
        self._by_left = sorted(self.areas)
        self._by_top = sorted(self.areas, key=lambda area: area[1])
        self._lefts = [area[0] for area in self._by_left]
        self._tops = [area[1] for area in self._by_top]
        wide = max((right - left for left, _, right, _ in self.areas), default=0.0)
        self._largest = wide, max((bottom - top for _, top, _, bottom in self.areas), default=0.0)

    def take(self, route: Sequence[Point]) -> None:
        """Note a line that is drawn."""
        for (x1, y1), (x2, y2) in pairwise(route):
            if y1 == y2:
                self._across.add(y1, min(x1, x2), max(x1, x2))
            else:
                self._upright.add(x1, min(y1, y2), max(y1, y2))

    def trouble(self, route: Sequence[Point], most: float) -> float:
        """Give what a line would cost that meets all this; at `most` or more it may be any number from there on."""
        cost = 0.0
        for (x1, y1), (x2, y2) in pairwise(route):
            cost += _HIT * self._hits((min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)))
        # Crossings take longest to count, and cost least: they are counted where they can decide.
        for count, price in ((self._shared, _SHARED), (self._crossed, _CROSSED)):
            for piece in pairwise(route):
                if cost >= most:
                    return cost
                cost += price * count(*piece)
        return cost

    def _hits(self, piece: Area) -> int:
        x1, y1, x2, y2 = piece
        wide, high = self._largest
        first = bisect_left(self._lefts, x1 - _CLEAR - wide - 1), bisect_right(self._lefts, x2 + _CLEAR)
        second = bisect_left(self._tops, y1 - high - 1), bisect_right(self._tops, y2)
        if first[1] - first[0] < second[1] - second[0]:
            near = self._by_left[first[0] : first[1]]
        else:
            near = self._by_top[second[0] : second[1]]
        return sum(
            1
            for left, top, right, bottom in near
            if x1 < right + _CLEAR and x2 > left - _CLEAR and y1 < bottom - 1 and y2 > top + 1
        )

    def _shared(self, begin: Point, end: Point) -> int:
        pieces, at, low, high = self._along(begin, end)
        return pieces.overlapping((at - _BESIDE, at + _BESIDE), low, high)

    def _crossed(self, begin: Point, end: Point) -> int:
        pieces, at, low, high = self._along(begin, end)
        others = self._upright if pieces is self._across else self._across
        return others.overlapping((low, high), at, at)

    def _along(self, begin: Point, end: Point) -> tuple[_Pieces, float, float, float]:
        (x1, y1), (x2, y2) = begin, end
        if y1 == y2:
            return self._across, y1, min(x1, x2), max(x1, x2)
        return self._upright, x1, min(y1, y2), max(y1, y2)
