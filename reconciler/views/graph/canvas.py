"""A layout as people left it on the canvas: their places, and lines led around what stands in the way. Pure numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from reconciler.views.graph.obstacles import Area, Obstacles
from reconciler.views.graph.placement import Block, Link, Placement, Point, at_origin, entries, simplified

_APART: Final = 16.0
_ABOVE: Final = 46.0
"""Below a block there must be this much room for its lines."""

_STRETCH: Final = (1.0, 1.15, 1.3, 1.5, 1.75)
"""Our boxes may be larger than those of the Studio: so much the canvas may be stretched to hold them."""

_LANES: Final = (16.0, 26.0, 36.0, 46.0)
_TURN: Final = 40.0
_MOST: Final = 18


def canvas_places(blocks: Sequence[Block], links: Sequence[Link], *, forced: bool = False) -> tuple[Point, ...] | None:
    """Give every block the place that the definition names, the canvas stretched if need be.

    Args:
        blocks: what is to be placed.
        links: the lines between them.
        forced: whether overlaps are put up with, and blocks without a place put below all others. Default not.

    Returns:
        None when places are missing, or when blocks would overlap however far the canvas is stretched.
    """
    if not forced and any(block.offset is None and not block.stray for block in blocks):
        return None
    for stretch in _STRETCH:
        for wide, high in ((stretch, stretch), (stretch, 1.0), (1.0, stretch)):
            areas = [_area(block, wide, high) for block in blocks]
            if not _overlapping([area for area in areas if area is not None]):
                return _all_placed(blocks, links, areas)
    middle = _STRETCH[2]
    return _all_placed(blocks, links, [_area(block, middle, middle) for block in blocks]) if forced else None


def routed(blocks: Sequence[Block], links: Sequence[Link], places: Sequence[Point], room: float = 0.0) -> Placement:
    """Draw the lines between blocks whose places are given.

    Args:
        blocks: the blocks.
        links: the lines.
        places: the upper left corner of each block.
        room: how much is written below the points where lines leave. Default nothing.
    """
    areas = [(x, y, x + block.width, y + block.height) for (x, y), block in zip(places, blocks, strict=True)]
    taken = Obstacles(areas)
    starts = [places[link.source][0] + link.port for link in links]
    arrivals = entries(blocks, links, [x - places[link.target][0] for x, link in zip(starts, links, strict=True)])
    leaving: dict[int, int] = {}
    arriving: dict[int, int] = {}
    routes: list[tuple[Point, ...]] = []
    for link, start, arrival in zip(links, starts, arrivals, strict=True):
        left = leaving[link.source] = leaving.get(link.source, -1) + 1
        come = arriving[link.target] = arriving.get(link.target, -1) + 1
        begin = (start, areas[link.source][3])
        end = (places[link.target][0] + arrival, areas[link.target][1])
        heights = (begin[1] + room + 14 + 7 * left, end[1] - 22 - 7 * (come % 5))
        routes.append(_best(begin, end, heights, taken))
        taken.take(routes[-1])
    return at_origin(places, routes)


def _area(block: Block, wide: float, high: float) -> Area | None:
    if block.offset is None:
        return None
    x, y = block.offset[0] * wide, block.offset[1] * high
    return x, y, x + block.width, y + block.height


def _all_placed(blocks: Sequence[Block], links: Sequence[Link], areas: Sequence[Area | None]) -> tuple[Point, ...]:
    """Find a place for what has none: below what leads to it, else below everything, where nothing stands yet."""
    placed = list(areas)
    leading = {link.target: link.source for link in reversed(links)}
    lowest = max((area[3] for area in areas if area is not None), default=0.0)
    leftmost = min((area[0] for area in areas if area is not None), default=0.0)
    for index, block in enumerate(blocks):
        if placed[index] is not None:
            continue
        source = placed[leading[index]] if index in leading else None
        x, y = (source[0], source[3] + 2 * _ABOVE) if source else (leftmost, lowest + 2 * _ABOVE)
        taken = [area for area in placed if area is not None]
        while any(_touching(area, (x, y, x + block.width, y + block.height)) for area in taken):
            x += 2 * _APART
        placed[index] = (x, y, x + block.width, y + block.height)
    return tuple((area[0], area[1]) for area in placed if area is not None)


def _overlapping(areas: Sequence[Area]) -> bool:
    ordered = sorted(areas, key=lambda area: (area[1], area[0]))
    for index, (left, _, right, bottom) in enumerate(ordered):
        for other in ordered[index + 1 :]:
            if other[1] >= bottom + _ABOVE:
                break
            if left < other[2] + _APART and other[0] < right + _APART:
                return True
    return False


def _touching(one: Area, other: Area) -> bool:
    return _overlapping([one, other])


def _best(begin: Point, end: Point, heights: tuple[float, float], taken: Obstacles) -> tuple[Point, ...]:
    best: tuple[Point, ...] = ()
    least = math.inf
    for route in _candidates(begin, end, heights, taken):
        length = _TURN * len(route) + sum(abs(x1 - x2) + abs(y1 - y2) for (x1, y1), (x2, y2) in pairwise(route))
        # What is longer than the best is dear cannot be better, whatever it meets.
        if length < least and (cost := length + taken.trouble(route, least - length)) < least:
            best, least = route, cost
    return best


def _candidates(
    begin: Point, end: Point, heights: tuple[float, float], taken: Obstacles
) -> Iterator[tuple[Point, ...]]:
    (x1, y1), (x2, y2) = begin, end
    upper, lower = heights
    if upper <= lower:
        for y in dict.fromkeys((lower, upper, (upper + lower) / 2)):
            yield simplified([begin, (x1, y), (x2, y), end])
    top, bottom = min(y1, y2) - 30, max(y1, y2) + 30
    edges = [x for area in taken.areas if area[1] < bottom and area[3] > top for x in (area[0], area[2])]
    sides = {x + side * lane for x in edges for side in (-1, 1) for lane in _LANES} | {x1, x2}
    middle = (x1 + x2) / 2
    for x in sorted(sides, key=lambda x: (abs(x - x1) + abs(x - x2), abs(x - middle), x))[: _MOST * 4]:
        yield simplified([begin, (x1, upper), (x, upper), (x, lower), (x2, lower), end])
