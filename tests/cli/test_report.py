"""`executions report` on traffic that the emulator really had: from Studio, from an export, and from events."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.emulator.settings import EMBEDDED_ACCOUNT
from reconciler.events.event import Envelope, ExecutionEvent, StepEvent, StudioEvent
from reconciler.events.store import EventStore
from reconciler.exports.reading import ExportedRuns
from reconciler.model.execution import Execution, ExecutionStep
from reconciler.model.streams import ENDED, STARTED, STEP_ENDED
from tests.support.session import Seen, Session
from tests.support.survey import FIRST, SECOND, run_survey

FORGOTTEN = ("--since", "2026-03-02")
ACCOUNT = "AC" + "0" * 32


def events_of(execution: Execution, steps: Sequence[ExecutionStep]) -> Iterator[StudioEvent]:
    """Give the events that Studio sends of an execution."""
    began = execution.date_created
    assert began is not None
    common = (execution.sid, execution.flow_sid, ACCOUNT, began)
    begun = Envelope("/v2", f"{execution.sid}.s", STARTED, began)
    yield ExecutionEvent(begun, *common, "p", None, execution.revision)
    for step in steps:
        assert step.date_created is not None
        envelope = Envelope("/v2", step.sid, STEP_ENDED, step.date_created)
        told = (step.sid, step.event, step.from_widget, step.to_widget, step.parent_step_sid)
        yield StepEvent(envelope, step.execution_sid, step.flow_sid, ACCOUNT, step.date_created, *told)
    if execution.status == "ended":
        at = execution.date_updated
        ended = Envelope("/v2", f"{execution.sid}.e", ENDED, at)
        yield ExecutionEvent(ended, *common, "p", None, execution.revision, at, "FLOW_END")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Give the sample after a day on which many answered its survey."""
    folder = tmp_path_factory.mktemp("survey")
    shutil.copytree(Path(__file__).parents[2] / "manifests", folder / "manifests")
    session = Session(folder)
    run_survey(session)
    with session.console() as client:
        for number, text in enumerate(("Hello", "3")):
            said = {"From": "+15550100777", "To": "+15550100009", "MessageSid": f"SM{number:032}", "Body": text}
            hook = f"/v1/Accounts/{EMBEDDED_ACCOUNT}/Flows/{session.live('Support bot')['sid']}"
            client.post(hook, data=said).raise_for_status()
    yield session
    session.close()


@pytest.fixture
def report(session: Session) -> Callable[..., Seen]:
    """Give a function that types `executions report`."""
    return lambda *words: session.run("executions", "report", *words, "--endpoint", f"http://{session.studio}")


@pytest.fixture
def document(report: Callable[..., Seen]) -> Callable[..., dict]:
    """Give a function that reads its JSON."""

    def ask(*words: str) -> dict:
        seen = report(*words, "--json")
        assert seen.code == 0, seen.text
        return json.loads(seen.results)

    return ask


def test_every_person_is_counted_once(document):
    """Of all who were asked each finished, was lost or is there still, in the revision that ran."""
    (flow,) = document("satisfaction-survey", *FORGOTTEN)["flows"]
    second, first = flow["revisions"]
    assert (first["revision"], first["runs"], second["runs"]) == (2, len(FIRST), len(SECOND) + 1)
    for revision in (first, second):
        assert revision["runs"] == revision["finished"] + revision["dropped"] + revision["active"]
        assert revision["widgets"][0]["entered"] == revision["runs"]
    ask = next(widget for widget in first["widgets"] if widget["name"] == "ask_score")
    assert (ask["silences"], ask["dropped"], first["definition"]) == (15, 15, "revision 2")
    assert ask["seconds"]["max"] >= 60


def test_one_request_for_the_steps_of_each(report):
    """From Studio the steps of each execution are asked for once, and nothing else of them; nothing is written."""
    calls = report("satisfaction-survey", *FORGOTTEN).calls
    assert calls["ListExecutionStep"] == len(FIRST) + len(SECOND) + 1
    assert {name for name in calls if "Context" in name or name.startswith(("Create", "Update", "Delete"))} == set()


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_export_counts_the_same(session, report, document, tmp_path, form):
    """A report on an export with its active executions says what one on Studio says, without asking for executions."""
    place = str(tmp_path / "out")
    where = ("--endpoint", f"http://{session.studio}")
    exported = session.run("executions", "export", "--output", place, "--format", form, "--include-active", *where)
    assert exported.code == 0, exported.text
    live = document("satisfaction-survey", *FORGOTTEN)
    kept = document("satisfaction-survey", *FORGOTTEN, "--from-export", place)
    assert kept["flows"] == live["flows"]
    calls = report("satisfaction-survey", "--from-export", place).calls
    assert {name for name in calls if "Execution" in name} == set()


def test_events_count_the_same_and_tell_why(session, report, document, tmp_path):
    """A report on received events says what one on Studio says, and why executions ended."""
    place, database = tmp_path / "out", tmp_path / "events.sqlite"
    where = ("--endpoint", f"http://{session.studio}")
    session.run("executions", "export", "--output", str(place), "--include-active", *where)
    with contextlib.closing(EventStore(database, create=True)) as store:
        for execution, steps in ExportedRuns(place).runs():
            store.add(list(events_of(execution, steps)), datetime(2026, 4, 1, tzinfo=UTC))
    kept = document("satisfaction-survey", *FORGOTTEN, "--from-events", str(database))
    live = document("satisfaction-survey", *FORGOTTEN)
    for mine, theirs in zip(kept["flows"][0]["revisions"], live["flows"][0]["revisions"], strict=True):
        (reason,) = mine.pop("reasons")
        assert reason == {"reason": "FLOW_END", "count": mine["finished"] + mine["dropped"]}
        assert mine == {key: value for key, value in theirs.items() if key != "reasons"}
    assert "ended by FLOW_END" in report("satisfaction-survey", "--from-events", str(database)).results


def test_without_credentials_an_export_is_counted_all_the_same(cli, session, tmp_path, monkeypatch):
    """Nobody needs credentials to count an export; that no definition was fetched is told."""
    place = str(tmp_path / "out")
    session.run("executions", "export", "--output", place, "--endpoint", f"http://{session.studio}")
    monkeypatch.delenv("TWILIO_ACCOUNT_SID", raising=False)
    monkeypatch.delenv("TWILIO_AUTH_TOKEN", raising=False)
    seen = cli("executions", "report", "--from-export", place, "--environment", "production", "--json")
    assert seen.code == 0
    assert seen.json["executions"] >= len(FIRST) + len(SECOND)
    assert "not asked for definitions" in seen.json["notes"][0]
    assert {revision["definition"] for flow in seen.json["flows"] for revision in flow["revisions"]} == {None}


def test_a_graph_has_the_traffic(session, report):
    """Each format is drawn with the counts; a PNG needs a file, and two flows cannot be one picture."""
    one = ("satisfaction-survey", *FORGOTTEN)
    for form in ("svg", "dot", "mermaid"):
        assert "entered" in report(*one, "--graph", form).results
    picture = session.folder / "traffic.png"
    assert report(*one, "--graph", "png", "--output", str(picture)).code == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert report(*one, "--graph", "png").code == 1
    assert report("voice-menu", *FORGOTTEN, "--graph", "svg").code == 1
    assert report(*FORGOTTEN, "--graph", "svg").code == 1


def test_csv_and_files(session, report):
    """--csv is a line a widget, --output writes what would be printed."""
    target = session.folder / "report.csv"
    seen = report("satisfaction-survey", *FORGOTTEN, "--csv", "--output", str(target))
    assert (seen.code, seen.results) == (0, "")
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"))))
    assert {row["revision"] for row in rows} == {"2", "3"}
    assert report("satisfaction-survey", *FORGOTTEN, "--csv", "--output", str(session.folder)).code == 1


def test_two_revisions_are_compared(report):
    """--compare shows both sides; a revision without executions is named, with those that there are."""
    seen = report("satisfaction-survey", *FORGOTTEN, "--compare", "2", "3")
    assert seen.code == 0
    assert f"{len(FIRST)} → {len(SECOND) + 1}" in seen.results
    missing = report("satisfaction-survey", *FORGOTTEN, "--revision", "9")
    assert missing.code == 1
    assert "2, 3" in missing.text


@pytest.mark.parametrize(
    "words",
    [
        ("--from-events", "a", "--from-export", "b"),
        ("--compare", "1", "2", "--csv"),
        ("--graph", "svg", "--csv"),
        ("--from-export", "nowhere"),
        ("--from-events", "nowhere"),
        ("nobody",),
    ],
)
def test_what_cannot_be_reported_is_refused(report, words):
    """Contradictions and what is not there are errors."""
    assert report(*words).code == 1


def test_what_studio_has_forgotten_is_told(report):
    """Asking for more than 30 days is answered with what there is, and told."""
    assert "30 days" in report("satisfaction-survey", "--since", "60d").text
    assert "30 days" not in report("satisfaction-survey", "--since", "20d").text


def test_a_flow_without_traffic_says_so(report):
    """A flow that nobody came to is no error."""
    seen = report("voice-menu", *FORGOTTEN)
    assert seen.code == 0
    assert "no executions" in seen.results


def test_a_subflow_is_counted_in_the_executions_of_its_callers(document, report):
    """Naming a sub-flow reads the flows that call it; its steps are its own, of no revision, and no longer theirs."""
    (flow,) = document("opening-hours", *FORGOTTEN)["flows"]
    (revision,) = flow["revisions"]
    assert (revision["revision"], revision["runs"], revision["finished"]) == (None, 1, 1)
    assert revision["definition"] == "published revision 1"
    (bot,) = document("support-bot", *FORGOTTEN)["flows"]
    (first,) = bot["revisions"]
    names = {widget["name"] for widget in first["widgets"]}
    assert {"ask_hours", "tell_prescriptions", "more"} <= names
    assert "check_hours" not in names
    assert {widget["known"] for widget in first["widgets"]} == {True}
    assert {row["address"] for row in document(*FORGOTTEN)["flows"]} == {
        "Flow/opening-hours",
        "Flow/satisfaction-survey",
        "Flow/support-bot",
    }
    assert "as a sub-flow: 1 run" in report("opening-hours", *FORGOTTEN).results
    drawn = report("opening-hours", *FORGOTTEN, "--graph", "dot").results
    assert "1 run " in drawn


def test_no_contact_and_no_word_of_anybody_is_shown(report):
    """Nothing that a person wrote and no address of one is in any form of the report."""
    for words in ((), ("--json",), ("--csv",), ("--graph", "svg")):
        text = report("satisfaction-survey", *FORGOTTEN, *words).text
        assert "+1555010" not in text
        assert "The wait was long" not in text
