"""The plugin of pytest, in runs of pytest of its own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# A run inside of this process imports again what it alone has imported; libyaml's binding does not survive that.
import reconciler.manifest.flowtests
import reconciler.manifest.load
import reconciler.scenario.run
import reconciler.views.scenarios.human  # noqa: F401 - see above

pytest_plugins = ["pytester"]

PROJECT = """\
apiVersion: studio.reconciler.dev/v1
kind: Project
metadata: {name: shop}
spec:
  defaultEnvironment: local
  environments:
    local: {endpoint: embedded, variables: {greeting: Hello}}
    loud: {endpoint: embedded, variables: {greeting: HELLO}}
---
apiVersion: studio.reconciler.dev/v1
kind: Flow
metadata: {name: greeter}
spec:
  definition:
    description: Greets
    states:
    - {name: Trigger, type: trigger, properties: {}, transitions: [{event: incomingMessage, next: greet}]}
    - name: greet
      type: send-message
      properties: {body: "${var.greeting}"}
      transitions: [{event: sent}]
    initial_state: Trigger
    flags: {}
"""
TEST = """\
---
apiVersion: studio.reconciler.dev/v1
kind: FlowTest
metadata: {{name: {name}, labels: {{team: care}}}}
spec:
  flow: greeter
  trigger: {{message: Hi}}
  script:
    - sends: {text}
"""
NOTHING = """
def test_nothing():
    pass
"""


@pytest.fixture
def folder(pytester: pytest.Pytester) -> Path:
    """Give a project with a test that passes and one that fails, beside a Python test."""
    root = pytester.mkdir("manifests")
    (root / "project.yaml").write_text(PROJECT)
    (root / "tests.yaml").write_text(TEST.format(name="greets", text="Hello") + TEST.format(name="sulks", text="Go"))
    pytester.makepyfile(NOTHING)
    return root


def test_it_does_nothing_until_it_is_told_where_tests_are(pytester: pytest.Pytester, folder: Path):
    """Manifests that lie about are no tests."""
    assert folder.exists()
    pytester.runpytest("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_it_imports_nothing_of_ours_until_then(tmp_path: Path):
    """A run of pytest without scenario tests pays for nothing but this one module."""
    (tmp_path / "test_one.py").write_text(
        "import sys\n"
        "def test_one():\n"
        "    ours = {name for name in sys.modules if name.startswith('reconciler.')}\n"
        "    assert ours <= {'reconciler.pytest_plugin'}\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    told = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)  # noqa: S603 - our own command
    assert told.returncode == 0, told.stdout


def test_each_scenario_is_an_item(pytester: pytest.Pytester, folder: Path):
    """Scenarios are collected beside other tests, and a failure shows the conversation and no Python."""
    assert folder.exists()
    found = pytester.runpytest("--flow-tests", "manifests", "-v")
    found.assert_outcomes(passed=2, failed=1)
    found.stdout.fnmatch_lines(["manifests/tests.yaml::greets PASSED*", "manifests/tests.yaml::sulks FAILED*"])
    found.stdout.fnmatch_lines(
        ["*FlowTest sulks*", "manifests/tests.yaml:18:7", "*contact *writes*Hi*", "expected: sends*Go*", "but: *Hello*"]
    )
    found.stdout.no_fnmatch_line("*Traceback*")


def test_the_configuration_can_say_so_too(pytester: pytest.Pytester, folder: Path):
    """With `flow_tests` in the configuration a bare `pytest` runs them, and a chosen file is run alone."""
    assert folder.exists()
    pytester.makeini("[pytest]\nflow_tests = manifests\n")
    pytester.runpytest().assert_outcomes(passed=2, failed=1)
    pytester.runpytest("test_the_configuration_can_say_so_too.py").assert_outcomes(passed=1)
    pytester.runpytest("manifests/tests.yaml::greets").assert_outcomes(passed=1)
    pytester.runpytest("-k", "sulks").assert_outcomes(failed=1, deselected=2)
    pytester.runpytest("-k", "care").assert_outcomes(passed=1, failed=1, deselected=1)


def test_another_environment(pytester: pytest.Pytester, folder: Path):
    """Tests run with the variables of the environment that is named."""
    assert folder.exists()
    options = ("--flow-tests", "manifests", "--flow-tests-environment", "loud")
    pytester.runpytest(*options).assert_outcomes(passed=1, failed=2)


def test_a_wrong_project_is_told_with_its_places(pytester: pytest.Pytester, folder: Path):
    """What cannot be read is told with file and line, and no Python."""
    (folder / "tests.yaml").write_text(TEST.format(name="greets", text="Hello").replace("sends", "sneds"))
    found = pytester.runpytest("--flow-tests", "manifests")
    assert found.ret == pytest.ExitCode.INTERRUPTED
    found.stdout.fnmatch_lines(["*tests.yaml:9:7: unknown key*Did you mean 'sends'*"])
    found.stdout.no_fnmatch_line("*load.py*")
    found = pytester.runpytest("--flow-tests", "manifests", "--flow-tests-environment", "quiet")
    found.stdout.fnmatch_lines(["*there is no environment 'quiet'*"])
    shutil.rmtree(folder)
    assert pytester.runpytest("--flow-tests", "manifests").ret == pytest.ExitCode.USAGE_ERROR


def test_scenarios_in_python(pytester: pytest.Pytester, folder: Path):
    """The fixture runs a scenario, gives what came of it, and fails the test like an item."""
    assert folder.exists()
    pytester.makepyfile(
        """
        def test_good(flow_runner):
            result = flow_runner("greeter", {"message": "Hi"}, [{"sends": "Hello"}], ends={})
            assert result.path == ("Trigger", "greet")

        def test_bad(flow_runner):
            flow_runner("greeter", {"message": "Hi"}, [{"sends": "Go"}])
        """
    )
    found = pytester.runpytest("--flow-tests", "manifests", "test_scenarios_in_python.py")
    found.assert_outcomes(passed=2, failed=2)
    found.stdout.fnmatch_lines(["script:1", "*expected: sends*Go*"])
    pytester.runpytest("test_scenarios_in_python.py").assert_outcomes(errors=2)
