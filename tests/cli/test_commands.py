"""Each command does what it says, once, through the real adapters."""

import json
from pathlib import Path

import pytest

FW = "FW" + "0" * 31 + "1"


def sid_of(found, address="Flow/hello"):
    """Give the SID that `status --json` tells."""
    return next(row["sid"] for row in found.json["resources"] if row["address"] == address)


def conditions(found):
    """Give the conditions that `status --json` tells, by address."""
    return {row["address"]: row["condition"] for row in found.json["resources"]}


def test_status_tells_the_condition_of_each_resource(project, cli, studio):
    """Before an apply all is to be created, after it all is in sync, and an edit of others is a conflict or drift."""
    cli_ = ("--endpoint", studio.url)
    assert set(conditions(cli("status", "--json", *cli_)).values()) == {"not-created", "changed"}
    cli("apply", "--auto-approve", *cli_)
    first = cli("status", "--json", *cli_)
    assert set(conditions(first).values()) == {"in-sync"}
    assert all(row["webhookUrl"] for row in first.json["resources"] if row["address"].startswith("Flow/"))
    studio.edit(sid_of(first), "Somebody else")
    project.says("menu", "New")
    second = conditions(cli("status", "--json", *cli_))
    assert second["Flow/hello"] in {"drifted", "conflict"}
    assert second["Flow/menu"] == "changed"
    assert conditions(cli("status", "--json", "--target", "menu", *cli_)) == {"Flow/menu": "changed"}


def test_commands_that_read_send_only_reads(cli, studio):
    """plan, drift, status, diff and explain neither write to Studio nor to the state."""
    options = ("--endpoint", studio.url)
    for command in (("plan",), ("drift",), ("status",), ("plan", "--validate"), ("validate", "--remote"), ("doctor",)):
        assert cli(*command, *options).code == 0
    writes = {"CreateFlow", "UpdateFlow", "DeleteFlow", "UpdateTestUser"}
    assert writes & studio.calls().keys() == set()
    assert not Path("state").exists()


def test_plan_without_an_apply_leaves_no_file(project, cli):
    """The embedded Studio has no database until something is written."""
    assert cli("plan").code == 0
    assert [path.name for path in project.root.iterdir()] == ["manifests"]


def test_an_import_records_a_flow_and_sends_nothing(cli, studio):
    """A flow that another state made is taken over as it is; a second time is refused."""
    options = ("--endpoint", studio.url)
    cli("apply", "--auto-approve", *options)
    sid = sid_of(cli("status", "--json", *options))
    before = studio.calls()
    other = (*options, "--state", "other.json")
    assert cli("import", "hello", FW, *other).code == 1
    found = cli("import", "hello", sid, "--json", *other)
    assert (found.code, found.json["sid"]) == (0, sid)
    assert cli("import", "hello", sid, *other).code == 1
    assert cli("plan", "--json", "--target", "hello", *other).json["summary"]["create"] == 0
    assert {k: v for k, v in studio.calls().items() if "Update" in k or "Create" in k} == {
        k: v for k, v in before.items() if "Update" in k or "Create" in k
    }


def test_history_and_diff_know_the_revisions(project, cli):
    """Each apply is a revision; two of them, or one and the manifest, can be compared."""
    cli("apply", "--auto-approve")
    project.says("hello", "Good day")
    cli("apply", "--auto-approve")
    assert [entry["revision"] for entry in cli("history", "hello", "--json").json["revisions"]] == [1, 2]
    assert "no difference" in cli("diff", "hello").out
    assert '"Good day"' in cli("diff", "hello", "1").out
    assert '"Good day"' in cli("diff", "hello", "1", "2").out
    assert cli("diff", "hello", "9").code == 1


def test_a_rollback_changes_the_file_and_plans(project, cli):
    """The old body stands in the file with its placeholders, and the plan brings it back."""
    file = project.manifests / "flows" / "hello.json"
    first = file.read_text()
    cli("apply", "--auto-approve")
    project.says("hello", "Good day")
    cli("apply", "--auto-approve")
    found = cli("rollback", "hello", "--to", "1", "--out", "back.plan")
    assert found.code == 0
    assert '-        "say": "Good day"' in found.out
    assert file.read_text() == first
    assert cli("apply", "back.plan").code == 0
    assert cli("plan", "--detailed-exitcode").code == 0
    assert [entry["revision"] for entry in cli("history", "hello", "--json").json["revisions"]] == [1, 2, 3]


def test_a_live_rollback_leaves_the_file(project, cli):
    """With --live-only Studio gets the old body, and the next plan wants to undo that."""
    cli("apply", "--auto-approve")
    project.says("hello", "Good day")
    cli("apply", "--auto-approve")
    after = (project.manifests / "flows" / "hello.json").read_text()
    found = cli("rollback", "hello", "--to", "1", "--live-only", "--auto-approve")
    assert found.code == 0
    assert (project.manifests / "flows" / "hello.json").read_text() == after
    assert cli("plan", "--json").json["summary"]["update"] == 1
    assert "revision 1" in cli("history", "hello").out


def test_destroy_deletes_what_is_recorded(project, cli):
    """Everything recorded goes, its bodies are kept, and the plan wants to create it again."""
    cli("apply", "--auto-approve")
    assert cli("destroy", "--auto-approve").code == 3
    assert cli("destroy", "--auto-approve", "--allow-delete").code == 0
    assert project.state()["resources"] == {}
    assert len(list((project.root / "state" / "deleted").iterdir())) == 2
    assert cli("plan", "--json").json["summary"]["create"] == 2


def test_the_state_can_be_looked_after(project, cli):
    """list, show, mv, rm, pull, push and restore change the state alone, and need no manifests with --state."""
    cli("apply", "--auto-approve")
    where = ("--state", str(project.root / "state" / "local.json"), "--manifests", "nowhere")
    assert len(cli("state", "list", "--json", *where).json["resources"]) == 3
    pulled = cli("state", "pull", *where).json
    assert cli("state", "mv", "menu", "card", *where).code == 0
    assert cli("state", "show", "card", *where).code == 0
    assert cli("state", "show", "menu", *where).code == 1
    assert cli("state", "rm", "hello", *where).code == 0
    assert list(project.state()["resources"]) == ["Flow/card"]
    Path("old.json").write_text(json.dumps(pulled))
    assert cli("state", "push", "old.json", *where).code == 5
    Path("new.json").write_text(json.dumps({**pulled, "serial": project.state()["serial"] + 1}))
    assert cli("state", "push", "new.json", *where).code == 0
    assert cli("plan", "--detailed-exitcode").code == 0
    assert cli("state", "restore", project.state()["serial"] - 1, *where).code == 0
    assert list(project.state()["resources"]) == ["Flow/card"]
    assert cli("state", "unlock", *where).code == 0
    assert cli("state", "show", *where).code == 1


def test_explain_names_what_decided(cli):
    """The explanation names digests, the decision, and the calls that were saved."""
    assert "create" in cli("explain", "hello", "--json").json["decision"]
    cli("apply", "--auto-approve")
    found = cli("explain", "hello", "--json").json
    assert found["savedCalls"]
    assert cli("explain", "nothing").code == 1


def test_validate_and_fmt_look_at_the_files(project, cli):
    """A definition that Studio would refuse is an error with its place; a file out of format is named and put right."""
    assert cli("validate").code == 0
    menu = project.manifests / "flows" / "menu.json"
    data = json.loads(menu.read_text())
    data["states"][0]["transitions"][0]["next"] = "nowhere"
    menu.write_text(json.dumps(data))
    found = cli("validate", "--json")
    assert found.code == 1
    assert {finding["file"] for finding in found.json["findings"]} == {"flows/menu.json"}
    assert cli("plan").code == 3
    check = cli("fmt", "--check")
    assert check.code == 1
    assert str(Path("manifests/flows/menu.json")) in check.out.splitlines()
    assert cli("fmt").code == 0
    assert cli("fmt", "--check").code == 0
    assert json.loads(menu.read_text()) == data


@pytest.mark.parametrize(
    ("wrong", "check"),
    [("manifests", "manifests"), ("state", "state"), ("environment", "manifests"), ("account", "credentials")],
)
def test_doctor_names_what_is_wrong(project, cli, monkeypatch, wrong, check):
    """Each thing that would keep a plan from working is a failed check with something to do."""
    options = ["doctor", "--json"]
    if wrong == "manifests":
        (project.manifests / "hello.yaml").write_text("kind: Flw\n")
    if wrong == "state":
        cli("apply", "--auto-approve")
        (project.root / "state" / "local.json").write_text("{}")
    if wrong == "environment":
        options += ["--environment", "nowhere"]
    if wrong == "account":
        monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "b2" * 16)
        monkeypatch.setenv("TWILIO_AUTH_TOKEN", "x")
        options += ["--environment", "production"]
        # The credentials of another account are noticed before anything is asked, so no Studio is needed.
    found = cli(*options)
    assert found.code == 1
    failed = next(one for one in found.json["checks"] if one["verdict"] == "failed")
    assert failed["name"] == check
    assert failed["hint"]


def test_doctor_finds_nothing_wrong(cli, studio):
    """With all in order every check is ok, and no credential is shown."""
    found = cli("doctor", "--json", "--endpoint", studio.url)
    assert found.code == 0
    assert {one["verdict"] for one in found.json["checks"]} == {"ok"}


def test_the_emulator_lists_what_it_can(cli):
    """--list is a JSON document of quirks and faults; wrong names are refused before anything is served."""
    assert {"quirks", "faults"} <= cli("emulator", "--list").json.keys()
    for option in ("--quirk=nope=x", "--fault=429=2", "--latency=5", "--listen=here", "--credentials=x"):
        assert cli("emulator", option).code == 1


def test_a_lost_state_is_rebuilt_and_verified(cli, studio):
    """After the state is gone, `state rebuild` finds everything again, the plan is empty, and every digest holds."""
    options = ("--endpoint", studio.url, "--state", "kept.json")
    cli("apply", "--auto-approve", *options)
    assert cli("state", "rebuild", "--auto-approve", *options).code == 1
    for file in Path.cwd().glob("kept.*"):
        file.unlink()
    assert cli("state", "rebuild", *options).code == 1
    found = cli("state", "rebuild", "--auto-approve", "--json", *options)
    assert found.code == 0
    assert found.json["recorded"] is True
    assert cli("plan", "--detailed-exitcode", *options).code == 0
    verified = cli("state", "verify", "--json", *options)
    assert verified.code == 0
    assert verified.json["holds"] is True
