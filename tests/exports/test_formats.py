"""The three formats hold the same rows; pseudonyms join and tell nothing."""

import csv
import json
import sys

import pytest
from pyarrow import parquet

from reconciler.errors import ExportError, UsageError
from reconciler.exports.folder import opened
from reconciler.exports.formats import FORMATS, writer_maker
from reconciler.exports.pseudonyms import VARIABLE, fingerprint, key_of, pseudonym_maker
from reconciler.model.export import EXECUTION_CONTEXTS, EXECUTIONS

CONTEXT = {"said": 'a "quoted", line\nand ünïcode \ud800', "n": [1, None]}


def exported(tmp_path, form, table, rows, cursor):
    with opened(tmp_path / form, form, "") as folder:
        folder.write(table, rows)
        folder.commit(cursor)
    (path,) = (tmp_path / form / table.name).iterdir()
    return path


def test_the_formats_hold_the_same(tmp_path, row, cursor):
    """Texts, numbers, times and nothing are the same in each; only CSV has texts alone."""
    rows = [row(1), (*row(2)[:4], None, None, "x", None, None)]
    text = exported(tmp_path, "jsonl", EXECUTIONS, rows, cursor).read_text()
    json_rows = [json.loads(line) for line in text.splitlines()]
    with exported(tmp_path, "csv", EXECUTIONS, rows, cursor).open(newline="") as file:
        csv_rows = list(csv.DictReader(file))
    table = parquet.read_table(exported(tmp_path, "parquet", EXECUTIONS, rows, cursor)).to_pylist()
    names = [column.name for column in EXECUTIONS.columns]
    assert [list(one) for one in (json_rows[0], csv_rows[0], table[0])] == [names] * 3
    assert [tuple(one.values()) for one in table] == rows
    assert json_rows[0]["date_created"] == csv_rows[0]["date_created"] == "2026-01-01T12:30:00Z"
    assert (json_rows[0]["revision"], csv_rows[0]["revision"]) == (3, "3")
    assert (json_rows[1]["contact"], csv_rows[1]["contact"]) == (None, "")


def test_any_json_is_kept(tmp_path, cursor):
    """A context comes back as it was: as itself in JSON Lines, as text elsewhere."""
    rows = [("FN1", CONTEXT), ("FN2", None)]
    text = exported(tmp_path, "jsonl", EXECUTION_CONTEXTS, rows, cursor).read_text()
    assert [json.loads(line)["context"] for line in text.splitlines()] == [CONTEXT, None]
    with exported(tmp_path, "csv", EXECUTION_CONTEXTS, rows, cursor).open(newline="") as file:
        assert [json.loads(one["context"]) for one in csv.DictReader(file)] == [CONTEXT, None]
    table = parquet.read_table(exported(tmp_path, "parquet", EXECUTION_CONTEXTS, rows, cursor)).to_pylist()
    assert [json.loads(one["context"]) for one in table] == [CONTEXT, None]


def test_the_same_rows_are_the_same_bytes(tmp_path, row, cursor):
    """Nothing but the rows is in a file."""
    rows = [row(number) for number in range(3000)]
    for form in FORMATS:
        first = exported(tmp_path / "a", form, EXECUTIONS, rows, cursor).read_bytes()
        assert first == exported(tmp_path / "b", form, EXECUTIONS, rows, cursor).read_bytes()


def test_large_tables_have_several_row_groups(tmp_path, row, cursor):
    """Rows are written as they come, not all at the end."""
    path = exported(tmp_path, "parquet", EXECUTIONS, [row(1)] * 50_001, cursor)
    assert parquet.ParquetFile(path).num_row_groups == 1
    with opened(tmp_path / "more", "parquet", "") as folder:
        for _ in range(3):
            folder.write(EXECUTIONS, [row(1)] * 40_000)
        folder.commit(cursor)
    (path,) = (tmp_path / "more" / "executions").iterdir()
    assert parquet.ParquetFile(path).num_row_groups == 2


def test_parquet_is_an_optional_part(monkeypatch):
    """Without its library the error names the part to install, and another format."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError) as caught:
        writer_maker("parquet")
    assert "reconciler[parquet]" in (caught.value.hint or "")


def test_pseudonyms_join_and_tell_nothing(tmp_path):
    """One contact has one pseudonym for a key, which the folder keeps; another key makes others."""
    key = key_of({}, tmp_path / "new")
    assert key_of({}, tmp_path / "new") == key
    assert (tmp_path / "new" / ".pseudonyms.key").stat().st_mode & 0o077 == 0
    one, other = pseudonym_maker(key), pseudonym_maker(key_of({}, None))
    assert one("+15550100001") == pseudonym_maker(key)("+15550100001")
    assert len({one("+15550100001"), one("+15550100002"), other("+15550100001")}) == 3
    assert key.decode() not in fingerprint(key)
    assert key_of({VARIABLE: "k" * 16}, tmp_path) == b"k" * 16
    with pytest.raises(UsageError):
        key_of({VARIABLE: "short"}, None)
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError):
        key_of({}, tmp_path / "file")
