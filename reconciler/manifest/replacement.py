"""Put new content in the place of a file: written beside, flushed, renamed. Nobody ever sees half a file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_NEW_FILE_MODE = 0o644


def replace(path: Path, content: bytes, *, private: bool = False) -> None:
    """Replace a file's content, or make the file; its mode stays. A symbolic link stays and its target is replaced.

    Args:
        path: of the file.
        content: what shall be in it.
        private: whether nobody but its owner may read it from now on. Default its mode stays.

    Raises:
        OSError: it could not be done, and nothing has changed.
    """
    target = path.resolve()
    handle, beside = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            if not private:  # as which it is made
                os.fchmod(stream.fileno(), target.stat().st_mode & 0o777 if target.exists() else _NEW_FILE_MODE)
            os.fsync(stream.fileno())
        Path(beside).replace(target)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
