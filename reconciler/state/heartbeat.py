"""A thread that does one thing every few seconds while something else goes on: `lease.Heartbeat` of real runs."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator


class ThreadHeartbeat:
    """Beat in a daemon thread: it ends with its process, however that ends."""

    @contextlib.contextmanager
    def beating(self, beat: Callable[[], None], *, every: float) -> Iterator[None]:
        """Call `beat`, which raises nothing, every so many seconds until the context ends; see `lease.Heartbeat`."""
        over = threading.Event()

        def run() -> None:
            while not over.wait(every):
                beat()

        thread = threading.Thread(target=run, name="lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
