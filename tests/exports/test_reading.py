"""What an export wrote is read again as it was, whatever the format."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reconciler.errors import UsageError
from reconciler.exports.folder import opened
from reconciler.exports.formats import FORMATS
from reconciler.exports.reading import ExportedRuns
from reconciler.model.execution import Execution
from reconciler.workflows.executions.flows import KnownFlow, SeenRun
from reconciler.workflows.executions.rows import WholeRun, rows_of
from tests.support.traffic import run_maker

OTHER = "FW00000000000000000000000000000002"


@pytest.fixture
def runs():
    """Give executions with and without steps, of two flows; one of them has not ended."""
    make = run_maker()
    found = [make(("Trigger", "incomingMessage", "a"), ("a", "sent", "Ended"), kinds={"a": "send-message"}), make()]
    found += [make(("Trigger", "incomingCall", "a"), status="active")]
    execution, steps = make(("Trigger", "incomingMessage", "Ended"))
    found.append((replace(execution, flow_sid=OTHER), [replace(step, flow_sid=OTHER) for step in steps]))
    at = datetime(2026, 1, 2, 3, 4, 5, 600_000, tzinfo=UTC)
    return [*found, (Execution("FN9", OTHER, "ended", revision=None, date_created=at), [])]


def write(folder, form, cursor, *commits):
    with opened(folder, form, "") as out:
        for runs in commits:
            for execution, steps in runs:
                whole = WholeRun(SeenRun(KnownFlow(execution.flow_sid), execution), list(steps))
                for table, rows in rows_of(whole, lambda contact: f"p_{len(contact)}", contexts=False):
                    if rows:
                        out.write(table, rows)
            out.commit(cursor)


def as_exported(runs):
    """Give executions as an export keeps them: without contexts, with pseudonyms."""
    return [
        (
            replace(execution, context=None, contact=execution.contact and f"p_{len(execution.contact)}"),
            tuple(replace(step, context=None) for step in steps),
        )
        for execution, steps in runs
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_what_was_exported_is_read(tmp_path, cursor, runs, form):
    """Executions come back with their own steps, over several commits, in order."""
    if form == "parquet":
        pytest.importorskip("pyarrow")
    write(tmp_path, form, cursor, runs[:2], runs[2:])
    assert ExportedRuns(tmp_path).number == len(runs)
    assert list(ExportedRuns(tmp_path).runs()) == as_exported(runs)
    assert list(ExportedRuns(tmp_path).runs([OTHER])) == as_exported(runs[3:])


def test_of_an_execution_that_comes_again_the_end_counts(tmp_path, cursor, runs):
    """Who was active in one export and ended in the next is read once, with the steps of the end."""
    (active, steps), done = runs[2], runs[0]
    ended = (replace(active, status="ended"), [*steps, replace(done[1][1], execution_sid=active.sid, sid="FT9")])
    write(tmp_path, "jsonl", cursor, runs[:3], [ended])
    assert ExportedRuns(tmp_path).number == len(runs[:3])
    assert list(ExportedRuns(tmp_path).runs()) == as_exported([*runs[:2], ended])


@pytest.mark.parametrize("damage", ["torn", "other", "mixed"])
def test_what_no_export_writes_is_refused(tmp_path, cursor, runs, damage):
    """A torn line, a missing column and files that do not belong together are errors that name the file."""
    write(tmp_path, "jsonl", cursor, runs)
    file = tmp_path / "executions" / "000001.jsonl"
    text = file.read_text()
    file.write_text(
        {"torn": text[:-9], "other": text.replace("flow_sid", "flow"), "mixed": text.splitlines()[-1] + "\n"}[damage]
    )
    with pytest.raises(UsageError, match="000001"):
        list(ExportedRuns(tmp_path).runs())


def test_a_folder_without_an_export_is_refused(tmp_path):
    """A wrong folder is no empty export."""
    with pytest.raises(UsageError):
        list(ExportedRuns(tmp_path).runs())
