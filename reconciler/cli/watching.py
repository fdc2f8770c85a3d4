"""Look whether files of a folder have changed, by their times and sizes: no library, and every file system has them."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

INTERVAL: Final = 0.4
"""Seconds between two looks."""

_ENDINGS: Final = (".yaml", ".yml", ".json")

Stamp = dict[str, tuple[int, int]]


def stamp(root: Path) -> Stamp:
    """Give time and size of every manifest and definition."""
    found: Stamp = {}
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = os.path.join(folder, name)  # noqa: PTH118 - os.walk gives texts, a thousand times a second
            if name.endswith(_ENDINGS) and not name.startswith("."):
                try:
                    told = os.stat(path)  # noqa: PTH116 - as above
                except OSError:
                    continue
                found[path] = (told.st_mtime_ns, told.st_size)
    return found


def wait_for_change(root: Path, before: Stamp) -> Stamp:
    """Return when something has changed and nothing changes any more, so that a half-written file is not read."""
    found = stamp(root)
    while found == before:
        time.sleep(INTERVAL)
        found = stamp(root)
    while True:
        time.sleep(INTERVAL / 4)
        again = stamp(root)
        if again == found:
            return found
        found = again
