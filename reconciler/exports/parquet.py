"""Rows → Parquet and back, by pyarrow. It is an optional part: `pip install 'reconciler[parquet]'`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any, Final

from reconciler.errors import UsageError
from reconciler.exports.formats import json_text
from reconciler.model.export import Row, Table

_GROUP: Final = 50_000
"""Rows of a row group: what readers skip as a whole, and what is kept in memory until it is written."""


_BATCH: Final = 5_000
"""Rows that are read at a time."""


def must_be_there() -> None:
    """Make sure that Parquet can be written and read. Raises UsageError when pyarrow is not installed."""
    try:
        import pyarrow as pa  # noqa: F401, PLC0415 - an optional part, and half a second
    except ImportError as error:
        raise UsageError(
            "Parquet needs the package pyarrow, which is not installed",
            hint="Install the optional part, pip install 'reconciler[parquet]', or take --format csv or jsonl.",
        ) from error


def read_parquet(file: Path) -> Iterator[dict[str, Any]]:
    """Give the rows of a file by the names of their columns, some at a time.

    Raises:
        UsageError: pyarrow is not installed.
        ValueError: this is no Parquet.
    """
    must_be_there()
    from pyarrow import parquet  # noqa: PLC0415 - as below

    with parquet.ParquetFile(file) as opened:
        for batch in opened.iter_batches(_BATCH):
            yield from batch.to_pylist()


class Parquet:
    """Columns with types: texts, integers, times in microseconds UTC, JSON as text; compressed by zstd."""

    def __init__(self, file: IO[bytes], table: Table) -> None:
        import pyarrow as pa  # noqa: PLC0415 - as above
        from pyarrow import parquet  # noqa: PLC0415 - as above

        types = {"text": pa.string(), "integer": pa.int64(), "time": pa.timestamp("us", tz="UTC"), "json": pa.string()}
        self._pa = pa
        self._schema = pa.schema([(column.name, types[column.kind]) for column in table.columns])
        self._json = [column.kind == "json" for column in table.columns]
        self._writer = parquet.ParquetWriter(file, self._schema, compression="zstd")
        self._waiting: list[Row] = []

    def write(self, rows: Sequence[Row]) -> None:
        """Take rows; whole row groups are written."""
        self._waiting += rows
        if len(self._waiting) >= _GROUP:
            self._write()

    def finish(self) -> None:
        """Write the rest and the footer."""
        self._write()
        self._writer.close()

    def _write(self) -> None:
        if not self._waiting:
            return
        columns: list[Sequence[Any]] = list(zip(*self._waiting, strict=True))
        for place, is_json in enumerate(self._json):
            if is_json:
                columns[place] = [json_text(cell) for cell in columns[place]]
        arrays = [self._pa.array(column, type=kind) for column, kind in zip(columns, self._schema.types, strict=True)]
        self._writer.write_table(self._pa.Table.from_arrays(arrays, schema=self._schema))
        self._waiting = []
