"""`reconciler test`: which tests run, what is told of them, and with which exit code it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

REPOSITORY = Path(__file__).parents[2]
TEST = """\
---
apiVersion: studio.reconciler.dev/v1
kind: FlowTest
metadata: {{name: {name}, labels: {{team: {flow}}}}}
spec:
  flow: {flow}
  trigger: {{call: {{}}}}
  stubs: [{{widget: post, answers: {{status: 200}}}}]
  script:
    - says: {text}
    - calls: post
  ends: {{}}
"""


@pytest.fixture
def tests(project) -> Path:
    """Give the file of the tests: one for each flow, both right."""
    path = project.manifests / "tests.yaml"
    path.write_text(
        TEST.format(name="hello-speaks", flow="hello", text="This is hello")
        + TEST.format(name="menu-speaks", flow="menu", text="This is menu")
    )
    return path


def spoil(tests: Path) -> None:
    """Let the first test expect something else after the call."""
    tests.write_text(tests.read_text().replace("    - calls: post\n", "    - calls: post\n    - says: More\n", 1))


def test_everything_passes(cli, tests):
    """A line a test, the numbers last, and exit code 0."""
    assert tests.exists()
    found = cli("test")
    assert (found.code, found.err) == (0, "")
    assert found.out == "ok    hello-speaks  3 steps\nok    menu-speaks   3 steps\n\n2 passed; 6 steps.\n"


def test_a_failure_shows_what_was_said_and_where(cli, tests):
    """The conversation so far, what was expected and what came instead, the place; and no secret."""
    spoil(tests)
    found = cli("test", "hello-*")
    assert found.code == 1
    assert found.out == (
        "FAIL  hello-speaks  3 steps\n"
        "      manifests/tests.yaml:12:7\n"
        "       0:00:00  contact  calls\n"
        '       0:00:00  flow     says "This is hello" (say)\n'
        "       0:00:00  flow     calls POST https://shop.example/(sensitive) (post)\n"
        "       0:00:00  answer   answers 200 (post)\n"
        "\n"
        '      expected: says "More"\n'
        "      but:      the flow has ended (FLOW_END)\n"
        "      assumed:  call-variables, invented-sids\n"
        "\n"
        "0 passed, 1 failed; 3 steps.\n"
    ).replace("call-variables, invented-sids", _assumed(found.out))


def _assumed(text: str) -> str:
    return next(line.split("assumed:")[1].strip() for line in text.splitlines() if "assumed:" in line)


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ((), ["hello-speaks", "menu-speaks"]),
        (("menu-speaks",), ["menu-speaks"]),
        (("*-speaks",), ["hello-speaks", "menu-speaks"]),
        (("--flow", "hello"), ["hello-speaks"]),
        (("--flow", "Flow/menu", "--flow", "hello"), ["hello-speaks", "menu-speaks"]),
        (("--selector", "team=menu"), ["menu-speaks"]),
    ],
)
def test_which_tests_are_meant(cli, tests, options, names):
    """Names with `*`, flows and labels choose; the order is that of the names."""
    assert tests.exists()
    assert [one["name"] for one in cli("test", "--json", *options).json["tests"]] == names


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        (("hello-speak",), "Did you mean 'hello-speaks'?"),
        (("--selector", "team=nobody"), "docs/testing-flows.md shows how one is written."),
        (("hello-speaks", "--flow", "menu"), "docs/testing-flows.md shows how one is written."),
    ],
)
def test_no_test_is_an_error(cli, tests, options, hint):
    """Who asks for tests that are not there is told so, and CI fails."""
    assert tests.exists()
    found = cli("test", "--json", *options)
    assert (found.code, json.loads(found.err)["error"]["hint"]) == (1, hint)


def test_a_project_without_tests(cli):
    """Nothing to test is no success."""
    assert cli("test").code == 1


def test_the_document(cli, tests):
    """`--json` gives a document of its schema: places, conversation, assumptions; and no secret."""
    spoil(tests)
    found = cli("test", "--json", "--coverage")
    schema = json.loads((REPOSITORY / "schemas" / "test.schema.json").read_text())
    Draft202012Validator(schema).validate(found.json)
    assert found.code == 1
    assert found.json["summary"] == {"passed": 1, "failed": 1, "errors": 0, "steps": 6}
    [hello, menu] = found.json["tests"]
    assert (hello["outcome"], hello["place"]) == ("failed", "manifests/tests.yaml:4:18")
    assert hello["failure"]["place"] == "manifests/tests.yaml:12:7"
    assert [entry["who"] for entry in hello["failure"]["conversation"]] == ["contact", "flow", "flow", "world"]
    assert (menu["outcome"], menu["path"], menu["ended"]) == ("passed", ["Trigger", "say", "post"], "FLOW_END")
    assert set(menu["assumptions"]) <= set(found.json["assumptions"])
    assert "canary" not in found.out
    assert found.json["coverage"]["transitions"] == {"covered": 4, "total": 4, "percent": 100.0}


def test_junit(cli, tests, tmp_path):
    """The file is XML, a suite a flow, and a failure has the conversation."""
    spoil(tests)
    assert cli("test", "--junit", tmp_path / "deep" / "results.xml").code == 1
    text = (tmp_path / "deep" / "results.xml").read_text()
    root = ET.fromstring(text)  # noqa: S314 - our own document
    assert root.attrib == {"name": "reconciler test", "tests": "2", "failures": "1", "errors": "0", "skipped": "0"}
    assert [suite.get("name") for suite in root] == ["hello", "menu"]
    [case] = root[0]
    assert case.attrib == {"classname": "hello", "name": "hello-speaks", "file": "manifests/tests.yaml", "line": "4"}
    [failure] = case
    assert failure.get("message") == 'expected: says "More"; but: has ended (FLOW_END)'
    assert "calls POST https://shop.example/(sensitive)" in (failure.text or "")
    assert "canary" not in text


def test_coverage_and_its_threshold(cli, tests):
    """What was not covered is listed, and too little of it is an error of its own."""
    tests.write_text(TEST.format(name="hello-speaks", flow="hello", text="This is hello"))
    found = cli("test", "--fail-under", "50")
    assert found.code == 0
    assert "all flows      3/6      50 %      2/4      50 %               none\n" in found.out
    assert "\nNot covered in menu\n  Trigger: incomingCall → say\n  say: audioComplete → post\n" in found.out
    assert found.out.endswith("1 passed; 3 steps. 2/4 transitions covered, 50 % wanted.\n")
    assert cli("test", "--fail-under", "50.1").code == 1
    assert cli("test", "--fail-under", "100", "--flow", "hello").code == 0


def test_coverage_as_pictures(cli, tests, tmp_path):
    """Each flow is drawn with what ran and what never did."""
    tests.write_text(TEST.format(name="hello-speaks", flow="hello", text="This is hello"))
    assert cli("test", "--graph", tmp_path / "pictures").code == 0
    drawn = {path.name: path.read_text() for path in (tmp_path / "pictures").iterdir()}
    assert set(drawn) == {"hello.svg", "menu.svg"}
    assert "coverage 2/2 transitions" in drawn["hello.svg"]
    assert "never ran" in drawn["menu.svg"]
    assert "never ran" not in drawn["hello.svg"]


def test_assumptions_are_explained(cli, tests):
    """`--assumptions` has a sentence for each that a run relied upon."""
    assert tests.exists()
    out = cli("test", "--assumptions").out
    assert "  invented-sids: SIDs that nobody gave are derived from the execution's SID" in out


def test_validate_reads_tests_and_plan_does_not(cli, tests):
    """A fault of a test is found by `validate`, and stops no plan."""
    tests.write_text(tests.read_text().replace("calls: post", "calls: pst"))
    found = cli("validate", "--json")
    assert found.code == 1
    assert [one["rule"] for one in found.json["findings"] if one["severity"] == "error"] == ["unknown-widget"] * 2
    assert cli("plan").code == 0
    assert cli("test").code == 1


def test_a_place_that_cannot_be_written(cli, tests, tmp_path):
    """Where results cannot be written, that is said."""
    assert tests.exists()
    (tmp_path / "file").write_text("")
    found = cli("test", "--junit", tmp_path / "file" / "results.xml")
    assert (found.code, "--junit" in found.err) == (1, True)


def test_watching_has_no_document(cli, tests):
    """`--watch` and `--json` exclude each other."""
    assert tests.exists()
    assert cli("test", "--watch", "--json").code == 1


def test_processes_change_nothing(project, tests):
    """Many tests give the same bytes whatever is done first, and by however many processes."""
    named = (
        TEST.format(name=f"{flow}-{n}", flow=flow, text=f"This is {flow}")
        for n in range(80)
        for flow in ("hello", "menu")
    )
    tests.write_text("".join(named).replace("This is menu", "This is the menu", 3))
    outputs = []
    for processes in ("1", "4"):
        command = [sys.executable, "-m", "reconciler", "test", "--coverage", "--parallelism", processes]
        told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=project.root, env=environment())  # noqa: S603 - our own command line
        assert told.returncode == 1, told.stderr
        outputs.append(told.stdout)
    assert outputs[0] == outputs[1]
    assert outputs[0].count("\nFAIL") + outputs[0].startswith("FAIL") == 3


def environment() -> dict[str, str]:
    """Give a child process what it needs to find our code."""
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def watching(project, tests) -> Iterator[Callable[[str, int], str]]:
    """Start `test --watch`; give what waits until its output holds a text so many times."""
    assert tests.exists()
    output = project.root / "output.txt"
    with output.open("w") as stream:
        command = [sys.executable, "-m", "reconciler", "test", "--watch"]
        child = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT, cwd=project.root, env=environment())  # noqa: S603 - as above

        def until(text: str, times: int) -> str:
            end = time.monotonic() + 30
            while output.read_text().count(text) < times:
                assert child.poll() is None, output.read_text()
                assert time.monotonic() < end, output.read_text()
                time.sleep(0.05)
            return output.read_text()

        yield until
        child.send_signal(signal.SIGINT)
        assert child.wait(10) == 130


def test_watching(project, tests, watching):
    """A change runs the tests again, a broken file is told, and Ctrl-C ends with 130."""
    watching("Waiting for a change", 1)
    project.says("hello", "Something else")
    told = watching("Waiting for a change", 2)
    assert "FAIL  hello-speaks" in told
    assert told.count("menu-speaks") == 1
    right = tests.read_text()
    tests.write_text(right.replace("says:", "sasy:"))
    assert "unknown key" in watching("Waiting for a change", 3)
    project.says("hello", "This is hello")
    tests.write_text(right)
    assert watching("Waiting for a change", 4).count("2 passed") == 2
