import shutil
import subprocess

import pytest


@pytest.fixture
def complete(cli, monkeypatch):
    """Give a function that completes a command line as bash would."""

    def call(*words: str) -> list[str]:
        monkeypatch.setenv("_RECONCILER_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", " ".join(["reconciler", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        return [line.partition(",")[2] for line in cli().out.splitlines()]

    return call


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_has_its_script(cli, shell):
    """The script of each shell asks us by our variable."""
    found = cli("completion", shell)
    assert found.code == 0
    assert f"_RECONCILER_COMPLETE={shell}_complete" in found.out


def test_the_script_of_bash_can_be_read_by_bash(cli):
    """Bash takes the script without complaint."""
    script = cli("completion", "bash").out
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is absent")
    told = subprocess.run([bash, "-n"], input=script, text=True, capture_output=True, check=False)  # noqa: S603 - a syntax check
    assert (told.returncode, told.stderr) == (0, "")


def test_commands_and_options_are_completed(complete):
    """Commands come from the table, options from the command."""
    assert complete("hi") == ["history"]
    assert complete("state", "un") == ["unlock"]
    assert complete("plan", "--det") == ["--detailed-exitcode"]


@pytest.mark.parametrize("words", [("history",), ("diff",), ("plan", "--target"), ("state", "mv", "menu")])
def test_addresses_are_completed_from_the_manifests(complete, words):
    """Flows are offered by name, everything by its full address."""
    assert complete(*words, "h") == ["hello"]
    assert complete(*words, "TestUsers/") == ["TestUsers/hello-testers"]
    assert set(complete(*words, "")) >= {"hello", "menu", "Flow/hello", "Flow/menu"}


def test_tests_are_completed_from_the_manifests(complete, project):
    """The names of scenario tests are offered, beside the commands that make some; a broken test offers those alone."""
    text = "apiVersion: studio.reconciler.dev/v1\nkind: FlowTest\nmetadata: {name: greets}\nspec:\n"
    (project.manifests / "tests.yaml").write_text(text + "  flow: hello\n  trigger: {call: {}}\n")
    assert complete("test", "gre") == ["greets"]
    assert complete("test", "g") == ["generate", "greets"]
    assert complete("test", "greets", "--cov") == ["--coverage"]
    (project.manifests / "tests.yaml").write_text(text)
    assert complete("test", "g") == ["generate"]


def test_environments_are_completed(complete):
    """The project's environments are offered, before and after the command."""
    assert complete("--environment", "p") == ["production"]
    assert complete("plan", "--environment", "") == ["local", "production"]


def test_completion_never_fails(complete, project):
    """Faulty manifests complete nothing and say nothing."""
    (project.manifests / "hello.yaml").write_text("kind: [")
    assert "".join(complete("history", "")) == ""
