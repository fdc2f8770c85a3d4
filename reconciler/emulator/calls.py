"""How many requests came, by operation, and how many are being answered right now."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator


class Calls:
    """Count requests. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._running = 0

    @contextlib.contextmanager
    def counted(self, operation: str) -> Iterator[int]:
        """Count a request while it is answered; gives how many are, this one included."""
        with self._lock:
            self._counts[operation] += 1
            self._running += 1
            running = self._running
        try:
            yield running
        finally:
            with self._lock:
                self._running -= 1

    def counts(self) -> dict[str, int]:
        """Give the counts so far, by name of the operation."""
        with self._lock:
            return dict(sorted(self._counts.items()))

    def reset(self) -> None:
        """Begin at zero again."""
        with self._lock:
            self._counts.clear()
