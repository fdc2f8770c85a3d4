"""An export in one file: a row for each step, with its execution's columns before its own. Nothing goes on from it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from reconciler.errors import UsageError
from reconciler.exports.disk import flush, new, part_of, settle, told
from reconciler.exports.formats import FORMATS, Format, RowWriter, writer_maker
from reconciler.model.export import EXECUTIONS, STEPS, ExportCursor, Row, Table

_AGAIN: Final = "Nothing is left of it. Make room, or give yourself the right to write there, and export again."
_SAME: Final = frozenset({"execution_sid", "flow_sid"})
"""Columns of a step that its execution has, too."""

_OWN: Final = tuple(place for place, column in enumerate(STEPS.columns) if column.name not in _SAME)
_NAMED: Final = {column.name for column in EXECUTIONS.columns}

FLAT: Final = Table(
    "steps-with-executions",
    (
        *EXECUTIONS.columns,
        *(
            replace(column, name=f"step_{column.name}") if column.name in _NAMED else column
            for column in (STEPS.columns[place] for place in _OWN)
        ),
    ),
)


def form_of(path: Path) -> Format | None:
    """Give the format that the name of a file says; None for a folder's."""
    ending = path.suffix.removeprefix(".")
    return next((form for form in FORMATS if form == ending), None)


class ExportFile:
    """`ports.ExportSink` over one file. An execution without steps has one row, whose other cells are empty."""

    def __init__(self, writer: RowWriter) -> None:
        self._writer = writer
        self._execution: Row | None = None

    @property
    def cursor(self) -> ExportCursor | None:
        """A file knows of no other export."""
        return None

    def write(self, table: Table, rows: Sequence[Row]) -> None:
        """Take the row of an execution, or those of the steps of the one before.

        Raises:
            UsageError: they belong to neither.
        """
        if table == EXECUTIONS:
            for row in rows:
                self.flush()
                self._execution = row
        elif table == STEPS and self._execution is not None:
            head, self._execution = self._execution, None
            self._writer.write([(*head, *(row[place] for place in _OWN)) for row in rows])
        else:
            raise UsageError(f"one file has no place for {table.name}", hint="Export to a folder.")

    def commit(self, cursor: ExportCursor) -> None:
        """Do nothing: a file is there as a whole or not at all."""

    def flush(self) -> None:
        """Write the execution that had no steps."""
        if self._execution is not None:
            self._writer.write([(*self._execution, *[None] * len(_OWN))])
            self._execution = None


@contextlib.contextmanager
def opened_file(path: Path, form: Format) -> Iterator[ExportFile]:
    """Give a file that takes its name when the block ends well; else nothing is left of it.

    Raises:
        ExportError: it cannot be written.
    """
    part = part_of(path)
    make = writer_maker(form)
    with told(path, _AGAIN):
        file = new(part)
        try:
            writer = make(file, FLAT)
            found = ExportFile(writer)
            yield found
            found.flush()
            writer.finish()
            settle(file)
            part.replace(path)
            flush(path.parent)
        finally:
            with contextlib.suppress(OSError, ValueError):
                file.close()
            part.unlink(missing_ok=True)
