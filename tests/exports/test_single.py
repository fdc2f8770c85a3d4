"""One file: a row for each step behind its execution, whole or not at all."""

import csv

import pytest

from reconciler.errors import ExportError, UsageError
from reconciler.exports.single import FLAT, form_of, opened_file
from reconciler.model.export import EXECUTION_CONTEXTS, EXECUTIONS, STEPS


def step(number):
    return ("FN1", "FW1", f"FT{number}", number, 0, None, "sent", "a", "b", "say-play", None, None)


def test_steps_stand_behind_their_execution(tmp_path, row, cursor):
    """Each step has the columns of its execution; an execution without steps has a row of its own."""
    path = tmp_path / "out.csv"
    with opened_file(path, "csv") as file:
        assert file.cursor is None
        file.write(EXECUTIONS, [row(1)])
        file.write(STEPS, [step(1), step(2)])
        file.write(EXECUTIONS, [row(2)])
        file.commit(cursor)
        file.write(EXECUTIONS, [row(3)])
    with path.open(newline="") as read:
        rows = list(csv.DictReader(read))
    assert [(one["execution_sid"], one["step_sid"]) for one in rows] == [
        ("FN1", "FT1"), ("FN1", "FT2"), ("FN2", ""), ("FN3", ""),
    ]  # fmt: skip
    assert len({column.name for column in FLAT.columns}) == len(FLAT.columns)
    assert path.stat().st_mode & 0o077 == 0
    assert [one.name for one in tmp_path.iterdir()] == ["out.csv"]


def test_a_failure_leaves_the_file_that_was_there(tmp_path):
    """What was there before stays until a whole one takes its place."""
    path = tmp_path / "out.jsonl"
    path.write_text("before")
    with pytest.raises(UsageError), opened_file(path, "jsonl") as file:
        file.write(EXECUTION_CONTEXTS, [("FN1", {})])
    assert path.read_text() == "before"
    assert [one.name for one in tmp_path.iterdir()] == ["out.jsonl"]
    with pytest.raises(ExportError), opened_file(tmp_path / "nowhere" / "out.csv", "csv"):
        pass


def test_the_name_says_the_format(tmp_path):
    """What ends with a format is a file, all else a folder."""
    assert [form_of(tmp_path / name) for name in ("a.csv", "b.parquet", "c", "d.d")] == ["csv", "parquet", None, None]
