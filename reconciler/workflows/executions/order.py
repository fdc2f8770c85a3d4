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
        InterruptedRunError: the run is to stop. What has not begun never will; what was under way was given before.
    """
    waiting: deque[tuple[T, Future[R]]] = deque()
    stopped: InterruptedRunError | None = None
    try:
        try:
            for item in items:
                waiting.append((item, pool.submit(partial(call, item))))
                if len(waiting) >= _AHEAD * pool.size:
                    yield _first(pool, clock, waiting)
        except InterruptedRunError as error:
            stopped = error
        while waiting:
            try:
                yield _first(pool, clock, waiting)
            except InterruptedRunError as error:
                stopped = error
    finally:
        for _, future in waiting:
            future.cancel()
    if stopped is not None:
        raise stopped


def _first(pool: Pool, clock: Clock, waiting: deque[tuple[T, Future[R]]]) -> tuple[T, R]:
    """Wait for the first, also when the run is to stop: what was sent wants an answer. Not sent, it is dropped."""
    item, future = waiting.popleft()
    while not future.done():
        if clock.stopping() and future.cancel():
            raise InterruptedRunError("interrupted")
        pool.wait((future,), timeout=_LOOK_UP)
    return item, future.result()
