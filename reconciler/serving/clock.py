"""The time of a server."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class ServerClock:
    """The time of this machine, for a server: it has no run that could be asked to stop, so waits just end."""

    def now(self) -> datetime:
        """Give the time of day, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Give seconds that never go backwards."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    def stopping(self) -> bool:
        """Tell that nobody asked to stop: the server answers what is in flight first."""
        return False
