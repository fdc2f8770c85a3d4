"""Which step may go next. Knows who waits for whom; a step that was not done takes what waits for it along."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from reconciler.model.address import Address
from reconciler.plan.values import Step


class Schedule:
    """Hand out the steps of a plan, each once, as what they wait for gets done.

    The cost of each call does not grow with the number of steps.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        """Work out who waits for whom: a step waits for earlier ones of its address and for all of its `depends_on`."""
        self._steps = steps
        by_address: dict[Address, list[int]] = {}
        for index, step in enumerate(steps):
            by_address.setdefault(step.address, []).append(index)
        self._followers: dict[int, list[int]] = {}
        self._waits: list[int] = []
        for index, step in enumerate(steps):
            before = {other for address in step.depends_on for other in by_address.get(address, ())}
            before |= {other for other in by_address[step.address] if other < index}
            self._waits.append(len(before))
            for other in before:
                self._followers.setdefault(other, []).append(index)
        self._ready = deque(index for index, count in enumerate(self._waits) if count == 0)
        self._over: set[int] = set()

    def next(self) -> tuple[int, Step] | None:
        """Give a step that may go now and its place in the plan; None while all others wait."""
        if not self._ready:
            return None
        index = self._ready.popleft()
        self._over.add(index)
        return index, self._steps[index]

    def done(self, index: int) -> None:
        """Let go what waited for this step alone."""
        for follower in self._followers.get(index, ()):
            self._waits[follower] -= 1
            if self._waits[follower] == 0:
                self._ready.append(follower)

    def not_done(self, index: int) -> list[tuple[int, Step, str]]:
        """Give every step that waits for this one, directly or not, with the address that it waits for."""
        lost: list[tuple[int, Step, str]] = []
        front = [index]
        while front:
            because = front.pop(0)
            for follower in self._followers.get(because, ()):
                if follower not in self._over:
                    self._over.add(follower)
                    lost.append((follower, self._steps[follower], str(self._steps[because].address)))
                    front.append(follower)
        return lost

    def rest(self) -> list[tuple[int, Step]]:
        """Give every step that was never handed out, in the order of the plan."""
        return [(index, step) for index, step in enumerate(self._steps) if index not in self._over]
