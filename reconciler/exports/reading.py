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


def read_export(
    folder: Path, flows: Collection[str] | None = None
) -> Iterator[tuple[Execution, tuple[ExecutionStep, ...]]]:
    """Give the executions of an export in its order, each once: of two rows the one that says that it ended.

    Args:
        folder: of the export.
        flows: SIDs of those that executions began with. Default all.

    Raises:
        UsageError: there is no export, or a file of it cannot be read.
    """
    files = [path for form in FORMATS for path in (folder / EXECUTIONS.name).glob(f"[!.]*.{form}")]
    if not files:
        raise UsageError(
            f"there are no executions in {folder}", hint="Name the folder that `reconciler executions export` wrote."
        )
    files.sort()
    ended = _ended_later(files)
    for file in files:
        steps = groupby(_rows(folder / STEPS.name / file.name, _step), key=attrgetter(_SID))
        sid, group = next(steps, (None, iter(())))
        for execution in _rows(file, _execution):
            mine: tuple[ExecutionStep, ...] = ()
            if sid == execution.sid:
                mine = tuple(group)
                sid, group = next(steps, (None, iter(())))
            over = execution.status == "active" and execution.sid in ended
            if not over and (flows is None or execution.flow_sid in flows):
                yield execution, mine
        if sid is not None:
            raise UsageError(
                f"{folder / STEPS.name / file.name}: steps of {sid}, which is not where its file of executions has it",
                hint="The two files of a number belong together, as they were written: export to a new folder.",
            )


def _ended_later(files: Collection[Path]) -> frozenset[str]:
    """Give the SIDs of those that had not ended in an earlier export and have in a later one."""
    active: set[str] = set()
    ended: set[str] = set()
    for file in files:
        for execution in _rows(file, _execution):
            if execution.status == "active":
                active.add(execution.sid)
            elif execution.sid in active:
                ended.add(execution.sid)
    return frozenset(ended)


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
