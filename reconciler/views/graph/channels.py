"""The space between two layers: which horizontal piece of line runs above which other, so that few cross. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_NEAR: Final = 9.0
"""Pieces on one level keep this distance."""

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
    def left(self) -> float:
        """Its left end."""
        return min(self.start, self.end)

    @property
    def right(self) -> float:
        """Its right end."""
        return max(self.start, self.end)

    @property
    def straight(self) -> bool:
        """Whether it needs no level of its own."""
        return abs(self.start - self.end) <= _STRAIGHT and self.start_above != self.end_above

    def meets(self, other: Turn) -> bool:
        """Tell whether both cannot be on one level."""
        return self.left < other.right + _NEAR and other.left < self.right + _NEAR


def levels_of(turns: Sequence[Turn]) -> list[int]:
    """Give each turn of one space its level, 0 on top; turns on one level do not touch."""
    levels = [0] * len(turns)
    done: list[int] = []
    for index in _in_order(turns):
        meeting = [levels[other] for other in done if turns[other].meets(turns[index])]
        levels[index] = max(meeting, default=-1) + 1
        done.append(index)
    return levels


def _in_order(turns: Sequence[Turn]) -> list[int]:
    if len(turns) > _MOST:
        return sorted(range(len(turns)), key=lambda i: (turns[i].left, i))
    # Each turn is as high as the crossings that it saves by being above others say.
    scores = [
        sum(_crossings(turn, other) - _crossings(other, turn) for other in turns if other.meets(turn)) for turn in turns
    ]
    return sorted(range(len(turns)), key=lambda i: (scores[i], turns[i].left, i))


def _crossings(upper: Turn, lower: Turn) -> int:
    """Count how often two turns cross when the first is above the second."""
    down = [x for x, above in _ends(upper) if not above and lower.left < x < lower.right]
    up = [x for x, above in _ends(lower) if above and upper.left < x < upper.right]
    return len(down) + len(up)


def _ends(turn: Turn) -> tuple[tuple[float, bool], tuple[float, bool]]:
    return (turn.start, turn.start_above), (turn.end, turn.end_above)
