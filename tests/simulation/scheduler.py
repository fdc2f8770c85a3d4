"""Tasks of which one runs at a time: each hands a baton on at every call, state write and sleep.

A seed decides who goes next. Time passes only when everybody waits. Nothing here knows what the tasks do. They are
greenlets: a thread each would need the operating system to wake it up, a thousand times a seed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from greenlet import greenlet

MOST_SWITCHES = 60_000
"""Turns of one seed at most: a run that goes on for longer does not end."""


class Killed(BaseException):
    """Nothing of a killed process acts any more; this ends its tasks wherever they stand."""


class StuckError(Exception):
    """All tasks wait for ever, or none comes to an end."""


@dataclass(eq=False)
class Process:
    """What dies together.

    Attributes:
        points: boundaries met so far: before and after each call, state write and file operation.
        kill_at: the boundary at which it is killed; None never.
        stop_at: the boundary at which it is asked to stop, as by Ctrl-C; None never.
        left: the files of the state as the kill left them; None when it was not killed.
        at_kill: called at the kill, before anything unwinds.
        buried: called once nothing of a dead process is left.
    """

    name: str
    kill_at: int | None = None
    stop_at: int | None = None
    points: int = 0
    stopped: bool = False
    dying: bool = False
    tasks: int = 0
    left: dict[str, bytes] | None = None
    at_kill: Callable[[], None] = lambda: None
    buried: Callable[[], None] = lambda: None

    def point(self) -> None:
        """Meet a boundary. Raises Killed when this is the one."""
        if self.dying:
            raise Killed
        self.points += 1
        if self.points == self.stop_at:
            self.stopped = True
        if self.points == self.kill_at:
            self.die()

    def last(self) -> bool:
        """Tell whether the next boundary is the one at which it dies."""
        return self.points + 1 == self.kill_at

    def die(self) -> None:
        """End here."""
        self.at_kill()
        self.dying = True
        raise Killed


@dataclass(eq=False)
class Task:
    """One line of work of a process; None is the world itself."""

    process: Process | None
    actor: str
    wake: float | None = None
    ready: Callable[[], bool] | None = None
    light: greenlet = field(default_factory=greenlet.getcurrent)


class Scheduler:
    """Let one task run at a time. Made and driven by one thread."""

    def __init__(self, seed: int) -> None:
        self.now = 0.0
        self.switches = 0
        self._random = random.Random(seed)  # noqa: S311 - repeatable, not secret
        self._driver = Task(None, "world")
        self.current = self._driver
        self._tasks = [self._driver]
        self._failure: BaseException | None = None

    def start(self, call: Callable[[], None], process: Process | None, actor: str) -> None:
        """Start a task; it runs when its turn comes."""
        task = Task(process, actor)
        # A parent is where a task goes when it ends; `_live` never ends without having gone on to another itself.
        task.light = greenlet(lambda *_: self._live(task, call), parent=self._driver.light)
        self._tasks.append(task)
        if process is not None:
            process.tasks += 1

    def pause(self) -> None:
        """Let others go first, or not. Raises Killed when the process died meanwhile."""
        self._switch(self.current)

    def wait(self, ready: Callable[[], bool] | None, timeout: float | None) -> None:
        """Wait until something is so, or some time has passed."""
        task = self.current
        task.ready = ready
        task.wake = None if timeout is None else self.now + timeout
        try:
            self._switch(task)
        finally:
            task.ready = task.wake = None

    def give_way(self) -> None:
        """Let all other tasks of a dead process end first. Raises Killed."""
        self._tasks.remove(self.current)
        self._tasks.append(self.current)
        self._switch(self.current)

    def abandon(self) -> None:
        """End every task that is left."""
        self._failure = None
        self.switches = 0
        self.current = self._driver
        for task in self._tasks:
            if task is not self._driver:
                task.process = task.process or Process("world")
                task.process.dying = True
        self.wait(lambda: len(self._tasks) == 1, None)

    def _live(self, task: Task, call: Callable[[], None]) -> None:
        try:
            if task.process is None or not task.process.dying:
                call()
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 - the driver raises it
            self._failure = self._failure or error
        self._tasks.remove(task)
        self._bury(task.process)
        # What is left of this greenlet is a jump to the one that goes on.
        chosen = self.current = self._choose()
        task.light.parent = chosen.light

    @staticmethod
    def _bury(process: Process | None) -> None:
        if process is None:
            return
        process.tasks -= 1
        if process.dying and process.tasks == 0:
            process.buried()

    def _switch(self, task: Task) -> None:
        chosen = self._choose()
        if chosen is not task:
            self.current = chosen
            chosen.light.switch()
        if task is self._driver and self._failure is not None:
            raise self._failure
        if task.process is not None and task.process.dying:
            raise Killed

    def _choose(self) -> Task:
        self.switches += 1
        if self._failure is None and self.switches > MOST_SWITCHES:
            self._failure = StuckError(f"no end after {MOST_SWITCHES} turns")
        if self._failure is not None:
            return self._driver
        dying = [task for task in self._tasks if task.process is not None and task.process.dying]
        if dying:
            return dying[0]
        while True:
            able = [task for task in self._tasks if self._able(task)]
            if able:
                return able[0] if len(able) == 1 else self._random.choice(able)
            times = [task.wake for task in self._tasks if task.wake is not None]
            if not times:
                self._failure = StuckError("all tasks wait for ever")
                return self._driver
            self.now = max(self.now, min(times))

    def _able(self, task: Task) -> bool:
        if task.wake is not None and task.wake <= self.now:
            return True
        if task.ready is not None:
            return task.ready()
        return task.wake is None
