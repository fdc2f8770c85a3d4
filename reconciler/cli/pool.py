"""A bounded pool of daemon threads: `ports.Pool` of the command line.

Not `ThreadPoolExecutor`: the interpreter waits for its threads at the end, so a request that hangs would keep a second
Ctrl-C, and the end of the grace after the first, from ending the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures import wait as wait_for
from queue import SimpleQueue
from typing import Any, Final, TypeVar

from reconciler.errors import InterruptedRunError

T = TypeVar("T")
R = TypeVar("R")

_LOOK_UP: Final = 0.1
"""Seconds after which a wait looks up, so that Ctrl-C is noticed."""


class ThreadPool:
    """Call functions in at most `size` threads, which are started when they are needed."""

    def __init__(self, size: int, stop: threading.Event) -> None:
        """Start nothing yet. `stop` ends `map` at once."""
        self.size = max(1, size)
        self._stop = stop
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._idle = 0
        self._started = 0

    def submit(self, call: Callable[[], T]) -> Future[T]:
        """Start a call as soon as a thread is free."""
        future: Future[T] = Future()
        self._calls.put((future, call))
        with self._lock:
            if self._idle:
                self._idle -= 1
            elif self._started < self.size:
                self._started += 1
                threading.Thread(target=self._work, name=f"pool-{self._started}", daemon=True).start()
        return future

    def wait(self, futures: Collection[Future[T]], timeout: float | None = None) -> set[Future[T]]:
        """Wait until at least one is done, at most `timeout` seconds; give those that are."""
        return wait_for(futures, timeout=timeout, return_when=FIRST_COMPLETED).done

    def map(self, call: Callable[[T], R], items: Sequence[T]) -> list[R]:
        """Call for every item, at most `size` at a time; results in the order of the items, the first error raised.

        Raises:
            InterruptedRunError: the run is to stop; what has not begun never will.
        """
        futures = [self.submit(lambda item=item: call(item)) for item in items]  # type: ignore[misc]  # mypy cannot infer a lambda's default
        try:
            return [self._result(future) for future in futures]
        finally:
            for future in futures:
                future.cancel()

    def close(self) -> None:
        """Let the threads end when they have nothing left to do; waits for none of them."""
        with self._lock:
            for _ in range(self._started):
                self._calls.put(None)

    def _result(self, future: Future[R]) -> R:
        while not future.done():
            if self._stop.is_set():
                raise InterruptedRunError("interrupted")
            wait_for((future,), timeout=_LOOK_UP)
        return future.result()

    def _work(self) -> None:
        while True:
            given = self._calls.get()
            if given is None:
                return
            future, call = given
            del given
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as error:  # noqa: BLE001 - whoever waits for the result gets it
                    future.set_exception(error)
            del future, call
            with self._lock:
                self._idle += 1
