"""The moves on the disk that exports are made of, and the sentence for when one fails."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from reconciler.errors import ExportError

PART: Final = ".part"


def new(path: Path) -> IO[bytes]:
    """Open a new file for its owner only; what was there goes."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def part_of(path: Path) -> Path:
    """Give the name of a file until it is whole: hidden, and no table's reader takes it for one of its files."""
    return path.with_name(f".{path.name}{PART}")


def settle(file: IO[bytes]) -> None:
    """Make durable what was written, and close."""
    file.flush()
    os.fsync(file.fileno())
    file.close()


def flush(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace(path: Path, content: bytes) -> None:
    """Put a file in the place of another, whole or not at all."""
    part = part_of(path)
    with new(part) as file:
        file.write(content)
        settle(file)
    part.replace(path)
    flush(path.parent)


@contextlib.contextmanager
def told(place: Path, hint: str) -> Iterator[None]:
    """Turn an error of the disk into a sentence; the hint says what is left and what to do."""
    try:
        yield
    except OSError as error:
        raise ExportError(f"{error.filename or place}: {error.strerror or error}", hint=hint) from error
