"""Every exit code of the contract, produced by a run."""

import re
import threading
from pathlib import Path

import pytest

from reconciler.cli import exits
from reconciler.cli.clock import RunClock
from reconciler.errors import (
    ConflictError,
    CredentialsError,
    InterruptedRunError,
    LoadError,
    RefusedError,
    StaleError,
    StateDamagedError,
    StateLockedError,
    UsageError,
)
from reconciler.model.address import flow
from reconciler.plan.outcome import Conflicted, Done, Failed, Pending, Refused, Skipped
from reconciler.plan.values import Basis, Drift, ForeignRevision, Plan, Step
from reconciler.state.lock import FileLock
from reconciler.workflows.results import Applied

STEP = Step(flow("hello"), "update", "behaviour", "changed", Basis("FW1", 1, 1, None, None))
PLAN = Plan("shop", "local", None, None, "", 0, "", (STEP,))


def test_a_first_apply_and_the_plan_after_it_end_with_0(cli):
    """What is done, and what is nothing to do, is 0."""
    assert cli("apply", "--auto-approve").code == exits.DONE
    assert cli("plan", "--detailed-exitcode").code == exits.DONE


@pytest.mark.parametrize(
    "arguments",
    [("nope",), ("plan", "--nope"), ("plan", "--refresh=some"), ("apply", "nowhere.plan"), ("state", "list")],
)
def test_wrong_usage_ends_with_1(cli, arguments):
    """What makes no sense is 1, with nothing on stdout and an error on stderr."""
    found = cli(*arguments)
    assert (found.code, found.out) == (exits.ERROR, "")
    assert found.err.startswith("Error: ")


def test_no_terminal_and_no_approval_ends_with_1(project, cli):
    """An apply that nobody can approve shows its plan and does nothing."""
    found = cli("apply")
    assert found.code == exits.ERROR
    assert "2 to create" in found.out
    assert not (project.root / "state" / "local.json").exists() or project.state()["resources"] == {}


def test_faulty_manifests_end_with_1(project, cli):
    """What cannot be loaded is 1."""
    (project.manifests / "hello.yaml").write_text("kind: Flw\n")
    assert cli("plan").code == exits.ERROR


def test_changes_end_with_2_when_asked(cli):
    """Only --detailed-exitcode tells changes by 2."""
    assert cli("plan").code == exits.DONE
    assert cli("plan", "--detailed-exitcode").code == exits.DIFFERENCES


def test_drift_ends_with_2(cli, studio):
    """What others changed is 2; nothing changed is 0."""
    assert cli("apply", "--auto-approve", "--endpoint", studio.url).code == exits.DONE
    assert cli("drift", "--endpoint", studio.url).code == exits.DONE
    sid = cli("status", "--json", "--endpoint", studio.url).json["resources"][0]["sid"]
    studio.edit(sid, "Somebody else was here")
    assert cli("drift", "--endpoint", studio.url).code == exits.DIFFERENCES


def test_guards_end_with_3(project, cli):
    """A plan that a guard refuses is 3, for plan and for apply; its flag lifts that."""
    cli("apply", "--auto-approve")
    project.drop("menu")
    assert cli("plan").code == exits.REFUSED
    assert cli("apply", "--auto-approve").code == exits.REFUSED
    assert cli("apply", "--auto-approve", "--allow-delete").code == exits.DONE


def test_a_refused_step_ends_with_3(project, cli, studio):
    """Drift that meets `stop` refuses its step alone: the others are done."""
    cli("apply", "--auto-approve", "--endpoint", studio.url)
    sid = cli("status", "--json", "--endpoint", studio.url).json["resources"][0]["sid"]
    studio.edit(sid, "Somebody else was here")
    project.says("hello", "Good day")
    project.says("menu", "Good day")
    found = cli("apply", "--auto-approve", "--json", "--endpoint", studio.url)
    assert found.code == exits.REFUSED
    assert found.lines[-1]["counts"]["done"] == 1
    assert found.lines[-1]["counts"]["refused"] == 1
    assert cli("apply", "--auto-approve", "--on-drift=revert", "--endpoint", studio.url).code == exits.DONE


def test_a_locked_state_ends_with_4(project, cli):
    """Two runs exclude each other; who may not wait is told at once."""
    cli("apply", "--auto-approve")
    project.says("menu", "Good day")
    lock = FileLock(project.root / "state" / "local.lock", clock=RunClock(threading.Event()), command="another")
    with lock.held(0):
        assert cli("apply", "--auto-approve", "--lock-timeout=0").code == exits.LOCKED
        assert cli("state", "unlock").code == exits.LOCKED
        assert cli("plan").code == exits.DONE
    assert cli("apply", "--auto-approve", "--lock-timeout=0").code == exits.DONE


def test_a_stale_plan_ends_with_5(cli):
    """A saved plan is done once, without asking; a second time it is stale."""
    assert cli("plan", "--out", "a.plan").code == exits.DONE
    assert cli("apply", "a.plan").code == exits.DONE
    assert cli("apply", "a.plan").code == exits.STALE


@pytest.mark.parametrize("command", ["plan", "drift", "status", "apply", "doctor"])
def test_missing_credentials_end_with_6(cli, command):
    """Without credentials nothing is asked of Studio, and the variables are named."""
    found = cli(command, "--environment", "production")
    assert found.code == (exits.ERROR if command == "doctor" else exits.CREDENTIALS)
    for name in ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "TWILIO_API_SECRET"):
        assert name in found.out + found.err


def test_refused_credentials_end_with_6(cli, studio, monkeypatch):
    """Credentials that Studio refuses are 6 as well."""
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "another")
    assert cli("plan", "--endpoint", studio.url).code == exits.CREDENTIALS


def test_a_protected_environment_wants_its_name(cli, studio):
    """Without --confirm the guard `protected` refuses; plan shows the objection as well."""
    options = ("--environment", "production", "--endpoint", studio.url)
    assert cli("apply", "--auto-approve", *options).code == exits.REFUSED
    assert cli("apply", "--auto-approve", "--confirm=local", *options).code == exits.REFUSED
    assert studio.calls().get("CreateFlow", 0) == 0
    assert cli("apply", "--auto-approve", "--confirm=production", *options).code == exits.DONE


@pytest.mark.parametrize(
    ("codes", "expected"),
    [((), 0), ((0, 2), 2), ((2, 5, 3), 3), ((5, 2), 5), ((3, 1), 1), ((1, 4), 4), ((4, 6), 6), ((6, 130, 1), 130)],
)
def test_the_worst_code_counts(codes, expected):
    """When several apply, the order is 130, 6, 4, 1, 3, 5, 2, 0."""
    assert exits.worst(codes) == expected


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 1),
        (LoadError([]), 1),
        (StateDamagedError("x"), 1),
        (RefusedError("x"), 3),
        (StateLockedError("x"), 4),
        (StaleError("x"), 5),
        (ConflictError("x"), 5),
        (CredentialsError("x"), 6),
        (InterruptedRunError("x"), 130),
    ],
)
def test_each_error_has_its_code(error, code):
    """The kind of an error decides its code."""
    assert exits.of_error(error) == code


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Done(STEP), 0),
        (Done(STEP, overwritten=(ForeignRevision(2, "published", None, None, None, ours=False),)), 5),
        (Failed(STEP, UsageError("x")), 1),
        (Failed(STEP, CredentialsError("x")), 6),
        (Conflicted(STEP, "x"), 5),
        (Refused(STEP, ()), 3),
        (Skipped(STEP, "x"), 0),
        (Pending(STEP, "x"), 1),
    ],
)
def test_each_outcome_has_its_code(outcome, code):
    """What came of a step decides the code of an apply."""
    assert exits.of_applied(Applied(PLAN, (outcome,))) == code


@pytest.mark.parametrize(("end", "code"), [("declined", 1), ("lease_lost", 4), ("interrupted", 130)])
def test_each_end_of_an_apply_has_its_code(end, code):
    """Declined it is an error; a lock that was lost is as one that another has; interrupted it is that."""
    assert exits.of_applied(Applied(PLAN, (), **{end: True})) == code


@pytest.mark.parametrize(
    ("change_class", "layout", "code"),
    [("none", True, 0), ("layout", False, 0), ("layout", True, 2), ("behaviour", False, 2), ("deleted", False, 2)],
)
def test_layout_is_drift_only_under_manage(change_class, layout, code):
    """Every class but `none` is drift, `layout` where the policy manages it."""
    assert exits.of_drift([Drift(flow("hello"), change_class, 1, 2)], layout=layout) == code


def test_the_documented_codes_are_the_codes(repository: Path):
    """docs/commands.md has a row for each code, and the order."""
    text = (repository / "docs" / "commands.md").read_text(encoding="utf-8")
    table = text.split("## Exit codes")[1].split("\n## ")[0]
    assert [int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)] == sorted(exits.MEANINGS)
    assert ", ".join(map(str, exits.ORDER)) in table
