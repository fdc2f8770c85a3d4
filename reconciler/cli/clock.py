"""Real time, and waits that end when the run is asked to stop: `ports.Clock` of the command line."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

from reconciler.errors import InterruptedRunError


class RunClock:
    """The time of this machine, for one run."""

    def __init__(self, stop: threading.Event) -> None:
        """Keep the event that asks the run to stop."""
        self._stop = stop

    def now(self) -> datetime:
        """Give the time of day, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Give seconds that never go backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait. Raises InterruptedRunError at once when the run is to stop."""
        if self._stop.wait(seconds):
            raise InterruptedRunError("interrupted")

    def stopping(self) -> bool:
        """Tell whether the run has been asked to stop."""
        return self._stop.is_set()
