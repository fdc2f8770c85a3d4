"""Put steps into a possible order: what others refer to first, deletes in reverse. Stable: ties go by address."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from reconciler.errors import CycleError
from reconciler.model.address import Address
from reconciler.plan.values import Step


def ordered(steps: Iterable[Step], needs: Mapping[Address, Iterable[Address]]) -> tuple[Step, ...]:
    """Order steps so that each comes after those of the addresses it needs.

    Args:
        steps: steps of one address stay in the order given here.
        needs: by address, the addresses whose steps must be done first; those without a step count for nothing.

    Raises:
        CycleError: addresses need each other in a circle.
    """
    by_address: dict[Address, list[Step]] = {}
    for step in steps:
        by_address.setdefault(step.address, []).append(step)
    edges = {
        address: sorted({need for need in needs.get(address, ()) if need in by_address and need != address})
        for address in by_address
    }
    return tuple(
        replace(step, depends_on=tuple(edges[address])) for address in _sorted(edges) for step in by_address[address]
    )


def _sorted(edges: Mapping[Address, Sequence[Address]]) -> list[Address]:
    waiting = {address: len(needed) for address, needed in edges.items()}
    followers: dict[Address, list[Address]] = {}
    for address, needed in edges.items():
        for need in needed:
            followers.setdefault(need, []).append(address)
    ready = [address for address, count in waiting.items() if count == 0]
    heapq.heapify(ready)
    done: list[Address] = []
    while ready:
        address = heapq.heappop(ready)
        done.append(address)
        for follower in followers.get(address, ()):
            waiting[follower] -= 1
            if waiting[follower] == 0:
                heapq.heappush(ready, follower)
    if len(done) < len(edges):
        raise CycleError(cycle_in({a: edges[a] for a in edges if waiting[a] > 0}))
    return done


def cycle_in(edges: Mapping[Address, Sequence[Address]]) -> list[str]:
    """Give one circle as a path that ends where it begins; every address here is known to need another one here."""
    path: list[Address] = []
    address = min(edges)
    while address not in path:
        path.append(address)
        address = next(need for need in edges[address] if need in edges)
    start = path.index(address)
    return [str(a) for a in (*path[start:], address)]
