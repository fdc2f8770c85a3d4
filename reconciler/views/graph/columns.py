"""The second half of a layered layout: where in its layer everything stands, so that lines are straight and short.

Each layer in turn is moved as near as it can get to where its neighbours pull it, without changing its order: a least
squares fit with minimal distances, solved exactly by pooling neighbours that push each other.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from reconciler.views.graph.placement import Block, Link
from reconciler.views.graph.ranks import Layers, sweeps

_SWEEPS: Final = 40
_STRAIGHTENINGS: Final = 6
_BETWEEN_BLOCKS: Final = 36.0
_BESIDE_PASSAGE: Final = 22.0
_BETWEEN_PASSAGES: Final = 14.0
_STRAIGHT: Final = 8.0
"""How much more a line between two passages wants to be straight than one between two blocks."""

_LOOSE: Final = 0.2
"""How little a line that leads back wants to be short: it goes around."""

_Pull: TypeAlias = tuple[int, float, float]
"""A neighbour, how far it has to be from us (its middle minus ours), and how strongly."""


def middles_of(blocks: Sequence[Block], links: Sequence[Link], layers: Layers) -> list[float]:
    """Give the middle of every block and passage, from left to right."""
    widths = [block.width for block in blocks] + [0.0] * (len(layers.rank) - len(blocks))
    pulls = _pulls(blocks, links, layers)
    middles = _packed(layers.order, widths, len(blocks))
    for sweep in range(sweeps(_SWEEPS, len(layers.rank))):
        down = sweep % 2 == 0
        for layer in layers.order if down else reversed(layers.order):
            _fit(layer, middles, widths, pulls, len(blocks))
    for sweep in range(sweeps(_STRAIGHTENINGS, len(layers.rank))):
        chains = sorted((chain for chain in layers.chains if len(chain) > 1), key=lambda c: (middles[c[0]], c))
        for chain in chains if sweep % 2 else reversed(chains):
            _straighten(chain, layers, middles, (widths, len(blocks)))
    return middles


def _straighten(chain: Sequence[int], layers: Layers, middles: list[float], sizes: tuple[Sequence[float], int]) -> None:
    """Put neighbouring passages of a line under each other, as far down as there is room for all of them."""
    run: list[int] = []
    low, high = -math.inf, math.inf
    for node in chain:
        left, right = _free(node, layers, middles, sizes)
        if max(low, left) > min(high, right):
            _align(run, middles, low, high)
            run, low, high = [], -math.inf, math.inf
        run.append(node)
        low, high = max(low, left), min(high, right)
    _align(run, middles, low, high)


def _free(
    node: int, layers: Layers, middles: Sequence[float], sizes: tuple[Sequence[float], int]
) -> tuple[float, float]:
    widths, blocks = sizes
    layer, at = layers.order[layers.rank[node]], layers.place[node]
    left, right = -math.inf, math.inf
    if at:
        left = middles[layer[at - 1]] + _distance(layer[at - 1], node, widths, blocks)
    if at + 1 < len(layer):
        right = middles[layer[at + 1]] - _distance(node, layer[at + 1], widths, blocks)
    # Rounding must not leave a passage without its own place.
    return min(left, middles[node]), max(right, middles[node])


def _align(run: Sequence[int], middles: list[float], low: float, high: float) -> None:
    mean = sum(middles[node] for node in run) / len(run)
    for node in run:
        middles[node] = min(max(mean, low), high)


def _packed(order: Sequence[Sequence[int]], widths: Sequence[float], blocks: int) -> list[float]:
    middles = [0.0] * len(widths)
    for layer in order:
        at = 0.0
        for left, node in zip([None, *layer], layer, strict=False):
            at += 0.0 if left is None else _distance(left, node, widths, blocks)
            middles[node] = at
        for node in layer:
            middles[node] -= at / 2
    return middles


def _distance(left: int, right: int, widths: Sequence[float], blocks: int) -> float:
    passages = (left >= blocks) + (right >= blocks)
    gap = (_BETWEEN_BLOCKS, _BESIDE_PASSAGE, _BETWEEN_PASSAGES)[passages]
    return (widths[left] + widths[right]) / 2 + gap


def _pulls(blocks: Sequence[Block], links: Sequence[Link], layers: Layers) -> Mapping[int, list[_Pull]]:
    found: dict[int, list[_Pull]] = {}

    def pull(upper: int, lower: int, shift: float, strength: float) -> None:
        found.setdefault(lower, []).append((upper, shift, strength))
        found.setdefault(upper, []).append((lower, -shift, strength))

    for link, chain, back in zip(links, layers.chains, layers.back, strict=True):
        shift = link.port - blocks[link.source].width / 2
        for one, two in itertools.pairwise(chain):
            pull(one, two, 0.0, _STRAIGHT)
        if back:
            pull(link.source, chain[0], shift, _LOOSE)
            pull(chain[-1], link.target, 0.0, _LOOSE)
        elif chain:
            pull(link.source, chain[0], shift, link.strength)
            pull(chain[-1], link.target, 0.0, link.strength)
        else:
            pull(link.source, link.target, shift, link.strength)
    return found


def _fit(
    layer: Sequence[int],
    middles: list[float],
    widths: Sequence[float],
    pulls: Mapping[int, Sequence[_Pull]],
    blocks: int,
) -> None:
    # With the minimal distances taken off, only the order is left to keep; what pushes each other shares its mean.
    offset = 0.0
    offsets: list[float] = []
    pools: list[tuple[float, float, int]] = []
    for left, node in zip([None, *layer], layer, strict=False):
        offset += 0.0 if left is None else _distance(left, node, widths, blocks)
        offsets.append(offset)
        wanted, weight = _wanted(node, middles, pulls.get(node, ()))
        pool = (wanted - offset, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            mean, before, size = pools.pop()
            together = before + pool[1]
            pool = ((mean * before + pool[0] * pool[1]) / together, together, size + pool[2])
        pools.append(pool)
    means = [mean for mean, _, size in pools for _ in range(size)]
    for node, mean, at in zip(layer, means, offsets, strict=True):
        middles[node] = mean + at


def _wanted(node: int, middles: Sequence[float], pulls: Sequence[_Pull]) -> tuple[float, float]:
    weight = sum(strength for _, _, strength in pulls)
    if not weight:
        return middles[node], 0.1
    return sum((middles[other] + shift) * strength for other, shift, strength in pulls) / weight, weight
