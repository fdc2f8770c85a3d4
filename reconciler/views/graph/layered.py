"""A layout in layers: the start on top, lines downward, loops led back beside the blocks. Pure numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from reconciler.views.graph.channels import Turn, levels_of
from reconciler.views.graph.columns import middles_of
from reconciler.views.graph.placement import Block, Link, Placement, Point, at_origin, entries, simplified
from reconciler.views.graph.ranks import Layers, layers_of

_ABOVE_LEVELS: Final = 18.0
_LEVEL: Final = 10.0
_BELOW_LEVELS: Final = 28.0


@dataclass(frozen=True, slots=True)
class _Floors:
    """The upper and the lower edge of each layer, and where the levels of the space above it begin."""

    tops: tuple[float, ...]
    levels: tuple[float, ...]


def layered(blocks: Sequence[Block], links: Sequence[Link], start: int | None, room: float = 0.0) -> Placement:
    """Place blocks in layers.

    Args:
        blocks: what is to be placed; wished places are not looked at.
        links: the lines between them.
        start: the block on top, None when there is none.
        room: how much is written below the points where lines leave. Default nothing.
    """
    ends = [(link.source, link.target) for link in links]
    shares = [link.port / blocks[link.source].width for link in links]
    layers = layers_of(len(blocks), ends, shares, start)
    middles = middles_of(blocks, links, layers)
    turns = _turns(blocks, links, layers, middles)
    levels = _levels(turns, len(layers.order) + 1)
    floors = _floors(blocks, layers, _counts(turns, levels, len(layers.order) + 1), room)
    places = [(middles[i] - block.width / 2, floors.tops[layers.rank[i]]) for i, block in enumerate(blocks)]
    routes: list[tuple[Point, ...]] = []
    for link, own, own_levels in zip(links, turns, levels, strict=True):
        x, y = places[link.source]
        points: list[Point] = [(x + link.port, y + blocks[link.source].height)]
        for turn, level in zip(own, own_levels, strict=True):
            height = floors.levels[turn.space] + _LEVEL * level
            points += [(turn.start, height), (turn.end, height)]
        points.append((own[-1].end, places[link.target][1]))
        routes.append(simplified(points))
    return at_origin(places, routes)


def _turns(
    blocks: Sequence[Block], links: Sequence[Link], layers: Layers, middles: Sequence[float]
) -> list[list[Turn]]:
    lefts = [middles[node] - block.width / 2 for node, block in enumerate(blocks)]
    starts = [lefts[link.source] + link.port for link in links]
    last = [middles[chain[-1]] if chain else x for chain, x in zip(layers.chains, starts, strict=True)]
    arrivals = entries(blocks, links, [x - lefts[link.target] for x, link in zip(last, links, strict=True)])
    found: list[list[Turn]] = []
    for index, link in enumerate(links):
        xs = [starts[index], *(middles[node] for node in layers.chains[index]), lefts[link.target] + arrivals[index]]
        space = layers.rank[link.source] + 1
        make = _upward if layers.back[index] else _downward
        found.append(make(xs, space))
    return found


def _downward(xs: Sequence[float], space: int) -> list[Turn]:
    return [Turn(space + i, one, two, start_above=True, end_above=False) for i, (one, two) in enumerate(pairwise(xs))]


def _upward(xs: Sequence[float], space: int) -> list[Turn]:
    """Below its source to the side, up beside everything, and above its target back."""
    first = Turn(space, xs[0], xs[1], start_above=True, end_above=True)
    middle = [
        Turn(space - 1 - i, one, two, start_above=False, end_above=True)
        for i, (one, two) in enumerate(pairwise(xs[1:-1]))
    ]
    last = Turn(space - len(xs) + 2, xs[-2], xs[-1], start_above=False, end_above=False)
    return [first, *middle, last]


def _levels(turns: Sequence[Sequence[Turn]], spaces: int) -> list[list[int]]:
    """Give the level of each turn in its space."""
    found = [[0] * len(own) for own in turns]
    by_space: list[list[tuple[int, int]]] = [[] for _ in range(spaces)]
    for line, own in enumerate(turns):
        for number, turn in enumerate(own):
            if not turn.straight:
                by_space[turn.space].append((line, number))
    for places in by_space:
        levels = levels_of([turns[line][number] for line, number in places])
        for (line, number), level in zip(places, levels, strict=True):
            found[line][number] = level
    return found


def _counts(turns: Sequence[Sequence[Turn]], levels: Sequence[Sequence[int]], spaces: int) -> list[int]:
    counts = [0] * spaces
    for own, own_levels in zip(turns, levels, strict=True):
        for turn, level in zip(own, own_levels, strict=True):
            counts[turn.space] = max(counts[turn.space], level)
    return counts


def _floors(blocks: Sequence[Block], layers: Layers, counts: Sequence[int], room: float) -> _Floors:
    heights = [max((blocks[node].height for node in layer if node < len(blocks)), default=0) for layer in layers.order]
    tops: list[float] = []
    levels: list[float] = []
    bottom = 0.0
    for height, count in zip([*heights, 0.0], counts, strict=True):
        levels.append(bottom + room + _ABOVE_LEVELS)
        tops.append(levels[-1] + _LEVEL * count + _BELOW_LEVELS)
        bottom = tops[-1] + height
    return _Floors(tuple(tops), tuple(levels))
