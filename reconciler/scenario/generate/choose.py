"""Which of the runs that a search found are worth keeping: few, each to its end, together over all that was passed."""

from __future__ import annotations

from collections import deque
from typing import Final

from reconciler.scenario.generate.search import Node, Search

_MOST_TO_END: Final = 400
"""Places that are looked at to find the end of one run."""

_MOST_ROUNDS: Final = 1_000

_LONG: Final = 12
"""Events beyond which a run has to pass more to be worth its length."""


def chosen(search: Search) -> tuple[Node, ...]:
    """Choose runs, the most telling first; each is gone on with to its end where there is one near."""
    rest = search.passed
    found: list[Node] = []
    candidates = list(search.nodes)
    while rest:
        best = max(candidates, key=lambda node: _worth(node, rest))
        if not best.passed & rest:
            break
        whole = _to_end(search, best)
        found.append(whole)
        rest &= ~whole.passed
    return tuple(_needed(found, search.passed))


def _worth(node: Node, rest: int) -> tuple[float, int, int]:
    new = (node.passed & rest).bit_count()
    long = max(0, node.depth - _LONG)
    ended = node.state.ended == "FLOW_END"
    return new / (1 + long / _LONG) + (0.5 if ended and new else 0), -node.depth, -node.state.steps


def _to_end(search: Search, node: Node) -> Node:
    """Go on with a run to its end by the shortest way; where none is near, round and round up to Studio's limit."""
    if node.state.waiting is None:
        return node
    rest, seen, looked = deque([node]), set(), 0
    while rest and looked < _MOST_TO_END:
        for following in search.ways_on(rest.popleft()):
            looked += 1
            if following.state.waiting is None:
                return following
            key = search.live.key(following.state)
            if key not in seen:
                seen.add(key)
                rest.append(following)
    return node if _rests(node) else _round(search, node)


def _rests(node: Node) -> bool:
    """Tell whether a scenario may stop here: the contact, and nobody else, has to say what happens."""
    return node.state.waiting is not None and node.state.waiting.need in {"reply", "input"}


def _round(search: Search, node: Node) -> Node:
    """Go on as the run went on before, until Studio would stop it or the contact has to say something."""
    last = {parent.state.frames[-1].widget: child.event for parent, child in _pairs(node)}
    for _ in range(_MOST_ROUNDS):
        if node.state.waiting is None or _rests(node):
            return node
        event = last.get(node.state.frames[-1].widget)
        following = next(search.ways_on(node), None) if event is None else search.way(node, event)
        if following is None:
            return node
        last.setdefault(node.state.frames[-1].widget, following.event)
        node = following
    return node


def _pairs(node: Node) -> list[tuple[Node, Node]]:
    found = []
    while node.parent is not None:
        found.append((node.parent, node))
        node = node.parent
    return found[::-1]


def _needed(nodes: list[Node], all_passed: int) -> list[Node]:
    """Leave out runs whose transitions the others pass too, the last chosen first."""
    kept = list(nodes)
    for node in reversed(nodes):
        without = 0
        for other in kept:
            without |= 0 if other is node else other.passed
        if without & all_passed == all_passed & _union(kept):
            kept.remove(node)
    return kept


def _union(nodes: list[Node]) -> int:
    found = 0
    for node in nodes:
        found |= node.passed
    return found
