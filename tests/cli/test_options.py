import json
from pathlib import Path

import pytest

from tests.support.lock_server import PASSWORD, USER, lock_server


@pytest.mark.parametrize("before", [True, False])
def test_options_stand_before_or_after_the_command(project, cli, before):
    """Where an option of every command stands makes no difference."""
    options = ("--json", "--state", "elsewhere/x.json", "--environment", "local", "--manifests", project.manifests)
    found = cli(*options, "apply", "--auto-approve") if before else cli("apply", "--auto-approve", *options)
    assert found.code == 0
    assert found.lines[-1]["type"] == "summary"
    assert (project.root / "elsewhere" / "x.json").exists()
    assert (project.root / "elsewhere" / "local.emulator.sqlite").exists()


def test_what_stands_after_the_command_wins(cli):
    """An option behind the command wins over the same one before it."""
    assert cli("--environment", "nowhere", "plan", "--environment", "local").code == 0
    assert cli("--environment", "local", "plan", "--environment", "nowhere").code == 1


def test_environment_variables_give_defaults(project, cli, monkeypatch, tmp_path_factory):
    """Each of the five has a variable; what is typed wins."""
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    monkeypatch.setenv("RECONCILER_MANIFESTS", str(project.manifests))
    monkeypatch.setenv("RECONCILER_ENVIRONMENT", "nowhere")
    monkeypatch.setenv("RECONCILER_STATE", "here.json")
    monkeypatch.setenv("RECONCILER_ENDPOINT", "embedded")
    monkeypatch.setenv("RECONCILER_JSON", "1")
    assert cli("apply", "--auto-approve").code == 1
    found = cli("apply", "--auto-approve", "--environment", "local")
    assert found.lines[-1]["exitCode"] == 0
    assert json.loads(Path("here.json").read_text())["project"] == "shop"


def test_an_endpoint_has_a_state_of_its_own(project, cli, studio):
    """With --endpoint and without --state, an emulator's SIDs never reach the environment's state."""
    assert cli("apply", "--auto-approve", "--endpoint", studio.url).code == 0
    port = studio.url.rpartition(":")[2]
    assert project.state(f"local@127.0.0.1-{port}")["endpoint"] == studio.url
    assert not (project.root / "state" / "local.json").exists()


def test_plain_http_is_for_this_machine_only(cli):
    """Credentials are never sent to another machine without TLS."""
    assert cli("plan", "--endpoint", "http://studio.example").code == 1


@pytest.mark.parametrize("state", ["s3://bucket", "ftp://host/x", "http://host/x", "postgresql://h/d", "gs://b/"])
def test_addresses_that_name_no_state_are_refused(cli, state):
    """An address of no store, without a name, or without TLS ends the run before anything is asked."""
    said = cli("plan", "--state", state)
    assert said.code == 1
    assert "hint" in said.err


def test_a_state_can_be_behind_an_address(cli, monkeypatch):
    """Plan, apply and the state's commands take the address of a remote store, and leave no file."""
    with lock_server() as (url, desk):
        monkeypatch.setenv("TF_HTTP_USERNAME", USER)
        monkeypatch.setenv("TF_HTTP_PASSWORD", PASSWORD)
        state = ("--state", f"{url}/clinic")
        assert cli("apply", "--auto-approve", *state).code == 0
        assert cli("plan", "--detailed-exitcode", *state).code == 0
        assert cli("state", "list", *state).out
        assert cli("state", "unlock", *state).code == 0
        desk.locks["/clinic"] = {"ID": "dead", "Who": "somebody"}
        assert cli("apply", "--auto-approve", "--lock-timeout", "0", *state).code == 4
        assert cli("state", "unlock", *state).code == 4
        assert cli("state", "unlock", "other", *state).code == 4
        assert cli("state", "unlock", "dead", *state).code == 0
        assert cli("apply", "--auto-approve", *state).code == 0
        assert not list(Path("state").glob("*.json"))


def test_variables_reach_the_manifests(project, cli):
    """--var wins over --var-file, and both over the project."""
    Path("vars.json").write_text('{"key": "from-file", "other": "x"}')
    flow = project.manifests / "menu.yaml"
    flow.write_text(flow.read_text().replace("The menu", "The ${var.name}"))
    found = cli("plan", "--json", "--var", "name=shop", "--var-file", "vars.json", "--target", "menu")
    assert found.json["summary"]["create"] == 1
    assert "The shop" in found.out


@pytest.mark.parametrize(
    ("options", "created"),
    [
        ((), 2),
        (("--target", "menu"), 1),
        (("--target", "Flow/menu", "--target", "hello"), 2),
        (("--exclude", "menu"), 1),
        (("--selector", "team=menu"), 1),
    ],
)
def test_plans_can_be_restricted(cli, options, created):
    """Targets, exclusions and labels say what a plan is about."""
    assert cli("plan", "--json", *options).json["summary"]["create"] == created


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--selector", "team=a", "--selector", "team=b"),
        ("plan", "--target", "Flw/menu"),
        ("plan", "--var", "key"),
        ("apply", "-m", " "),
        ("apply", "x.plan", "--target", "menu"),
        ("rollback", "hello", "--to", "1", "--live-only", "--out", "x"),
        ("init", "x", "--from-folder", ".", "--from-account"),
        ("import", "hello", "FW1"),
        ("diff", "hello", "1", "2", "3"),
    ],
)
def test_contradictions_are_refused(cli, arguments):
    """What cannot be meant is an error before anything is read."""
    assert cli(*arguments).code == 1


def test_the_value_of_a_variable_is_not_repeated(cli):
    """What follows --var may be a secret; a wrong one is not shown."""
    found = cli("plan", "--var", "secret-without-name")
    assert "secret-without-name" not in found.err


def test_the_commit_message_reaches_the_revisions(cli):
    """-m is what the history tells."""
    cli("apply", "--auto-approve", "-m", "For the fair")
    assert '"For the fair"' in cli("history", "hello").out


def test_a_saved_plan_names_its_environment(cli, studio):
    """`apply FILE` without --environment means the one that the plan was made for."""
    options = ("--endpoint", studio.url, "--confirm", "production")
    assert cli("plan", "--environment", "production", "--out", "a.plan", *options).code == 0
    assert cli("apply", "a.plan", *options).code == 0


def test_an_unknown_command_names_the_nearest(cli):
    """A slip of the finger is answered with what was meant."""
    assert "status" in cli("sttus").err
    assert cli("sttus", "--json").code == 1


def test_remarks_of_the_manifests_are_told_by_plan_and_apply(cli):
    """What is suspicious but stops nothing is said on stderr."""
    for command in (("plan",), ("apply", "--auto-approve")):
        found = cli(*command, "--var", "unheard-of=1")
        assert found.code == 0
        assert "unheard-of" in found.err


def test_a_saved_plan_is_encrypted_where_states_are(project, cli, monkeypatch):
    """With keys for states a plan file shows nothing, applies with a key, and is refused without."""
    monkeypatch.setenv("RECONCILER_STATE_PASSPHRASE", "correct horse")
    assert cli("plan", "--out", "saved.plan").code == 0
    assert b"hello" not in Path("saved.plan").read_bytes()
    assert "hello" in cli("show", "saved.plan").out
    monkeypatch.delenv("RECONCILER_STATE_PASSPHRASE")
    assert cli("show", "saved.plan").code == 1
    monkeypatch.setenv("RECONCILER_STATE_PASSPHRASE", "correct horse")
    assert cli("apply", "saved.plan").code == 0
    assert (project.root / "state" / "local.json").read_bytes().startswith(b'{"sealed":')
    assert cli("plan", "--detailed-exitcode").code == 0


def test_a_deleted_flow_s_definition_is_printed(project, cli):
    """`state body` prints what the delete kept."""
    assert cli("apply", "--auto-approve").code == 0
    assert cli("destroy", "--auto-approve", "--allow-delete", "--allow-percent").code == 0
    kept = next((project.root / "state" / "deleted").glob("*.json"))
    assert "states" in json.loads(cli("state", "body", str(kept)).out)


def test_a_state_moves_by_pull_and_push(cli, monkeypatch):
    """What `state pull` prints, `state push` puts into a store elsewhere."""
    monkeypatch.setenv("TF_HTTP_USERNAME", USER)
    monkeypatch.setenv("TF_HTTP_PASSWORD", PASSWORD)
    assert cli("apply", "--auto-approve").code == 0
    Path("pulled.json").write_text(cli("state", "pull").out)
    with lock_server() as (url, _):
        assert cli("state", "push", "pulled.json", "--state", f"{url}/moved").code == 0
        assert cli("state", "list", "--state", f"{url}/moved").out == cli("state", "list").out
