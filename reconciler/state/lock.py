"""The lock of a state: a file of its own, locked by the operating system, which lets go when the process dies.

The file stays behind: whoever unlinked it could leave two runs with a lock each on two files of one name. It says who
holds it, for the run that has to wait; what it says counts only while the lock is held.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import getpass
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from reconciler.errors import StateLockedError
from reconciler.ports import Clock
from reconciler.state.files import make_folder, open_private, write_all, write_error

_POLL: Final = 0.2
_LIMIT: Final = 4096


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock, and since when."""

    pid: int
    host: str
    user: str
    command: str
    since: AwareDatetime

    def __str__(self) -> str:
        return f"pid {self.pid} on {self.host} ({self.user}, {self.command})"


@cache
def _adapter() -> TypeAdapter[Holder]:
    return TypeAdapter(Holder)


class FileLock:
    """The lock of one state. Two of the same path exclude each other, also within one process."""

    def __init__(self, path: Path, *, clock: Clock, command: str) -> None:
        """Name the lock file and what its holder is to be called."""
        self._path = path
        self._clock = clock
        self._command = command

    @contextlib.contextmanager
    def held(self, timeout: float) -> Iterator[None]:
        """Hold the lock. Waits up to `timeout` seconds for it; 0 does not wait.

        Raises:
            StateLockedError: another run holds it.
            StateWriteError: the lock file cannot be made.
            InterruptedRunError: the run is to stop while it waits.
        """
        make_folder(self._path.parent)
        with contextlib.ExitStack() as stack:
            try:
                descriptor = stack.enter_context(open_private(self._path, os.O_RDWR))
                self._acquire(descriptor, timeout)
            except OSError as error:
                raise write_error(self._path, error) from error
            _say(descriptor, _adapter().dump_json(self._me()))
            try:
                yield
            finally:
                _say(descriptor, b"")

    def holder(self) -> Holder | None:
        """Tell who holds the lock, None when nobody does or nobody knows. A name that a dead run left is wiped out."""
        try:
            with open_private(self._path, os.O_RDWR) as descriptor:
                if not _locked(descriptor):
                    return _read(descriptor)
                _say(descriptor, b"")
        except OSError:
            return None
        return None

    def _acquire(self, descriptor: int, timeout: float) -> None:
        deadline = self._clock.monotonic() + timeout
        while not _locked(descriptor):
            left = deadline - self._clock.monotonic()
            if left <= 0:
                raise self._refusal(_read(descriptor))
            self._clock.sleep(min(_POLL, left))

    def _refusal(self, holder: Holder | None) -> StateLockedError:
        hint = "Wait for that run to end, or let this one wait with --lock-timeout. The lock goes with its process."
        if holder is None:
            return StateLockedError(f"{self._path}: the state is locked by another run", hint=hint)
        since = f"{holder.since:%H:%M:%S} UTC ({_spoken(self._clock.now() - holder.since)})"
        return StateLockedError(f"{self._path}: the state is locked: held by {holder} since {since}", hint=hint)

    def _me(self) -> Holder:
        return this_process(self._command, self._clock.now())


def this_process(command: str, now: datetime) -> Holder:
    """Give who we are, under the name of a command."""
    return Holder(os.getpid(), socket.gethostname(), _user(), command, now)


def _say(descriptor: int, text: bytes) -> None:
    with contextlib.suppress(OSError):  # the lock is what counts; a name that cannot be told stops nobody
        os.ftruncate(descriptor, 0)
        os.lseek(descriptor, 0, os.SEEK_SET)
        write_all(descriptor, text)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in {errno.EAGAIN, errno.EWOULDBLOCK}:
            return False
        raise
    return True


def _read(descriptor: int) -> Holder | None:
    try:
        return _adapter().validate_json(os.pread(descriptor, _LIMIT, 0))
    except (OSError, ValidationError):
        return None  # its holder is just writing it, or has just let go


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"  # a container's user needs no name


def _spoken(duration: timedelta) -> str:
    seconds = max(0, int(duration.total_seconds()))
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"
