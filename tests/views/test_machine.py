import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reconciler.errors import InvalidDefinitionError, LoadError, RequestRefusedError, StateLockedError, UsageError
from reconciler.model.address import flow
from reconciler.model.finding import Finding
from reconciler.plan.document import decode, digest
from reconciler.plan.outcome import Conflicted, Done, Failed, Pending, Refused
from reconciler.views import human, machine
from reconciler.views.machine.schemas import schemas
from reconciler.workflows.results import Applied, PlanDecided, Recovered, StepEnded, StepStarted

SCHEMAS = Path(__file__).parents[2] / "schemas"
MADE = schemas()


def fits(text: str, name: str) -> dict:
    """Read a JSON text after holding it against its schema; give it."""
    data = json.loads(text)
    assert text.isascii()
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(data)
    assert data["format"] == 1
    return data


@pytest.mark.parametrize("name", sorted(MADE))
def test_schemas_in_the_repository_are_those_of_the_code(name: str):
    """Each file in schemas/ is what the shapes give, and a valid schema."""
    made = MADE[name]
    text = json.dumps(made, indent=2) + "\n"
    if os.environ.get("UPDATE_EXPECTED"):
        (SCHEMAS / name).write_text(text, encoding="utf-8")

    Draft202012Validator.check_schema(made)
    assert (SCHEMAS / name).read_text(encoding="utf-8") == text


def test_every_plan_fits_and_can_be_applied_later(plans):
    """What `plan --json` gives is the plan document, which reads as the plan."""
    for plan in plans.values():
        document = fits(machine.render_plan(plan, tool="0.1.0"), "plan")

        assert digest(decode(document)) == digest(plan)


def test_drift(plans):
    """Drift names the resource, its class, the revisions and their authors."""
    document = fits(machine.render_drift(plans["drift-stop"]), "drift")

    assert [(d["address"], d["class"], d["from"], d["to"]) for d in document["drift"]] == [
        ("Flow/appointment-reminder", "behaviour", 7, 9)
    ]
    assert document["drift"][0]["revisions"][0]["at"] == "2026-09-30T14:03:11Z"


def test_status(statuses):
    """Status is sorted by address and has SID and webhook URL."""
    document = fits(machine.render_status(statuses), "status")

    assert [r["address"] for r in document["resources"]] == sorted(r["address"] for r in document["resources"])
    reminder = document["resources"][0]
    assert reminder["condition"] == "drifted"
    assert reminder["webhookUrl"] == "https://webhooks.example/x"
    assert machine.render_status(statuses[::-1]) == machine.render_status(statuses)


def test_state(state):
    """The state's list has resources and pending writes; every single address can be shown."""
    document = fits(machine.render_state_list(state), "state-list")
    shown = [fits(machine.render_state_show(state, a), "state-show") for a in (*state.resources, *state.pending)]

    assert [r["address"] for r in document["resources"]] == ["Flow/appointment-reminder", "TestUsers/testers"]
    assert [p["address"] for p in document["pending"]] == ["Flow/menu"]
    assert [(s["resource"] or {}).get("kind") for s in shown] == ["Flow", "TestUsers", None]
    with pytest.raises(UsageError):
        machine.render_state_show(state, flow("nobody"))


def test_history(history):
    """History is oldest first and names the published head."""
    document = fits(machine.render_history(history), "history")

    assert [entry["revision"] for entry in document["revisions"]] == [6, 7, 8]
    assert document["publishedRevision"] == 7


def test_small_results(small_results):
    """Every smaller result fits its schema."""
    fits(machine.render_compared(small_results["compared"]), "diff")
    assert fits(machine.render_compared(small_results["same"]), "diff")["diff"] == []
    assert len(fits(machine.render_explanation(small_results["explanation"]), "explain")["facts"]) == 3
    assert fits(machine.render_imported(small_results["imported"]), "import")["revision"] == 3
    assert fits(machine.render_rolled_back(small_results["rolled-back"], tool="0"), "rollback")["plan"] is not None
    assert fits(machine.render_rolled_back(small_results["live-only"], tool="0"), "rollback")["file"] is None
    assert [c["verdict"] for c in fits(machine.render_checks(small_results["checks"]), "doctor")["checks"]] == [
        "ok", "warning", "failed", "skipped",
    ]  # fmt: skip
    assert fits(machine.render_version("0.1.0", {"b": "2", "a": "1"}), "version")["parts"] == {"a": "1", "b": "2"}


def test_findings(findings):
    """Findings are sorted and counted; what has no place says so with null."""
    document = fits(machine.render_findings(findings), "findings")

    assert document["summary"] == {"error": 2, "warning": 1, "note": 1}
    assert [f["line"] for f in document["findings"]] == [12, 7, 40, None]
    assert [f["column"] for f in document["findings"]] == [3, None, 13, None]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (UsageError("no", hint="yes"), {"hint": "yes", "retry": False, "httpStatus": None, "findings": 0}),
        (StateLockedError("held"), {"hint": None, "retry": True, "httpStatus": None, "findings": 0}),
        (
            RequestRefusedError("no", status=400, code=1),
            {"hint": None, "retry": False, "httpStatus": 400, "findings": 0},
        ),
        (LoadError([Finding("r", "error", "m")]), {"hint": None, "retry": False, "httpStatus": None, "findings": 1}),
        (
            InvalidDefinitionError("no", [Finding("r", "error", "m")]),
            {"hint": None, "retry": False, "httpStatus": 400, "findings": 1},
        ),
    ],
)
def test_errors(error, expected: dict):
    """An error says whether a retry helps, what Studio answered, and all findings."""
    detail = fits(machine.render_error(error, exit_code=1), "error")["error"]

    assert {**{key: detail[key] for key in expected}, "findings": len(detail["findings"])} == expected


def test_events_of_an_apply(applied):
    """Every event is one line that fits the schema of lines; each outcome says what is its own."""
    events = [PlanDecided(applied.plan), Recovered(flow("x"), "was created")]
    events += [event for o in applied.outcomes for event in (StepStarted(o.step), StepEnded(o))]
    lines = [machine.render_event(event, tool="0.1.0") for event in events]
    data = [fits(line, "apply-events") for line in lines]
    ended = {(d["outcome"], d["address"]): d for d in data if d["type"] == "step-ended"}

    assert not any("\n" in line for line in lines)
    assert data[0]["digest"] == digest(applied.plan)
    assert ended["done", "Flow/appointment-reminder"]["overwritten"][0]["revision"] == 8
    assert ended["done", "Flow/menu"]["webhookUrl"] is not None
    assert ended["done", "Flow/old-survey"]["saved"] != []
    assert ended["failed", "Flow/billing"]["error"]["twilioCode"] == 20001
    assert ended["conflict", "Flow/feedback"]["message"] is not None
    assert ended["refused", "Flow/intake"]["objections"][0]["id"] == "drift"
    assert ended["skipped", "Flow/voicemail"]["because"] == "Flow/billing"
    assert ended["pending", "Flow/waiting-list"]["message"] is not None


def test_the_last_line(applied, plans):
    """The summary counts every kind, names the exit code and the command that continues."""
    data = fits(machine.render_summary(applied, exit_code=1, program="r -e x"), "apply-events")

    assert data["type"] == "summary"
    assert data["exitCode"] == 1
    assert data["counts"] == {"done": 3, "failed": 1, "conflict": 1, "refused": 1, "skipped": 1, "pending": 1}
    assert (data["overwritten"], data["command"]) == (1, "r -e x plan")
    nothing = fits(machine.render_summary(Applied(plans["empty"], ()), exit_code=0), "apply-events")
    assert (nothing["command"], nothing["error"]) == (None, None)
    early = fits(machine.render_summary(None, exit_code=4, error=StateLockedError("held")), "apply-events")
    assert (early["command"], early["error"]["message"]) == ("reconciler apply", "held")


def test_sensitive_texts_are_covered(plans, small_results, applied, history, state):
    """No document and no event that shows content shows a sensitive text."""
    secret = frozenset({"Good morning!"})
    step = plans["small-update"].steps[0]
    said = replace(applied.outcomes[0].overwritten[0], message="Good morning!")
    record = replace(history.record, revisions=(replace(history.entries[0], message="Good morning!"),))
    finding = Finding("r", "error", "Good morning!", hint="Good morning!")
    error = RequestRefusedError("Good morning!", hint="Good morning!")
    outcomes = [
        Done(step, overwritten=(said,), notes=("Good morning!",)),
        Failed(step, error),
        Conflicted(step, "Good morning!"),
        Pending(step, "Good morning!"),
        Refused(step, (replace(plans["drift-stop"].objections[0], message="Good morning!"),)),
    ]
    events = [PlanDecided(plans["small-update"]), Recovered(flow("x"), "Good morning!"), *map(StepEnded, outcomes)]
    texts = [
        machine.render_plan(plans["small-update"], tool="0", sensitive=secret),
        machine.render_drift(plans["drift-stop"], sensitive=secret),
        machine.render_compared(small_results["compared"], sensitive=secret),
        machine.render_rolled_back(small_results["rolled-back"], tool="0", sensitive=secret),
        machine.render_history(replace(history, entries=record.revisions), sensitive=secret),
        machine.render_state_show(replace(state, resources={flow("x"): record}), flow("x"), sensitive=secret),
        machine.render_findings([finding], sensitive=secret),
        machine.render_error(LoadError([finding], hint="Good morning!"), exit_code=1, sensitive=secret),
        machine.render_summary(None, exit_code=1, error=error, sensitive=secret),
        *(machine.render_event(event, tool="0", sensitive=secret) for event in events),
    ]

    for text in texts:
        assert "(sensitive)" in text
        assert "Good morning!" not in text


def test_both_views_know_the_same_results():
    """Whatever can be shown to people can be given as JSON; only the end of an apply has another name."""
    assert {*human.__all__} - {"render_applied"} == {*machine.__all__} - {"render_summary"}
