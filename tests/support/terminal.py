"""A terminal with a test at the keyboard: a pseudo-terminal, what was shown on it, and keys."""

from __future__ import annotations

import os
import select
import time
from typing import Self

CTRL_C = "\x03"


class Terminal:
    """One pseudo-terminal. The test keeps both ends open, so that nothing shown is lost when a process ends."""

    def __enter__(self) -> Self:
        self._keyboard, self._screen = os.openpty()
        self.name = os.ttyname(self._screen)
        self._shown = b""
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._keyboard)
        os.close(self._screen)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._keyboard, keys.encode())

    def shown(self) -> str:
        """Give all that was shown so far."""
        while select.select([self._keyboard], [], [], 0)[0]:
            self._shown += os.read(self._keyboard, 65_536)
        return self._shown.decode()

    def expect(self, text: str, *, times: int = 1, seconds: float = 30) -> None:
        """Wait until something is shown, so many times in all."""
        deadline = time.monotonic() + seconds
        while self.shown().count(text) < times:
            assert time.monotonic() < deadline, f"{text!r} was not shown, but {self.shown()!r}"
            time.sleep(0.01)
