"""The space between two layers: which horizontal piece of line runs above which other, so that few cross. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

_NEAR: Final = 9.0
"""Pieces on one level keep this distance."""

_BESIDE: Final = 5.0
_TANGLED: Final = 20
"""Crossings are put up with rather than two lines on one another."""

_MOST: Final = 160
"""Pieces; with more, comparing all pairs costs more than it gives."""

_STRAIGHT: Final = 1.0
"""A line that is off by less goes straight on."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A line goes sideways in the space above layer `space`, from one place to another.

    Attributes:
        space: the layer below.
        start: where it comes in.
        end: where it leaves.
        start_above: whether it comes in from above.
        end_above: whether it leaves to above.
    """

    space: int
    start: float
    end: float
    start_above: bool
    end_above: bool

    @property
    def straight(self) -> bool:
        """Whether it needs no level of its own."""
        return abs(self.start - self.end) <= _STRAIGHT and self.start_above != self.end_above


def levels_of(turns: Sequence[Turn]) -> list[int]:
    """Give each turn of one space its level, 0 on top; turns on one level do not touch."""
    spans = [(min(turn.start, turn.end), max(turn.start, turn.end)) for turn in turns]
    levels = [0] * len(turns)
    done: list[tuple[float, float, int]] = []
    for index in _in_order(turns, spans):
        left, right = spans[index][0] - _NEAR, spans[index][1] + _NEAR
        levels[index] = max((level for low, high, level in done if low < right and left < high), default=-1) + 1
        done.append((*spans[index], levels[index]))
    return levels


def _in_order(turns: Sequence[Turn], spans: Sequence[tuple[float, float]]) -> list[int]:
    if len(turns) > _MOST:
        return sorted(range(len(turns)), key=lambda i: (spans[i][0], i))
    # Each turn is as high as the crossings that it saves by being above others say.
    scores = [0] * len(turns)
    for one, other in combinations(range(len(turns)), 2):
        if spans[one][0] < spans[other][1] + _NEAR and spans[other][0] < spans[one][1] + _NEAR:
            above = _entering(turns[one], spans[other], from_above=False)
            above += _entering(turns[other], spans[one], from_above=True)
            below = _entering(turns[other], spans[one], from_above=False)
            below += _entering(turns[one], spans[other], from_above=True)
            above += _TANGLED * _tangled(turns[other], turns[one])
            below += _TANGLED * _tangled(turns[one], turns[other])
            scores[one] += above - below
            scores[other] += below - above
    return sorted(range(len(turns)), key=lambda i: (scores[i], spans[i][0], i))


def _tangled(upper: Turn, lower: Turn) -> int:
    """Count the ends that would lie on each other if the first were below the second."""
    tops = [x for x, above in _ends(upper) if above]
    bottoms = [x for x, above in _ends(lower) if not above]
    return sum(abs(top - bottom) < _BESIDE for top in tops for bottom in bottoms)


def _ends(turn: Turn) -> tuple[tuple[float, bool], tuple[float, bool]]:
    return (turn.start, turn.start_above), (turn.end, turn.end_above)


def _entering(turn: Turn, span: tuple[float, float], *, from_above: bool) -> int:
    """Count the ends of a turn on one side that lie within a span: so many cross it, if it is on that side."""
    start = turn.start_above == from_above and span[0] < turn.start < span[1]
    end = turn.end_above == from_above and span[0] < turn.end < span[1]
    return start + end
