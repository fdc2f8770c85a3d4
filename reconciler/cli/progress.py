"""Bars on a terminal for what takes longer than a second: `ports.Progress` of the command line."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_PATIENCE: Final = 1.0
"""Seconds before anything is shown."""


class Silent:
    """Show nothing: there is no terminal."""

    def begin(self, what: str, total: int) -> None:
        """Ignore it."""

    def advance(self, what: str) -> None:
        """Ignore it."""

    def close(self) -> None:
        """Do nothing."""

    @contextlib.contextmanager
    def hidden(self) -> Iterator[None]:
        """Do nothing: there is nothing to hide."""
        yield


class Bars:
    """Show a bar on stderr for each piece of work that is not done within a second. All methods from any thread."""

    def __init__(self, *, color: bool) -> None:
        """Show nothing yet; rich is imported when there is something to show."""
        self._color = color
        self._lock = threading.RLock()
        self._totals: dict[str, int] = {}
        self._done: dict[str, int] = {}
        self._tasks: dict[str, TaskID] = {}
        self._shown: Progress | None = None
        self._timer: threading.Timer | None = None

    def begin(self, what: str, total: int) -> None:
        """Start a piece of work of so many parts."""
        with self._lock:
            self._totals[what], self._done[what] = total, 0
            if self._shown is not None:
                self._tasks[what] = self._shown.add_task(what, total=total)
            elif self._timer is None:
                self._timer = threading.Timer(_PATIENCE, self._show)
                self._timer.daemon = True
                self._timer.start()

    def advance(self, what: str) -> None:
        """One more part is done; the bars go when all work is."""
        with self._lock:
            if what not in self._totals:
                return
            self._done[what] += 1
            if self._shown is not None and what in self._tasks:
                self._shown.advance(self._tasks[what])
            if all(self._done[name] >= total for name, total in self._totals.items()):
                self.close()

    def close(self) -> None:
        """Take away what is shown and forget all work."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            if self._shown is not None:
                self._shown.stop()
                self._shown = None
            self._tasks.clear()
            self._totals.clear()
            self._done.clear()

    @contextlib.contextmanager
    def hidden(self) -> Iterator[None]:
        """Make room for other output until the context ends."""
        with self._lock:
            if self._shown is None:
                yield
                return
            self._shown.stop()
            try:
                yield
            finally:
                self._shown.start()

    def _show(self) -> None:
        from rich import progress  # noqa: PLC0415 - a fifth of a second, spent only by long work
        from rich.console import Console  # noqa: PLC0415 - as above

        with self._lock:
            if self._timer is None or self._shown is not None:
                return
            self._shown = progress.Progress(
                progress.TextColumn("{task.description}", markup=False),
                progress.BarColumn(),
                progress.MofNCompleteColumn(),
                progress.TimeElapsedColumn(),
                console=Console(stderr=True, no_color=not self._color),
                transient=True,
            )
            for what, total in self._totals.items():
                self._tasks[what] = self._shown.add_task(what, total=total, completed=self._done[what])
            self._shown.start()
