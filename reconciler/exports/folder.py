"""An export in a folder: a folder for each table, a file in it for each commit, and the cursor beside them.

What a commit makes is written under names that no reader of the tables takes for a file of theirs. Then the cursor,
which names those files, replaces the one before: that is the commit. Then they get their names; whoever is killed in
between leaves that to the next export. So a reader never sees a row that will come again, nor a torn one.
"""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final

from reconciler.errors import UsageError
from reconciler.exports.cursor import Kept, decode, encode
from reconciler.exports.disk import PART, flush, new, part_of, replace, settle, told
from reconciler.exports.formats import Format, RowWriter, writer_maker
from reconciler.model.export import TABLES, ExportCursor, Row, Table

CURSOR: Final = "export.json"
_LOCK: Final = ".export.lock"
_GO_ON: Final = (
    "What was committed before is whole. Make room, or give yourself the right to write there, and export again: it "
    "goes on from there."
)


class ExportFolder:
    """`ports.ExportSink` over a folder. Held by one export at a time; `opened` makes it."""

    def __init__(self, folder: Path, form: Format, key: str, kept: Kept | None) -> None:
        self._folder = folder
        self._form = form
        self._key = key
        self._kept = kept
        self._make = writer_maker(form)
        self._files: dict[str, tuple[IO[bytes], RowWriter]] = {}

    @property
    def cursor(self) -> ExportCursor | None:
        """How far earlier exports came."""
        return None if self._kept is None else self._kept.cursor

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Take rows."""
        with told(self._folder, _GO_ON):
            if table.name not in self._files:
                file = new(self._part(table.name))
                self._files[table.name] = (file, self._make(file, table))
            self._files[table.name][1].write(rows)

    def commit(self, cursor: ExportCursor) -> None:
        """Finish the files, then the cursor that names them, then give them their names."""
        with told(self._folder, _GO_ON):
            for file, writer in self._files.values():
                writer.finish()
                settle(file)
            names = tuple(f"{name}/{self._number:06}.{self._form}" for name in sorted(self._files))
            kept = Kept(self._form, self._key, self._number, names, cursor)
            replace(self._folder / CURSOR, encode(kept))
            self._files.clear()
            self._kept = kept
            finish_names(self._folder, kept)

    def drop(self) -> None:
        """Forget what was not committed. What was, by the word of the cursor, stays, whatever its name is yet."""
        for file, _ in self._files.values():
            with contextlib.suppress(OSError, ValueError):
                file.close()
        self._files.clear()
        with contextlib.suppress(OSError, UsageError):
            _sweep(self._folder, _read(self._folder / CURSOR))

    @property
    def _number(self) -> int:
        return 1 if self._kept is None else self._kept.commit + 1

    def _part(self, table: str) -> Path:
        (self._folder / table).mkdir(mode=0o700, exist_ok=True)
        return part_of(self._folder / table / f"{self._number:06}.{self._form}")


@contextlib.contextmanager
def opened(folder: Path, form: Format, key: str) -> Iterator[ExportFolder]:
    """Hold a folder for one export; what was not committed when the block ends is forgotten.

    Args:
        folder: made when it is missing, for its owner only.
        form: what the files are like.
        key: `fingerprint` of the key of pseudonyms, empty where there are none.

    Raises:
        UsageError: another export holds it, or earlier ones there had another format or key.
        ExportError: it cannot be written to.
    """
    with contextlib.ExitStack() as stack:
        with told(folder, _GO_ON):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(_locked(folder / _LOCK))
            kept = _read(folder / CURSOR)
            if kept is not None:
                finish_names(folder, kept)
            _sweep(folder, kept)
        if kept is not None:
            _same(kept, form, key)
        found = ExportFolder(folder, form, key, kept)
        stack.callback(found.drop)
        yield found


def finish_names(folder: Path, kept: Kept) -> None:
    """Give the files of the last commit their names, where they have not got them yet."""
    for name in kept.files:
        path = folder / name
        part = part_of(path)
        if part.exists():
            part.replace(path)
    for table in {(folder / name).parent for name in kept.files}:
        flush(table)


def _same(kept: Kept, form: Format, key: str) -> None:
    if kept.form != form:
        raise UsageError(f"earlier exports there are {kept.form}, this one is {form}", hint="Export to another folder.")
    if kept.key != key:
        raise UsageError(
            "earlier exports there have other pseudonyms, or contacts as they are",
            hint="Export to another folder, or with the same options and the same key.",
        )


def _read(path: Path) -> Kept | None:
    return decode(path.read_bytes(), path) if path.exists() else None


def _sweep(folder: Path, kept: Kept | None) -> None:
    """Take away what was not committed."""
    committed = set() if kept is None else {part_of(folder / name) for name in kept.files}
    for place in (folder, *(folder / table.name for table in TABLES)):
        for part in set(place.glob(f".*{PART}")) - committed:
            with contextlib.suppress(OSError):
                part.unlink()


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock of a folder; it dies with the process."""
    with new(path) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                f"another export writes to {path.parent}", hint="Wait for its end, or export to another folder."
            ) from error
        yield
