"""Which executions this process runs right now, so that two of its threads do not run the same one."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator


class Claims:
    """Executions under way, by number. May be used from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._claimed: set[int] = set()

    @contextlib.contextmanager
    def claimed(self, seq: int) -> Iterator[bool]:
        """Claim an execution while the block runs; gives whether that succeeded. Never waits."""
        with self._lock:
            mine = seq not in self._claimed
            self._claimed.add(seq)
        try:
            yield mine
        finally:
            if mine:
                with self._lock:
                    self._claimed.discard(seq)

    def free(self, seq: int) -> bool:
        """Tell whether nobody runs an execution."""
        with self._lock:
            return seq not in self._claimed
