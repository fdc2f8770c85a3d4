"""Dies by SIGKILL at the n-th touch of a state: for a process that is under test, installed from outside of it.

`install` wraps the few functions of `os` by which files change, for files below one folder, in this process alone.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

BY_PATH = ("mkdir", "replace", "rename", "unlink")
BY_DESCRIPTOR = ("fsync", "ftruncate")
WRITE = os.write


@dataclass(slots=True)
class Fate:
    """Which files count, where touches are noted, and at which of them the process dies; 0 for none."""

    folder: str
    notes: int
    deadly: int
    when: str
    count: int = 0

    def touch(self, name: str, where: str, act: Callable[[], Any], half: Callable[[], Any] | None = None) -> Any:
        """Note a touch, and make it, or die before it, after it, or when half of it is made."""
        self.count += 1
        WRITE(self.notes, f"{name} {os.path.relpath(where, self.folder)}\n".encode())
        if self.count != self.deadly:
            return act()
        if self.when == "torn" and half is not None:
            half()
        elif self.when == "after":
            act()
        return os.kill(os.getpid(), signal.SIGKILL)

    def below(self, path: Any) -> str | None:
        """Give a path when it counts."""
        text = os.path.abspath(os.fsdecode(path))  # noqa: PTH100 - pathlib calls what is wrapped here
        return text if text.startswith(self.folder) else None

    def by_path(self, name: str) -> Callable[..., Any]:
        """Wrap a function whose first argument is a path."""
        inner = getattr(os, name)

        def outer(path: Any, *rest: Any, **named: Any) -> Any:
            where = self.below(path)
            if where is None:
                return inner(path, *rest, **named)
            return self.touch(name, where, lambda: inner(path, *rest, **named))

        return outer

    def by_descriptor(self, name: str) -> Callable[..., Any]:
        """Wrap a function whose first argument is a descriptor; of a write, half can be made."""
        inner = getattr(os, name)

        def outer(descriptor: int, *rest: Any) -> Any:
            where = self.below(os.readlink(f"/proc/self/fd/{descriptor}"))  # noqa: PTH115 - as above
            if where is None:
                return inner(descriptor, *rest)
            half = (lambda: WRITE(descriptor, bytes(rest[0])[: len(rest[0]) // 2])) if name == "write" else None
            return self.touch(name, where, lambda: inner(descriptor, *rest), half)

        return outer


def install(folder: str, log: str, point: str) -> None:
    """Note every touch of a file below `folder` in the file `log`, and die at `point`.

    Args:
        folder: where the state is; other files do not count.
        log: gets a line for each touch, before it is made.
        point: `NUMBER:before`, `NUMBER:torn` (half of a write is made), `NUMBER:after`, or nothing: then it lives.
    """
    number, _, when = point.partition(":")
    fate = Fate(folder, os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), int(number or 0), when)
    for name in BY_PATH:
        setattr(os, name, fate.by_path(name))
    for name in (*BY_DESCRIPTOR, "write"):
        setattr(os, name, fate.by_descriptor(name))
