"""The state of one simulated process: boundaries around each write, and a folder that is as the kill left it.

Boundaries within a write are met by Python's own audit events: every file that is opened, renamed or removed in the
folder of the state. After a kill, what the dying process still did to the folder is undone.
"""

from __future__ import annotations

import contextlib
import os
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from reconciler.model.address import Address
from reconciler.model.live import FlowRevision
from reconciler.model.record import RevisionEntry, State, StateChange
from reconciler.ports import StateSession, StateStore
from tests.simulation.scheduler import Process, Scheduler

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_TRUNC
_NAMES = {"open", "os.rename", "os.remove"}


class Folder:
    """The folder of a state, and the boundaries that the current process meets in it."""

    def __init__(self, path: Path, scheduler: Scheduler) -> None:
        self.path = path
        self._prefix = f"{path}{os.sep}"
        self._scheduler = scheduler

    def capture(self) -> dict[str, bytes]:
        """Give every file but the lock, whose content says nothing."""
        found = {}
        for folder, _, names in os.walk(self.path):
            for name in names:
                if not name.endswith(".lock"):
                    path = Path(folder) / name
                    found[str(path)] = path.read_bytes()
        return found

    def restore(self, files: dict[str, bytes]) -> None:
        """Make the folder what it was."""
        present = self.capture()
        for name in present.keys() - files.keys():
            Path(name).unlink()
        for name, data in files.items():
            if present.get(name) != data:
                Path(name).write_bytes(data)

    def met(self, event: str, args: tuple[object, ...]) -> None:
        """Meet a file operation of the current process."""
        process = self._scheduler.current.process
        path = args[0]
        if process is None or process.tasks == 0 or not isinstance(path, str | Path):
            return
        name = str(path)
        flags = args[2] if event == "open" else _WRITING
        if not name.startswith(self._prefix) or not int(flags or 0) & _WRITING or name.endswith(".lock"):
            return
        if process.last():
            self._arm(process, name, truncated=event == "open" and bool(int(flags or 0) & os.O_TRUNC))
        process.point()

    def _arm(self, process: Process, name: str, *, truncated: bool) -> None:
        """A kill right behind an open that empties a file leaves it empty."""
        capture = process.at_kill

        def kill() -> None:
            capture()
            if truncated and process.left is not None and name in process.left:
                process.left[name] = b""

        process.at_kill = kill


_watched: list[Folder] = []
_hooked: list[bool] = []


def _hook(event: str, args: tuple[object, ...]) -> None:
    if event in _NAMES and _watched:
        _watched[-1].met(event, args)


@contextlib.contextmanager
def watching(folder: Folder) -> Iterator[None]:
    """Let file operations in the folder be boundaries."""
    if not _hooked:
        sys.addaudithook(_hook)  # for good: Python has no way to take one away
        _hooked.append(True)
    _watched.append(folder)
    try:
        yield
    finally:
        _watched.pop()


class SimulatedStore:
    """A state store as one process has it."""

    def __init__(self, inner: StateStore, process: Process, folder: Folder | None, keeper: Keeper) -> None:
        """Name the store; `folder` is where it keeps its files, None when it keeps none."""
        self._inner = inner
        self._process = process
        self._folder = folder
        self._keeper = keeper

    def read(self) -> State | None:
        """Read the state, after others had their turn."""
        self._keeper.pause()
        return self._inner.read()

    def history(self, address: Address) -> Sequence[RevisionEntry]:
        """Give older revisions."""
        return self._inner.history(address)

    @contextlib.contextmanager
    def open(self, *, create: State, timeout: float) -> Iterator[StateSession]:
        """Take the lock."""
        self._keeper.pause()
        with self._inner.open(create=create, timeout=timeout) as session:
            self._keeper.opened(self._process, session.state)
            simulated = SimulatedSession(session, self._process, self._folder, self._keeper)
            try:
                yield simulated
            finally:
                simulated.end()


class SimulatedSession:
    """A session whose writes are boundaries.

    Its calls queue here: the session's own lock is one of threads, and tasks that take turns would never get it.
    """

    def __init__(self, inner: StateSession, process: Process, folder: Folder | None, keeper: Keeper) -> None:
        self._inner = inner
        self._process = process
        self._folder = folder
        self._keeper = keeper
        self._busy = False

    @property
    def state(self) -> State:
        """Give the state."""
        self._queue()
        return self._inner.state

    def end(self) -> None:
        """Let what is being recorded come to its end; nothing is recorded any more."""
        try:
            self._queue()
            self._busy = True
        finally:
            if self._process.dying:  # whoever was recording holds a lock of the session until it has ended
                self._keeper.scheduler.give_way()

    def _queue(self) -> None:
        if self._busy:
            self._keeper.scheduler.wait(lambda: not self._busy, None)

    def sign(self, plan: str) -> None:
        """Say which plan it is for."""
        self._inner.sign(plan)

    def save_body(self, address: Address, revision: FlowRevision) -> str:
        """Keep a body."""
        self._process.point()
        return self._inner.save_body(address, revision)

    def record(self, changes: Sequence[StateChange]) -> None:
        """Record, with a boundary on either side and one within."""
        self._keeper.pause()
        self._queue()
        self._process.point()
        self._keeper.doubtful(self._process, changes)
        if self._folder and self._process.last() and self._keeper.chance.random() < 0.4:
            self._tear(self._folder, changes)
        self._busy = True
        try:
            self._inner.record(changes)
        finally:
            self._busy = False
        self._keeper.recorded(self._process, changes)
        self._process.point()

    def _tear(self, folder: Folder, changes: Sequence[StateChange]) -> None:
        """Die while the line is written: a part of it is there, or all of it."""
        before = folder.capture()
        kill_at, self._process.kill_at = self._process.kill_at, None
        self._inner.record(changes)
        self._process.kill_at = kill_at
        self._process.at_kill()
        for name, data in self._process.left.items():
            if name.endswith(".journal"):
                start = len(before.get(name, b""))
                self._process.left[name] = data[: self._keeper.chance.randint(start, len(data))]
        self._process.at_kill = lambda: None
        self._process.die()


class Keeper:
    """What the world wants to hear of the state."""

    def __init__(self, scheduler: Scheduler, chance: random.Random) -> None:
        self.chance = chance
        self.scheduler = scheduler
        self.pause: Callable[[], None] = scheduler.pause

    def opened(self, process: Process, state: State) -> None:
        """Hear what a process found when it took the lock."""
        raise AssertionError((process, state))

    def doubtful(self, process: Process, changes: Sequence[StateChange]) -> None:
        """Hear what is about to be recorded: until `recorded` tells more it may be there or not, but not in part."""
        raise AssertionError((process, changes))

    def recorded(self, process: Process, changes: Sequence[StateChange]) -> None:
        """Hear what is durable now."""
        raise AssertionError((process, changes))
