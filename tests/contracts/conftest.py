"""The stores that the contract of state stores is held against, each also as the source of another process.

A new store is one more `Implementation` in IMPLEMENTATIONS.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.errors import InterruptedRunError
from reconciler.state.file import FileStateStore
from reconciler.state.store import ManagedStore

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@dataclass
class WaitingClock:
    """A clock that waits for real, and stops the run after so many waits."""

    stop_after: int | None = None
    waits: int = field(default=0)

    def now(self):
        """Give a fixed time and what was waited."""
        return AT + timedelta(seconds=self.waits)

    def monotonic(self):
        """Give real seconds."""
        return time.monotonic()

    def sleep(self, seconds):
        """Wait."""
        self.waits += 1
        if self.stopping():
            raise InterruptedRunError("stopped")
        time.sleep(min(seconds, 0.01))

    def stopping(self):
        """Tell whether there were waits enough."""
        return self.stop_after is not None and self.waits >= self.stop_after


@dataclass(frozen=True)
class Implementation:
    """One store: how to make it at a place, and the same as the source of another process, where `place` is given."""

    make: Callable[[Path, WaitingClock], ManagedStore]
    source: str


IMPLEMENTATIONS = {
    "file": Implementation(
        lambda place, clock: FileStateStore(place / "production.json", clock=clock, version="1.2.3", command="tests"),
        "from reconciler.state.file import FileStateStore\n"
        "store = FileStateStore(place / 'production.json', clock=clock, version='1.2.3', command='child')\n",
    ),
}

CHILD = """
import json, os, sys, time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from reconciler.errors import *
from reconciler.model.address import flow
from reconciler.model.definition import Digests
from reconciler.model.record import *
class Clock:
    def now(self): return datetime.now(UTC)
    def monotonic(self): return time.monotonic()
    def sleep(self, seconds): time.sleep(seconds)
    def stopping(self): return False
place, clock = Path(sys.argv[1]), Clock()
empty = State("lineage-1", 0, "clinic", "production", None, None)
digests = Digests("sha256:b", "sha256:f")
def record(number, name="x"):
    return FlowRecord(f"FW{number:032x}", name, "published", 1, None, None, None, digests)
def say(text): os.write(1, f"{text}\\n".encode())
"""


@pytest.fixture(params=IMPLEMENTATIONS.values(), ids=IMPLEMENTATIONS)
def implementation(request):
    """Give each store in turn."""
    return request.param


@pytest.fixture
def place(tmp_path):
    """Give where its files are."""
    return tmp_path / "state"


@pytest.fixture
def make(implementation, place):
    """Give a function that makes one more store of the same place, as another process would.

    `stop_after`: the run is to stop after so many waits; None for never.
    """
    return lambda stop_after=None: implementation.make(place, WaitingClock(stop_after))


@pytest.fixture
def child(implementation, place):
    """Give a context that runs a script in another process, beside the same store."""

    @contextmanager
    def run(script: str) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, "-c", CHILD + implementation.source + script, str(place)]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)  # noqa: S603  # our own interpreter
        with process:
            try:
                yield process
            finally:
                process.kill()

    return run
