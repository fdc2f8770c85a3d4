"""A folder of an export: committed rows are there once and whole, others never were."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.errors import ExportError, UsageError
from reconciler.exports.folder import CURSOR, opened
from reconciler.model.export import EXECUTIONS, STEPS

SCRIPT = """
import resource, sys
from pathlib import Path
from reconciler.errors import ExportError
from reconciler.exports.folder import opened
from reconciler.model.export import EXECUTIONS, ExportCursor, ExportSettings
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
row = ("FN", "Flow/a", "FW1", "ended", "p_1", 3, None, None, None)
try:
    with opened(Path(sys.argv[1]), sys.argv[3], "") as folder:
        for _ in range(40):
            folder.write(EXECUTIONS, [row] * 500)
        folder.commit(ExportCursor(ExportSettings()))
except ExportError as error:
    print(error.message)
    sys.exit(7)
"""


def files(folder: Path) -> list[str]:
    """Give the files that a reader of the tables sees."""
    return sorted(str(path.relative_to(folder)) for path in folder.glob("*/[!.]*"))


def lines(folder: Path) -> list[str]:
    """Give the lines of all executions."""
    return [line for path in sorted((folder / "executions").glob("[!.]*")) for line in path.read_text().splitlines()]


def test_each_commit_makes_a_file_of_each_table(tmp_path, row, cursor):
    """Files are numbered by commit, readable by their owner only; the cursor comes back as it was."""
    place = tmp_path / "out"
    with opened(place, "jsonl", "k") as folder:
        assert folder.cursor is None
        folder.write(EXECUTIONS, [row(1)])
        folder.write(EXECUTIONS, [row(2)])
        folder.commit(cursor)
        folder.write(STEPS, [(*"abc", *range(10), None, None)[: len(STEPS.columns)]])
        folder.write(EXECUTIONS, [row(3)])
        folder.commit(cursor)
    with opened(place, "jsonl", "k") as folder:
        assert folder.cursor == cursor
        folder.commit(cursor)
    assert files(place) == ["executions/000001.jsonl", "executions/000002.jsonl", "steps/000002.jsonl"]
    assert [line[:22] for line in lines(place)] == [f'{{"execution_sid":"FN{n}"'[:22] for n in (1, 2, 3)]
    for path in place.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


def test_what_was_not_committed_never_was(tmp_path, row, cursor):
    """Rows without a commit leave no file, whether the export fails or is killed."""
    with opened(tmp_path, "jsonl", "") as folder:
        folder.write(EXECUTIONS, [row(1)])
    assert files(tmp_path) == []
    (tmp_path / "executions" / ".000001.jsonl.part").write_text("torn")
    with opened(tmp_path, "jsonl", "") as folder:
        folder.write(EXECUTIONS, [row(2)])
        folder.commit(cursor)
    assert [path.name for path in (tmp_path / "executions").iterdir()] == ["000001.jsonl"]
    assert len(lines(tmp_path)) == 1


def test_a_commit_that_was_cut_off_is_finished(tmp_path, row, cursor):
    """Killed between the cursor and the names of its files, the next export gives them their names."""
    with opened(tmp_path, "jsonl", "") as folder:
        folder.write(EXECUTIONS, [row(1)])
        folder.commit(cursor)
    final = tmp_path / "executions" / "000001.jsonl"
    final.rename(final.with_name(".000001.jsonl.part"))
    with opened(tmp_path, "jsonl", "") as folder:
        folder.write(EXECUTIONS, [row(2)])
        folder.commit(cursor)
    assert files(tmp_path) == ["executions/000001.jsonl", "executions/000002.jsonl"]
    assert len(lines(tmp_path)) == 2


def test_files_may_be_taken_away(tmp_path, row, cursor):
    """Whoever loads the files elsewhere may remove them; the export goes on all the same, and counts on."""
    with opened(tmp_path, "jsonl", "") as folder:
        folder.write(EXECUTIONS, [row(1)])
        folder.commit(cursor)
    (tmp_path / "executions" / "000001.jsonl").unlink()
    with opened(tmp_path, "jsonl", "") as folder:
        folder.write(EXECUTIONS, [row(2)])
        folder.commit(cursor)
    assert files(tmp_path) == ["executions/000002.jsonl"]


def test_one_export_at_a_time(tmp_path):
    """A second one is refused while the first holds the folder, and not after it."""
    with opened(tmp_path, "jsonl", ""), pytest.raises(UsageError), opened(tmp_path, "jsonl", ""):
        pass
    with opened(tmp_path, "jsonl", ""):
        pass


@pytest.mark.parametrize(("form", "key"), [("csv", "k"), ("jsonl", "other")])
def test_formats_and_keys_are_not_mixed(tmp_path, cursor, form, key):
    """A folder of another format, or of other pseudonyms, is refused."""
    with opened(tmp_path, "jsonl", "k") as folder:
        folder.commit(cursor)
    with pytest.raises(UsageError), opened(tmp_path, form, key):
        pass


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "rows": "jsonl", "flows": 3}'])
def test_a_foreign_cursor_is_refused(tmp_path, text):
    """What is no cursor of ours is left as it is."""
    (tmp_path / CURSOR).write_text(text)
    with pytest.raises(UsageError), opened(tmp_path, "jsonl", ""):
        pass
    assert (tmp_path / CURSOR).read_text() == text


def test_a_place_that_is_no_folder(tmp_path):
    """What cannot be written to is an error that names it."""
    file = tmp_path / "file"
    file.write_text("")
    with pytest.raises(ExportError, match="file"), opened(file, "jsonl", ""):
        pass


@pytest.mark.skipif(sys.platform != "linux", reason="limits of files are Linux's here")
@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet"])
@pytest.mark.parametrize("size", [0, 200, 1000])
def test_a_full_disk_tears_nothing(tmp_path, row, cursor, form, size):
    """Wherever a file cannot grow any more: a sentence, no torn file, and the next export has everything."""
    place = tmp_path / "out"
    command = [sys.executable, "-c", SCRIPT, str(place), str(size), form]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path.cwd(), env=os.environ)  # noqa: S603 - our own code
    assert done.returncode == 7, done.stderr
    assert str(place) in done.stdout
    assert files(place) == []
    with opened(place, form, "") as folder:
        folder.write(EXECUTIONS, [row(1)])
        folder.commit(cursor)
    assert files(place) == [f"executions/000001.{form}"]
