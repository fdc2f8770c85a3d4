"""A place that several machines keep one state in: conditional writes, a lease, and everything between it and a run.

What is there survives every run. Each request is a boundary: a run may die before it, while it is on its way, or after
it; its answer may get lost; and a machine may be cut off from the place for a while, while it still reaches Studio.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from reconciler.errors import StateUnreachableError, StateWriteError
from reconciler.state.objects import Stored, Version
from tests.simulation.scheduler import Process, Scheduler

T = TypeVar("T")


@dataclass
class Shelf:
    """What is in the place."""

    contents: dict[str, Stored] = field(default_factory=dict)
    _count: int = 0

    def get(self, name: str) -> Stored | None:
        """Give a content."""
        return self.contents.get(name)

    def create(self, name: str, data: bytes) -> Version | None:
        """Write a new name."""
        present = self.contents.get(name)
        if present is None:
            return self.put(name, data)
        return present.version if present.data == data else None

    def replace(self, name: str, data: bytes, version: Version) -> Version | None:
        """Write over exactly this version."""
        present = self.contents.get(name)
        if present is None:
            return None
        if present.version == version:
            return self.put(name, data)
        return present.version if present.data == data else None

    def delete(self, names: Sequence[str]) -> None:
        """Remove what is there."""
        for name in names:
            self.contents.pop(name, None)

    def names(self, folder: str) -> Sequence[str]:
        """Give all names below a folder."""
        return sorted(name for name in self.contents if name.startswith(folder))

    def put(self, name: str, data: bytes) -> Version:
        """Write, whatever is there."""
        self._count += 1
        self.contents[name] = Stored(data, f"v{self._count}")
        return f"v{self._count}"


@dataclass(frozen=True)
class Reach:
    """How one machine reaches the place.

    Attributes:
        lost: how often a write is carried out, and its answer lost.
        cut: from when to when nothing gets through, in virtual time.
        delay: how long a request of a run that died may still be on its way.
    """

    lost: float = 0.0
    cut: tuple[float, float] = (0.0, 0.0)
    delay: float = 0.5


@dataclass(eq=False)
class SimulatedObjects:
    """The place as one process has it."""

    shelf: Shelf
    scheduler: Scheduler
    process: Process
    chance: random.Random
    reach: Reach

    def get(self, name: str) -> Stored | None:
        """Give a content."""
        return self._read(lambda: self.shelf.get(name))

    def names(self, folder: str) -> Sequence[str]:
        """Give all names below a folder."""
        return self._read(lambda: self.shelf.names(folder))

    def create(self, name: str, data: bytes) -> Version | None:
        """Write a new name."""
        return self._write(lambda: self.shelf.create(name, data))

    def replace(self, name: str, data: bytes, version: Version) -> Version | None:
        """Write over exactly this version."""
        return self._write(lambda: self.shelf.replace(name, data, version))

    def delete(self, names: Sequence[str]) -> None:
        """Remove what is there."""
        self._write(lambda: self.shelf.delete(names))

    def _read(self, call: Callable[[], T]) -> T:
        self.scheduler.pause()
        self.process.point()
        if self._is_cut():
            raise StateUnreachableError("the place does not answer")
        return call()

    def _write(self, call: Callable[[], T]) -> T:
        self.scheduler.pause()
        if self.process.last() and self.chance.random() < 0.5:
            self._later(call)  # it is on its way when its sender dies
        self.process.point()
        if self._is_cut():
            raise StateWriteError("the place does not answer")
        result = call()
        self.scheduler.pause()
        self.process.point()
        if self.reach.lost and self.chance.random() < self.reach.lost:
            raise StateWriteError("the answer of the place got lost")
        return result

    def _is_cut(self) -> bool:
        start, end = self.reach.cut
        return start <= self.scheduler.now < end

    def _later(self, call: Callable[[], object]) -> None:
        delay = self.chance.uniform(0.01, self.reach.delay)

        def carry_out() -> None:
            self.scheduler.wait(None, delay)
            call()

        self.scheduler.start(carry_out, None, self.process.name)


class SimulatedHeartbeat:
    """A task of the process that beats; it dies with it."""

    def __init__(self, scheduler: Scheduler, process: Process) -> None:
        self._scheduler = scheduler
        self._process = process

    @contextlib.contextmanager
    def beating(self, beat: Callable[[], None], *, every: float) -> Iterator[None]:
        """Call `beat` every so many seconds until the context ends."""
        over: list[bool] = []
        ended: list[bool] = []

        def run() -> None:
            while not over:
                self._scheduler.wait(lambda: bool(over), every)
                if not over:
                    beat()
            ended.append(True)

        self._scheduler.start(run, self._process, self._process.name)
        try:
            yield
        finally:
            over.append(True)
            self._scheduler.wait(lambda: bool(ended), None)
