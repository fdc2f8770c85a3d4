"""What one run has of the world beside Studio and the state: time, chance, threads, progress, and its end."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from reconciler.cli import signals
from reconciler.cli.app import App
from reconciler.cli.chance import SystemChance
from reconciler.cli.clock import RunClock
from reconciler.cli.pool import ThreadPool
from reconciler.cli.progress import Bars, Silent

PARALLELISM: Final = 8
"""Requests at a time: the limit of the account is shared with production traffic (design section 8)."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """The ports that need no adapter."""

    clock: RunClock
    chance: SystemChance
    pool: ThreadPool
    progress: Bars | Silent
    parallelism: int


@contextlib.contextmanager
def reading(app: App, parallelism: int = PARALLELISM) -> Iterator[Runtime]:
    """Run something that only reads: Ctrl-C and SIGTERM end it at once."""
    with signals.at_once(), _runtime(app, threading.Event(), parallelism) as run:
        yield run


@contextlib.contextmanager
def writing(app: App, parallelism: int = PARALLELISM) -> Iterator[Runtime]:
    """Run something that writes: the first Ctrl-C or SIGTERM lets it record what is in flight."""
    stop = threading.Event()
    with signals.graceful(stop), _runtime(app, stop, parallelism) as run:
        yield run


@contextlib.contextmanager
def _runtime(app: App, stop: threading.Event, parallelism: int) -> Iterator[Runtime]:
    with contextlib.closing(ThreadPool(parallelism, stop)) as pool:
        yield Runtime(RunClock(stop), SystemChance(), pool, app.console.progress, parallelism)
