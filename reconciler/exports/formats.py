"""Rows → files: JSON Lines and CSV; Parquet is in `parquet`, as hardly anybody needs its library."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import IO, Final, Literal, Protocol, TypeAlias

from reconciler.model.export import Cell, Column, Row, Table

Format = Literal["jsonl", "csv", "parquet"]
FORMATS: Final[tuple[Format, ...]] = ("jsonl", "csv", "parquet")


class RowWriter(Protocol):
    """Writes rows of one table into one open file."""

    def write(self, rows: Sequence[Row]) -> None:
        """Write rows."""

    def finish(self) -> None:
        """Write what belongs behind the last row. The file stays open."""


WriterMaker: TypeAlias = "Callable[[IO[bytes], Table], RowWriter]"


def writer_maker(form: Format) -> WriterMaker:
    """Give what makes the writers of a format.

    Raises:
        UsageError: its library is not installed.
    """
    if form == "jsonl":
        return JsonLines
    if form == "csv":
        return Csv
    from reconciler.exports.parquet import Parquet, must_be_there  # noqa: PLC0415 - an optional part

    must_be_there()
    return Parquet


class JsonLines:
    """One JSON object a line, its keys in the order of the columns; times are RFC 3339 in UTC."""

    def __init__(self, file: IO[bytes], table: Table) -> None:
        self._file = file
        self._names = [column.name for column in table.columns]
        self._times = [place for place, column in enumerate(table.columns) if column.kind == "time"]
        self._encode = json.JSONEncoder(separators=(",", ":")).encode

    def write(self, rows: Sequence[Row]) -> None:
        """Write a line for each."""
        lines = []
        for row in rows:
            cells = list(row)
            for place in self._times:
                cells[place] = time_text(cells[place])
            lines.append(self._encode(dict(zip(self._names, cells, strict=True))))
        self._file.write(("\n".join(lines) + "\n").encode("ascii"))

    def finish(self) -> None:
        """Nothing stands behind the last line."""


class Csv:
    """RFC 4180 in UTF-8, with a header; nothing is an empty cell, JSON is text, times are RFC 3339 in UTC."""

    def __init__(self, file: IO[bytes], table: Table) -> None:
        self._columns = table.columns
        self._file = file
        self._writer = csv.writer(self)
        self._lines: list[str] = []
        self._writer.writerow([column.name for column in table.columns])
        self._flush()

    def write(self, rows: Sequence[Row] | str) -> None:
        """Write a line for each. csv's own writer hands its lines in here, too."""
        if isinstance(rows, str):
            self._lines.append(rows)
            return
        for row in rows:
            self._writer.writerow([_text(cell, column) for cell, column in zip(row, self._columns, strict=True)])
        self._flush()

    def finish(self) -> None:
        """Nothing stands behind the last line."""

    def _flush(self) -> None:
        self._file.write("".join(self._lines).encode("utf-8", "backslashreplace"))
        self._lines.clear()


def time_text(at: Cell) -> Cell:
    """Give a time as RFC 3339 in UTC."""
    if not isinstance(at, datetime):
        return at
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def json_text(cell: Cell) -> str:
    """Give a JSON value as text."""
    return json.dumps(cell, separators=(",", ":"))


def _text(cell: Cell, column: Column) -> Cell:
    if column.kind == "json":
        return json_text(cell)
    return time_text(cell)
