"""Ctrl-C and SIGTERM.

A run that only reads ends at once. A run that writes is asked to stop (`graceful`): it starts nothing new, records what
is in flight, and exits. The second signal ends it at once, and so does the end of the grace.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Final

from reconciler.cli.exits import INTERRUPTED
from reconciler.errors import InterruptedRunError

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_LONGEST: Final = 12.0
"""Seconds after which a run that was asked to stop is ended: eight for what is in flight, and some to record it."""

STOPPING: Final = "\nStopping: nothing new is started; what is in flight gets eight seconds. Again to abort.\n"
ABORTED: Final = "\nAborted; the next run picks up what was left.\n"


def interrupt(_number: int, _frame: FrameType | None) -> None:
    """End what runs now: the handler of runs that only read, and while a person is asked something."""
    raise InterruptedRunError("interrupted")


@contextlib.contextmanager
def at_once() -> Iterator[None]:
    """Let both signals raise InterruptedRunError in the main thread until the context ends."""
    with _handled(interrupt):
        yield


@contextlib.contextmanager
def graceful(stop: threading.Event) -> Iterator[None]:
    """Let the first signal set `stop`, the second end the process, until the context ends."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            _abort()
        stop.set()
        _say(STOPPING)
        watchdog = threading.Timer(_LONGEST, _abort)
        watchdog.daemon = True
        watchdog.start()

    with _handled(ask):
        yield


def _abort() -> None:
    _say(ABORTED)
    os._exit(INTERRUPTED)


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # not through a stream: its lock may be held by what was interrupted
        os.write(2, text.encode())


@contextlib.contextmanager
def _handled(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers; a program that embeds us has its own
        return
    before = {number: signal.signal(number, handler) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
