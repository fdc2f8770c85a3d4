"""What a layout is given and what it gives: sizes and connections in, places and lines out. Numbers only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

Point: TypeAlias = tuple[float, float]


_STEP: Final = 16.0
_CORNER: Final = 16.0


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle to be placed.

    Attributes:
        width: in pixels.
        height: in pixels.
        offset: where its upper left corner is wanted, None when nobody said.
        stray: whether it may stand anywhere near what leads to it, so that a missing offset is no loss.
    """

    width: float
    height: float
    offset: Point | None = None
    stray: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A line to be drawn from the lower border of one block, `port` from its left, to the upper border of another.

    `strength`: how much it wants to be straight, beside others.
    """

    source: int
    port: float
    target: int
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Placement:
    """Where everything is.

    Attributes:
        places: upper left corners, by block.
        routes: corners of each line, from its source to its target; only horizontal and vertical pieces.
    """

    places: tuple[Point, ...]
    routes: tuple[tuple[Point, ...], ...]


def entries(blocks: Sequence[Block], links: Sequence[Link], wanted: Sequence[float]) -> list[float]:
    """Spread the lines that arrive at a block along its upper border, each as near as can be to where it wants to.

    Args:
        blocks: the blocks.
        links: the lines.
        wanted: by line, where it would arrive by itself, from the left border of its target.

    Returns:
        By line, how far from the left border of its target it arrives.
    """
    arriving: dict[int, list[int]] = {}
    for index, link in enumerate(links):
        arriving.setdefault(link.target, []).append(index)
    found = [0.0] * len(links)
    for target, indices in arriving.items():
        width = blocks[target].width
        step = min(_STEP, (width - 2 * _CORNER) / max(len(indices) - 1, 1))
        ordered = sorted(indices, key=lambda i: (wanted[i], i))
        xs = _apart([wanted[index] for index in ordered], step, _CORNER, width - _CORNER)
        for index, x in zip(ordered, xs, strict=True):
            found[index] = round(x, 1)
    return found


def _apart(wanted: Sequence[float], step: float, low: float, high: float) -> list[float]:
    """Give places between two bounds, at least `step` apart, near to where they want to be; `wanted` is in order."""
    xs: list[float] = []
    for want in wanted:
        xs.append(max(want, low, xs[-1] + step if xs else low))
    limit = high
    for index in range(len(xs) - 1, -1, -1):
        xs[index] = min(xs[index], limit)
        limit = xs[index] - step
    return xs


def simplified(points: Sequence[Point]) -> tuple[Point, ...]:
    """Leave out corners where a line does not turn."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and _straight(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return tuple(kept)


def _straight(one: Point, two: Point, three: Point) -> bool:
    return (one[0] == two[0] == three[0]) or (one[1] == two[1] == three[1])


def at_origin(places: Sequence[Point], routes: Sequence[Sequence[Point]]) -> Placement:
    """Move everything so that the upper left corner of it all is (0, 0)."""
    everything = [*places, *(point for route in routes for point in route)]
    left = min((x for x, _ in everything), default=0.0)
    top = min((y for _, y in everything), default=0.0)
    return Placement(
        tuple((round(x - left, 1), round(y - top, 1)) for x, y in places),
        tuple(tuple((round(x - left, 1), round(y - top, 1)) for x, y in route) for route in routes),
    )
