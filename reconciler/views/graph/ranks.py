"""The first half of a layered layout: which layer a block stands in, and in which order within it. Pure numbers."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

_SWEEPS: Final = 16
_WORK: Final = 100_000
"""Passages times sweeps: in the very largest flows a good layout in seconds is worth more than the best in minutes."""

_Ends = tuple[int, int]


@dataclass(slots=True)
class Layers:
    """Blocks in layers, with the places where long lines pass through.

    Attributes:
        rank: the layer of each block, and behind the blocks of each passage.
        order: by layer, blocks and passages from left to right.
        chains: by line, what it passes through on its way, from its source to its target.
        back: by line, whether it leads upward or stays in its layer.
        links: between neighbouring layers: upper, lower, and where on the upper one it leaves (0 to 1).
        place: where in its layer each block and passage stands, counted from the left.
    """

    rank: list[int]
    order: list[list[int]]
    chains: list[list[int]] = field(default_factory=list)
    back: list[bool] = field(default_factory=list)
    links: list[tuple[int, int, float]] = field(default_factory=list)
    place: dict[int, int] = field(default_factory=dict)


def layers_of(count: int, ends: Sequence[_Ends], ports: Sequence[float], start: int | None) -> Layers:
    """Put blocks into layers so that most lines lead downward, and order them so that few cross.

    Args:
        count: how many blocks there are.
        ends: source and target of each line.
        ports: by line, where it leaves its source, from 0 at the left to 1 at the right.
        start: the block that is to stand on top, None when there is none.
    """
    rank = _ranks(count, ends, start)
    layers = Layers(rank, [])
    _add_passages(layers, ends, ports)
    layers.order = _first_order(layers, count, ends, start)
    _reduce_crossings(layers)
    layers.place = {node: index for layer in layers.order for index, node in enumerate(layer)}
    return layers


def sweeps(wanted: int, size: int) -> int:
    """Give how often a layout of that size is gone through, at most `wanted` times and at least twice."""
    return max(2, min(wanted, _WORK // max(size, 1)))


def _ranks(count: int, ends: Sequence[_Ends], start: int | None) -> list[int]:
    out: list[list[int]] = [[] for _ in range(count)]
    for source, target in ends:
        out[source].append(target)
    order, back = _depth_first(count, out, start)
    rank = [0 if node == start or start is None else 1 for node in range(count)]
    for node in order:
        for target in out[node]:
            if (node, target) not in back:
                rank[target] = max(rank[target], rank[node] + 1)
    _pull_down(rank, order, out, back, start)
    return rank


def _depth_first(count: int, out: Sequence[Sequence[int]], start: int | None) -> tuple[list[int], set[_Ends]]:
    """Give the blocks in an order in which lines lead forward, and the lines that close a circle."""
    state = [0] * count
    finished: list[int] = []
    back: set[_Ends] = set()
    entered = {target for targets in out for target in targets}
    roots = [start] if start is not None else []
    roots += [node for node in range(count) if node not in entered and node != start]
    for root in [*roots, *range(count)]:
        if state[root]:
            continue
        state[root] = 1
        stack: list[tuple[int, Iterator[int]]] = [(root, iter(out[root]))]
        while stack:
            node, rest = stack[-1]
            target = next(rest, None)
            if target is None:
                state[node] = 2
                finished.append(node)
                stack.pop()
            elif state[target] == 1 or target == start:
                back.add((node, target))
            elif state[target] == 0:
                state[target] = 1
                stack.append((target, iter(out[target])))
    return finished[::-1], back


def _pull_down(
    rank: list[int], order: Sequence[int], out: Sequence[Sequence[int]], back: set[_Ends], start: int | None
) -> None:
    """Let what nothing leads to stand right above what it leads to."""
    entered = {target for node in order for target in out[node] if (node, target) not in back}
    for node in order:
        below = [rank[target] for target in out[node] if (node, target) not in back]
        if node not in entered and node != start and below:
            rank[node] = max(rank[node], min(below) - 1)


def _add_passages(layers: Layers, ends: Sequence[_Ends], ports: Sequence[float]) -> None:
    rank = layers.rank
    for (source, target), port in zip(ends, ports, strict=True):
        upper, lower = rank[source], rank[target]
        back = lower <= upper
        passed = range(upper, lower - 1, -1) if back else range(upper + 1, lower)
        chain = list(range(len(rank), len(rank) + len(passed)))
        rank.extend(passed)
        layers.chains.append(chain)
        layers.back.append(back)
        if back:
            layers.links += [(low, high, 0.5) for high, low in itertools.pairwise(chain)]
        else:
            whole = [source, *chain, target]
            pairs = itertools.pairwise(whole)
            layers.links += [(one, two, port if one == source else 0.5) for one, two in pairs]


def _first_order(layers: Layers, count: int, ends: Sequence[_Ends], start: int | None) -> list[list[int]]:
    """Order by a walk from the top that goes through the ways out from left to right."""
    followers: dict[int, list[int]] = {}
    for (source, target), chain, back in zip(ends, layers.chains, layers.back, strict=True):
        whole = [source, *chain] if back else [source, *chain, target]
        for one, two in itertools.pairwise(whole):
            followers.setdefault(one, []).append(two)
    order: list[list[int]] = [[] for _ in range(max(layers.rank, default=0) + 1)]
    seen = [False] * len(layers.rank)
    tops = [start] if start is not None else []
    tops += sorted(range(count), key=lambda node: (layers.rank[node], node))
    for top in tops:
        stack = [top]
        while stack:
            node = stack.pop()
            if not seen[node]:
                seen[node] = True
                order[layers.rank[node]].append(node)
                stack += reversed(followers.get(node, ()))
    return order


def _reduce_crossings(layers: Layers) -> None:
    above: dict[int, list[tuple[int, float]]] = {}
    below: dict[int, list[tuple[int, float]]] = {}
    for upper, lower, port in layers.links:
        above.setdefault(lower, []).append((upper, port))
        below.setdefault(upper, []).append((lower, 0.5))
    best, least = [list(layer) for layer in layers.order], _crossings(layers)
    for sweep in range(sweeps(_SWEEPS, len(layers.rank))):
        if not least:
            break
        downward = sweep % 2 == 0
        ranks = range(1, len(layers.order)) if downward else range(len(layers.order) - 2, -1, -1)
        for rank in ranks:
            fixed = layers.order[rank - 1 if downward else rank + 1]
            layers.order[rank] = _by_middle(layers.order[rank], fixed, above if downward else below)
        if (crossings := _crossings(layers)) < least:
            best, least = [list(layer) for layer in layers.order], crossings
    layers.order = best


def _by_middle(
    layer: Sequence[int], fixed: Sequence[int], neighbours: Mapping[int, Sequence[tuple[int, float]]]
) -> list[int]:
    place = {node: index for index, node in enumerate(fixed)}
    share = len(fixed) / max(len(layer), 1)

    def middle(item: tuple[int, int]) -> tuple[float, int]:
        index, node = item
        found = [place[other] + port - 0.5 for other, port in neighbours.get(node, ())]
        return (sum(found) / len(found) if found else index * share), index

    return [node for _, node in sorted(enumerate(layer), key=middle)]


def _crossings(layers: Layers) -> int:
    place = {node: index for layer in layers.order for index, node in enumerate(layer)}
    by_rank: dict[int, list[tuple[float, int]]] = {}
    for upper, lower, port in layers.links:
        by_rank.setdefault(layers.rank[upper], []).append((place[upper] + port, place[lower]))
    return sum(_inversions([low for _, low in sorted(pairs)]) for pairs in by_rank.values())


def _inversions(values: Sequence[int]) -> int:
    """Count pairs in the wrong order, with a tree of partial sums: layers may be wide."""
    size = max(values, default=0) + 2
    tree = [0] * (size + 1)
    total = 0
    for seen, value in enumerate(values):
        index, not_greater = value + 1, 0
        while index:
            not_greater += tree[index]
            index &= index - 1
        total += seen - not_greater
        index = value + 1
        while index <= size:
            tree[index] += 1
            index += index & -index
    return total
