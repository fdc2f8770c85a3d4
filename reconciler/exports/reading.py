"""Read an export again: each execution with its steps, one at a time, so that a million steps fit into memory.

A commit puts executions and their steps into files of one number and in one order, so the two are read side by side.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from reconciler.errors import UsageError
from reconciler.exports.formats import FORMATS
from reconciler.exports.parquet import read_parquet
from reconciler.model.execution import Execution, ExecutionStep
from reconciler.model.export import EXECUTIONS, STEPS

T = TypeVar("T")

_DECODE: Final = json.JSONDecoder().decode
"""`json.loads` would look for the encoding of every line."""

_Read: TypeAlias = Mapping[str, Any]
"""A row by the names of its columns. What is nothing is None, or empty in CSV."""

_SID: Final = "execution_sid"
_NONE: Final[tuple[None, Iterator[ExecutionStep]]] = (None, iter(()))


class ExportedRuns:
    """The executions of an export.

    Attributes:
        number: how many there are.
    """

    def __init__(self, folder: Path) -> None:
        """Look at all executions once, without their steps.

        Raises:
            UsageError: there is no export, or a file of it cannot be read.
        """
        self._steps = folder / STEPS.name
        found = (path for form in FORMATS for path in (folder / EXECUTIONS.name).glob(f"[!.]*.{form}"))
        self._files = sorted(found)
        if not self._files:
            hint = "Name the folder that `reconciler executions export` wrote."
            raise UsageError(f"there are no executions in {folder}", hint=hint)
        rows, active = 0, set()
        ended: set[str] = set()
        for execution in (one for file in self._files for one in _rows(file, _execution)):
            rows += 1
            if execution.status == "active":
                active.add(execution.sid)
            elif execution.sid in active:
                ended.add(execution.sid)
        self._ended_later = frozenset(ended)
        self.number = rows - len(ended)

    def runs(self, flows: Collection[str] | None = None) -> Iterator[tuple[Execution, tuple[ExecutionStep, ...]]]:
        """Give each once with its steps, in the export's order: of two rows the one that says that it ended.

        Args:
            flows: SIDs of those that executions began with. Default all.

        Raises:
            UsageError: a file cannot be read.
        """
        for file in self._files:
            for execution, steps in self._read(file):
                over = execution.status == "active" and execution.sid in self._ended_later
                if not over and (flows is None or execution.flow_sid in flows):
                    yield execution, steps

    def _read(self, file: Path) -> Iterator[tuple[Execution, tuple[ExecutionStep, ...]]]:
        """Give the executions of one commit with their steps, which stand in another file in the same order."""
        other = self._steps / file.name
        groups = groupby(_rows(other, _step), key=attrgetter(_SID))
        sid, steps = next(groups, _NONE)
        for execution in _rows(file, _execution):
            if sid == execution.sid:
                yield execution, tuple(steps)
                sid, steps = next(groups, _NONE)
            else:
                yield execution, ()
        if sid is not None:
            raise UsageError(
                f"{other}: steps of {sid}, which is not where {file} has it",
                hint="Files of one number belong together, as they were written: export to a new folder.",
            )


def _rows(file: Path, make: Callable[[_Read], T]) -> Iterator[T]:
    """Give what is made of each row of a file; nothing of a file that is not there."""
    number = 0
    try:
        for row in _raw(file):
            number += 1
            yield make(row)
    except (ValueError, KeyError, TypeError, csv.Error) as error:
        raise UsageError(
            f"{file}, behind row {number}: this is not what an export writes",
            hint="Export to a new folder, or take the file out of this one.",
        ) from error
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror or error}") from error


def _raw(file: Path) -> Iterator[_Read]:
    if not file.exists():  # a commit without steps, or a file that was moved away
        return
    if file.suffix == ".parquet":
        yield from read_parquet(file)
    elif file.suffix == ".csv":
        with file.open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines, strict=True)
    else:
        with file.open(encoding="utf-8") as lines:
            yield from map(_DECODE, lines)


def _execution(row: _Read) -> Execution:
    revision = row["revision"]
    return Execution(
        sid=_text(row[_SID]),
        flow_sid=_text(row["flow_sid"]),
        status="active" if row["status"] == "active" else "ended",
        contact=row["contact"] or None,
        revision=None if revision in {None, ""} else int(revision),
        initiated_by=row["initiated_by"] or None,
        date_created=_moment(row["date_created"]),
        date_updated=_moment(row["date_updated"]),
    )


def _step(row: _Read) -> ExecutionStep:
    return ExecutionStep(
        sid=_text(row["step_sid"]),
        execution_sid=_text(row[_SID]),
        flow_sid=_text(row["flow_sid"]),
        event=row["event"] or None,
        from_widget=row["widget_from"] or None,
        to_widget=row["widget_to"] or None,
        widget_type=row["widget_type"] or None,
        parent_step_sid=row["parent_step_sid"] or None,
        date_created=_moment(row["date_created"]),
        date_updated=_moment(row["date_updated"]),
    )


def _text(cell: object) -> str:
    if not isinstance(cell, str) or not cell:
        raise ValueError("a SID is missing")
    return cell


def _moment(cell: object) -> datetime | None:
    if cell is None or cell == "":
        return None
    return cell if isinstance(cell, datetime) else datetime.fromisoformat(str(cell))
