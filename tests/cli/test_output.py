import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from reconciler.cli.console import Console, style_of
from reconciler.cli.run import run

CANARY = "canary-5f2c-never-shown"
TOKEN = "token-9b41-never-shown"


class Stream:
    """A stream that may be a terminal."""

    encoding = "utf-8"

    def __init__(self, *, terminal: bool) -> None:
        self._terminal = terminal

    def isatty(self) -> bool:
        """Tell whether it is one."""
        return self._terminal


def test_no_secret_is_in_any_output_or_file(project, cli, studio):
    """Neither a sensitive variable nor a credential is in stdout, stderr, logs, plan or state."""
    options = ("--endpoint", studio.url, "--log-level", "debug", "--var", f"key={CANARY}")
    said = [
        cli("plan", "--out", "a.plan", *options),
        cli("plan", "--json", *options),
        cli("apply", "a.plan", "--log-format", "json", *options),
        cli("status", "--json", *options[:4]),
        cli("explain", "hello", *options),
        cli("doctor", *options[:4]),
    ]
    project.says("hello", "Good day")
    project.says("menu", "${var.key}")
    said += [cli("plan", *options), cli("diff", "hello", *options), cli("apply", "--auto-approve", "--json", *options)]
    project.says("hello", "Good day again")
    said += [
        cli("rollback", "hello", "--to", "1", "--replace-placeholders", *options),
        cli("rollback", "hello", "--to", "1", "--replace-placeholders", "--json", *options),
        cli("history", "hello", *options[:4]),
        cli("state", "pull", *options[:4]),
        cli("state", "show", "hello", "--json", *options[:4]),
        cli("plan", "--var", f"{CANARY}=x", *options),
    ]
    assert [found.code for found in said] == [0] * len(said)
    assert all("studio.request" in found.err for found in said[:3])
    for found in said[:-1]:
        assert CANARY not in found.out + found.err
        assert TOKEN not in found.out + found.err
    for path in (Path("a.plan"), *(project.root / "state").rglob("*")):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path
            assert TOKEN.encode() not in path.read_bytes(), path


def test_a_saved_plan_is_private(project, cli):
    """A plan can tell much of a flow: its file is readable by its owner only, also over an older one."""
    Path("a.plan").write_text("old")
    Path("a.plan").chmod(0o644)
    cli("plan", "--out", "a.plan")
    assert Path("a.plan").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in project.root.iterdir() if path.name.startswith(".a")] == []


@pytest.mark.parametrize(
    ("command", "schema"),
    [
        (("plan",), "plan"),
        (("show", "a.plan"), "plan"),
        (("drift",), "drift"),
        (("status",), "status"),
        (("validate",), "findings"),
        (("fmt", "--check"), "findings"),
        (("history", "hello"), "history"),
        (("history", "hello", "--patch"), "history"),
        (("blame", "hello", "say.say"), "blame"),
        (("pull", "hello", "--dry-run"), "pull"),
        (("diff", "hello"), "diff"),
        (("graph", "hello"), "graph"),
        (("lint",), "lint"),
        (("lint", "--explain", "plain-http"), "lint-rule"),
        (("explain", "hello"), "explain"),
        (("state", "list"), "state-list"),
        (("state", "show", "hello"), "state-show"),
        (("state", "pull"), "state"),
        (("doctor",), "doctor"),
        (("version",), "version"),
        (("rollback", "menu", "--to", "1"), "rollback"),
    ],
)
def test_json_fits_its_schema(cli, repository, command, schema):
    """With --json stdout is one document that its published schema takes, and stderr is empty."""
    cli("plan", "--out", "a.plan")
    cli("apply", "--auto-approve")
    found = cli(*command, "--json")
    assert found.code == (1 if command[0] == "fmt" and found.json["findings"] else 0)
    assert found.err == ""
    jsonschema.validate(found.json, json.loads((repository / "schemas" / f"{schema}.schema.json").read_text()))


def test_json_of_apply_is_lines_that_end_with_a_summary(cli, repository):
    """An apply tells events as they happen, one a line; the last one sums up, also after an error."""
    schema = json.loads((repository / "schemas" / "apply-events.schema.json").read_text())
    found = cli("apply", "--auto-approve", "--json")
    again = cli("apply", "--auto-approve", "--json")
    asked = cli("destroy", "--allow-delete", "--allow-percent", "--json")
    for line in (*found.lines, *again.lines, *asked.lines):
        jsonschema.validate(line, schema)
    assert found.lines[0]["type"] == "planned"
    assert {result.lines[-1]["type"] for result in (found, again, asked)} == {"summary"}
    assert [result.lines[-1]["exitCode"] for result in (found, again, asked)] == [0, 0, 1]


@pytest.mark.parametrize(
    "arguments", [("plan", "--environment", "nowhere", "--json"), ("--json", "plan", "--nope"), ("--json", "sttus")]
)
def test_json_errors_are_documents_on_stderr(cli, repository, arguments):
    """With --json an error is a document too, and stdout stays empty."""
    found = cli(*arguments)
    schema = json.loads((repository / "schemas" / "error.schema.json").read_text())
    jsonschema.validate(json.loads(found.err), schema)
    assert (found.out, json.loads(found.err)["exitCode"]) == ("", 1)


def test_the_same_input_gives_the_same_bytes(cli, monkeypatch):
    """A plan depends on no width and no clock."""
    first = cli("plan").out
    monkeypatch.setenv("COLUMNS", "40")
    assert cli("plan").out == first


def test_results_alone_are_on_stdout(cli):
    """What is no result goes to stderr: where a plan was saved, how steps go, what to do next."""
    saved = cli("plan", "--out", "a.plan")
    assert "a.plan" not in saved.out
    assert "a.plan" in saved.err
    applied = cli("apply", "a.plan")
    assert "Apply: 3 done." in applied.out
    assert "created" in applied.err


@pytest.mark.parametrize(
    ("terminal", "said", "environ", "colored"),
    [
        (True, None, {}, True),
        (False, None, {}, False),
        (True, None, {"NO_COLOR": "1"}, False),
        (False, None, {"FORCE_COLOR": "1"}, True),
        (False, None, {"FORCE_COLOR": "0"}, False),
        (True, None, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        (True, None, {"TERM": "dumb"}, False),
        (True, False, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours_are_for_terminals(terminal, said, environ, colored):
    """--no-color wins over NO_COLOR, that over FORCE_COLOR, that over what the stream is."""
    assert style_of(Stream(terminal=terminal), environ, color=said).color is colored


def test_what_a_stream_cannot_hold_stops_nothing(capsys):
    """A lone surrogate, which no encoding holds, is shown escaped."""
    Console().result("half \ud83d")
    assert capsys.readouterr().out == "half \\ud83d\n"


def test_a_closed_pipe_is_no_error(project):
    """Whoever reads our output may stop: no traceback, no complaint."""
    command = [sys.executable, "-m", "reconciler", "emulator", "--list"]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=project.root)  # noqa: S603 - our own command
    child.stdout.close()
    assert child.stderr.read() == b""
    child.stderr.close()
    assert child.wait(10) == 0


def test_an_unexpected_error_is_a_sentence(cli, project, monkeypatch, capsys):
    """What nobody foresaw ends with 1 and one sentence; only debugging shows a traceback, its secrets covered."""
    (project.manifests / "flows" / "hello.json").unlink()
    (project.manifests / "flows" / "hello.json").mkdir()
    assert cli("plan").code == 1
    monkeypatch.setattr(os, "getcwd", lambda: None)
    assert run(["fmt", "--manifests", "relative"]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_debugging_shows_where_an_error_came_from(cli):
    """--log-level debug adds the traceback, with what is secret covered."""
    assert "Traceback" not in cli("plan", "--target", "nothing").err
    assert "Traceback" in cli("plan", "--target", "nothing", "--log-level", "debug").err
