"""Do a call for each of many items, several at a time, and give the results in the order of the items.

For more items than should be kept: only a few are taken ahead of what has been given.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from functools import partial
from typing import Final, TypeVar

from reconciler.errors import InterruptedRunError
from reconciler.ports import Clock, Pool

T = TypeVar("T")
R = TypeVar("R")

_AHEAD: Final = 4
"""Calls that are under way or done and not given yet, for each thread: one slow answer must not stop the others."""

_LOOK_UP: Final = 0.1
"""Seconds after which a wait looks whether the run is to stop."""


def in_order(pool: Pool, clock: Clock, call: Callable[[T], R], items: Iterable[T]) -> Iterator[tuple[T, R]]:
    """Give each item with what the call made of it; the first error ends it.

    Raises:
        InterruptedRunError: the run is to stop; what has not begun never will.
    """
    waiting: deque[tuple[T, Future[R]]] = deque()
    try:
        for item in items:
            waiting.append((item, pool.submit(partial(call, item))))
            if len(waiting) >= _AHEAD * pool.size:
                first, future = waiting.popleft()
                yield first, _result(pool, clock, future)
        while waiting:
            first, future = waiting.popleft()
            yield first, _result(pool, clock, future)
    finally:
        for _, future in waiting:
            future.cancel()


def _result(pool: Pool, clock: Clock, future: Future[R]) -> R:
    while not future.done():
        if clock.stopping():
            future.cancel()
            raise InterruptedRunError("interrupted")
        pool.wait((future,), timeout=_LOOK_UP)
    return future.result()
