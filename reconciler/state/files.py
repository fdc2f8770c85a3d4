"""Files that survive a crash: written beside, flushed, renamed, folder flushed. Everything here is one such step.

What holds state is readable by its owner alone (0600, folders 0700): contacts of test users stand in it. An error of
the operating system leaves here as one of ours that names the path, and never leaves half a file behind.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from reconciler.errors import StateDamagedError, StateWriteError

_FILE_MODE: Final = 0o600
_FOLDER_MODE: Final = 0o700


class FileVersion(NamedTuple):
    """Tell one content of a path from every other: a replaced file is another file."""

    device: int
    inode: int
    size: int
    modified: int


class Content(NamedTuple):
    """What was read from a file, and which version of it that was."""

    data: bytes
    version: FileVersion


def read_file(path: Path) -> Content | None:
    """Give the content of a file; None when there is none.

    Raises:
        StateDamagedError: it is there and cannot be read.
    """
    with reading(path) as content:
        return content


@contextlib.contextmanager
def reading(path: Path) -> Iterator[Content | None]:
    """Give the content as `read_file` does, and keep the file open: until the end no other file can have its version.

    Raises:
        StateDamagedError: it is there and cannot be read.
    """
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
            content = Content(file.read(), _version(os.fstat(file.fileno())))
        except FileNotFoundError:
            content = None
        except OSError as error:
            raise _read_error(path, error) from error
        yield content


def version_of(path: Path) -> FileVersion | None:
    """Give the version that a file has now; None when there is none."""
    try:
        return _version(path.stat())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _read_error(path, error) from error


def _read_error(path: Path, error: OSError) -> StateDamagedError:
    return StateDamagedError(
        f"{path}: cannot be read: {error.strerror or error}", hint="Make it readable for this user, then run again."
    )


def _version(stat: os.stat_result) -> FileVersion:
    return FileVersion(stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)


def replace_file(path: Path, data: bytes) -> None:
    """Give a file new content, whole or not at all; when this returns, a power cut cannot undo it.

    Only one process may write a path at a time: the name of what is written beside is always the same, so that what
    a crash left behind is written over by the next run.

    Raises:
        StateWriteError: it could not be written; the old content stands.
    """
    target = Path(os.path.realpath(path))  # a link stays a link to the new content
    beside = target.with_name(f".{target.name}.new")
    with _write_errors(path):
        try:
            _write_new(beside, data)
            beside.replace(target)
        except OSError:
            with contextlib.suppress(OSError):  # the first error is the one that tells
                beside.unlink()
            raise
        flush_folder(target.parent)


def _write_new(path: Path, data: bytes) -> None:
    with open_private(path, os.O_WRONLY | os.O_TRUNC) as descriptor:
        write_all(descriptor, data)
        os.fsync(descriptor)


@contextlib.contextmanager
def open_private(path: Path, flags: int) -> Iterator[int]:
    """Open a file that only its owner may read, made when it is not there, never through a link."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, _FILE_MODE)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of it. An operating system may write a part and say so."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def make_folder(path: Path) -> None:
    """Make a folder that only its owner may open, unless it is there.

    Raises:
        StateWriteError: it could not be made.
    """
    with _write_errors(path):
        path.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)


def remove_file(path: Path) -> None:
    """Remove a file, if it is there, for good.

    Raises:
        StateWriteError: it is still there.
    """
    with _write_errors(path):
        path.unlink(missing_ok=True)
        flush_folder(path.parent)


def flush_folder(path: Path) -> None:
    """Make the names in a folder durable: a file whose name is lost is lost."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _write_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise write_error(path, error) from error


def write_error(path: Path, error: OSError) -> StateWriteError:
    """Give our error for one of the operating system."""
    return StateWriteError(
        f"{path}: cannot be written: {error.strerror or error}",
        hint="Make room or give this user the right to write there, then run again; nothing that was recorded is lost.",
    )


class AppendFile:
    """A file that only grows, line by line, each durable before the call returns.

    A line that could not be written whole is cut off again; until that is done, nothing more is appended.
    """

    def __init__(self, path: Path, length: int) -> None:
        """Open it, made when it is not there, and cut off everything behind `length`.

        Raises:
            StateWriteError: it cannot be opened or cut.
        """
        self._path = path
        self._length = length
        with _write_errors(path):
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
            self._descriptor = os.open(path, flags, _FILE_MODE)
            try:
                self._cut()
                flush_folder(path.parent)
            except OSError:
                os.close(self._descriptor)
                raise

    def append(self, data: bytes) -> None:
        """Add these bytes, all or none.

        Raises:
            StateWriteError: nothing of it counts.
        """
        with _write_errors(self._path):
            self._cut()
            try:
                write_all(self._descriptor, data)
                os.fsync(self._descriptor)
            except OSError:
                with contextlib.suppress(OSError):  # the next append cuts before it writes, or fails too
                    self._cut()
                raise
            self._length += len(data)

    def _cut(self) -> None:
        if os.fstat(self._descriptor).st_size > self._length:
            os.ftruncate(self._descriptor, self._length)
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Let go of the file. Nothing may be appended any more."""
        os.close(self._descriptor)
