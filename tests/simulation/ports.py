"""The ports of one simulated process: clock, pool, chance, progress."""

from __future__ import annotations

import itertools
import random
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from reconciler.errors import InterruptedRunError
from tests.simulation.scheduler import Killed, Process, Scheduler

T = TypeVar("T")
R = TypeVar("R")
EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
TICK = 1e-6
"""Seconds that any sleep lasts at least: a real clock moves on even when nobody waits for long."""


class ServerClock:
    """Time as Studio has it."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def now(self) -> datetime:
        """Give the time of day."""
        return EPOCH + timedelta(seconds=self._scheduler.now)

    def monotonic(self) -> float:
        """Give the seconds since the world began."""
        return self._scheduler.now

    def sleep(self, seconds: float) -> None:
        """Wait, while others go on."""
        self._scheduler.wait(None, max(seconds, TICK))

    def stopping(self) -> bool:
        """Tell whether the run is to stop."""
        return False


class ProcessClock(ServerClock):
    """Time as one machine has it: its day may be off by a few minutes, and its waits end with the run."""

    def __init__(self, scheduler: Scheduler, process: Process, skew: float) -> None:
        super().__init__(scheduler)
        self._process = process
        self._skew = timedelta(seconds=skew)

    def now(self) -> datetime:
        """Give the time of day."""
        return super().now() + self._skew

    def sleep(self, seconds: float) -> None:
        """Wait, while others go on."""
        self._must_go_on()
        self._scheduler.wait(lambda: self._process.stopped, max(seconds, TICK))
        self._must_go_on()

    def stopping(self) -> bool:
        """Tell whether the run is to stop."""
        return self._process.stopped

    def _must_go_on(self) -> None:
        if self._process.stopped:
            raise InterruptedRunError("stopped")


class SimulatedPool:
    """A bounded pool whose threads take turns."""

    def __init__(self, scheduler: Scheduler, process: Process, size: int) -> None:
        self.size = size
        self._scheduler = scheduler
        self._process = process
        self._calls: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._working = 0

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Start a call as soon as a thread is free."""
        future: Future[T] = Future()
        self._calls.append((future, call))
        if self._working < self.size:
            self._working += 1
            self._scheduler.start(self._work, self._process, self._process.name)
        return future

    def wait(self, futures: Collection[Future[T]], timeout: float | None = None) -> set[Future[T]]:
        """Wait until one is done."""
        self._scheduler.wait(lambda: any(future.done() for future in futures), timeout)
        # One at a time: a set of several would be walked through in the order of their addresses in memory.
        return set([future for future in futures if future.done()][:1])

    def map(self, call: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """Call for every item."""
        futures = [self.submit(lambda item=item: call(item)) for item in items]
        try:
            return [self._result(future) for future in futures]
        finally:
            for future in futures:
                future.cancel()

    def _result(self, future: Future[R]) -> R:
        if not future.done():
            self._scheduler.wait(lambda: future.done() or self._process.stopped, None)
        if not future.done():
            raise InterruptedRunError("interrupted")
        return future.result()

    def _work(self) -> None:
        while self._calls:
            future, call = self._calls.popleft()
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except Killed:
                    raise
                except BaseException as error:  # noqa: BLE001 - whoever waits for the result gets it
                    future.set_exception(error)
        self._working -= 1


class SimulatedChance:
    """Tokens that never come twice in one world, the same ones for the same seed."""

    def __init__(self, numbers: Iterator[int], rng: random.Random) -> None:
        self._numbers = numbers
        self._random = rng

    def token(self) -> str:
        """Give the next token."""
        return f"S{next(self._numbers):011d}"

    def lineage(self) -> str:
        """Give the one lineage."""
        return "4f1c2a9e-0000-4000-8000-000000000001"

    def jitter(self) -> float:
        """Give a number from 0 to 1."""
        return self._random.random()


def numbers() -> Iterator[int]:
    """Count the tokens of one world."""
    return itertools.count(1)
