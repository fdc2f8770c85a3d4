"""How many requests may be in flight: additive increase, multiplicative decrease.

Twilio limits concurrency per account, so our requests compete with production traffic: a 429, or a crowd that Twilio
reports, halves our share; every full round of good answers adds one. There is no clock in it: a round is counted in
answers, and requests that were sent before the last decrease cannot cause another one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from reconciler.errors import InterruptedRunError


@dataclass(slots=True)
class Slot:
    """The right to have one request in flight.

    Attributes:
        round: which decrease it was taken after.
        throttled: set by the holder: whether the answer asks for less. None: there was no answer, nothing is learnt.
    """

    round: int
    throttled: bool | None = None


class Limit:
    """Bound the requests in flight of all threads together."""

    def __init__(self, ceiling: int, stopping: Callable[[], bool]) -> None:
        """Start at the ceiling; `stopping` tells whether who waits shall rather give up."""
        self._stopping = stopping
        self._ceiling = max(1, ceiling)
        self._allowed = self._ceiling
        self._in_flight = 0
        self._good = 0
        self._round = 0
        self._changed = threading.Condition()

    @property
    def allowed(self) -> int:
        """How many requests may be in flight now."""
        with self._changed:
            return self._allowed

    @contextmanager
    def slot(self) -> Iterator[Slot]:
        """Wait until another request may be sent, and hold its slot until the context ends.

        Raises:
            InterruptedRunError: the run is to stop, and this request would have had to wait; nothing was sent.
        """
        with self._changed:
            waited = False
            while self._in_flight >= self._allowed and not self._stopping():
                self._changed.wait()
                waited = True
            if self._stopping() and (waited or self._in_flight >= self._allowed):
                raise InterruptedRunError("stopped before the request was sent")
            self._in_flight += 1
            slot = Slot(self._round)
        try:
            yield slot
        finally:
            with self._changed:
                self._in_flight -= 1
                self._learn(slot)
                self._changed.notify_all()

    def _learn(self, slot: Slot) -> None:
        if slot.throttled:
            if slot.round == self._round:
                self._allowed = max(1, self._allowed // 2)
                self._round += 1
                self._good = 0
        elif slot.throttled is False:
            self._learn_good()

    def _learn_good(self) -> None:
        self._good += 1
        if self._good >= self._allowed:
            self._allowed = min(self._ceiling, self._allowed + 1)
            self._good = 0
