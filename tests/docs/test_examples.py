"""What README and docs say to type is typed: in a copy of the sample, against an emulator; shown output is compared."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest
import yaml

from reconciler.cli.common import common_options
from reconciler.cli.root import root
from tests.support.session import Seen, Session

ACCOUNTS = {
    "production": "AC000000000000000000000000000000a1",
    "staging": "AC000000000000000000000000000000c3",
}
BLOCK = re.compile(r"```(sh|console)\n(.*?)```", re.DOTALL)
RECIPE = re.compile(r"^\t\$\(BIN\)/(reconciler .*)$", re.MULTILINE)
INSTEAD = {"rollback support-bot --to 7": "rollback support-bot --to 1"}
"""What the pages mean of a flow that has lived longer than ours."""
CODES = {"plan --detailed-exitcode": {0, 2}, "drift": {0, 2}}


@pytest.fixture
def session(tmp_path: Path, repository: Path) -> Iterator[Session]:
    """Give the sample in a folder of its own, with credentials that the emulator takes."""
    environment = {"TWILIO_AUTH_TOKEN": "0" * 32, "CLINIC_BOOKING_TOKEN": "invented"}
    session = Session(tmp_path, environment=environment)
    shutil.copytree(repository / "manifests", tmp_path / "manifests")
    yield session
    session.close()


def demo(repository: Path) -> list[str]:
    """Give the commands of `make demo`."""
    makefile = (repository / "Makefile").read_text(encoding="utf-8")
    return RECIPE.findall(makefile.split("\ndemo:")[1].split("\n\n")[0])


def blocks(text: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield each block of a page: its kind, and each command with the output that is shown, comments taken off."""
    for kind, body in BLOCK.findall(text):
        if kind == "sh":
            lines = [shlex.join(shlex.split(line, comments=True)) for line in body.splitlines()]
            yield kind, [(line, "") for line in lines if line]
        else:
            parts = re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]
            yield kind, [(command, output) for command, _, output in (part.partition("\n") for part in parts)]


def typed(session: Session, line: str, repository: Path) -> Seen | None:
    """Do what a line says as far as a test can; give what the command line of ours showed."""
    words = shlex.split(line)
    if line == "make demo":
        return [typed(session, command, repository) for command in demo(repository)][-1]
    if words[0] == "cd":
        session.folder = session.folder / words[1]
    elif words[0] == "sed":
        subprocess.run(words, cwd=session.folder, check=True)  # noqa: S603 - what our own README says
    elif words[0] == "reconciler":
        return run(session, " ".join(words[1:]))
    else:
        assert words[0] in {"export", "make", "."}, f"nobody types {line!r} in this test"
    return None


def run(session: Session, line: str) -> Seen | None:
    """Run our command line; what asks is answered beforehand, and what stands for something else is only parsed."""
    line = INSTEAD.get(line, line)
    words = shlex.split(line)
    must_parse(words)
    if "…" in line or "xxxx" in line or words[0] == "emulator":
        return None
    if words[0] == "apply" and not {"--auto-approve", "production.plan"} & set(words):
        words.append("--auto-approve")
    account = next((account for name, account in ACCOUNTS.items() if name in words), None)
    elsewhere = {"RECONCILER_ENDPOINT": f"http://{session.studio}", "TWILIO_ACCOUNT_SID": account or ""}
    seen = session.run(*words, environment=elsewhere if account else {})
    name = "plan --detailed-exitcode" if line.startswith("plan --detailed-exitcode") else words[0]
    assert seen.code in CODES.get(name, {0}), f"reconciler {line}\n{seen.text}"
    return seen


def must_parse(words: list[str]) -> None:
    """Make sure that there is such a command with such options."""
    found: click.Command | None = root
    while isinstance(found, click.Group):
        found = found.get_command(click.Context(found), words[0])
        assert found is not None, f"there is no command {words[0]}"
        words = words[1:]
    table = getattr(found, "table", {})
    if words and words[0] in table:
        found, words = import_module(table[words[0]][0]).command, words[1:]
    assert found is not None
    known = {text for p in (*found.params, *common_options(variables=False)) for text in p.opts}
    assert {word.split("=")[0] for word in words if word.startswith("-")} - known == set()


def test_readme_shows_what_happens(session: Session, repository: Path):
    """The run on the first page, typed after `make demo`, shows the very output that stands there."""
    text = (repository / "README.md").read_text(encoding="utf-8")
    shown = 0
    typed(session, "make demo", repository)
    for kind, commands in blocks(text):
        for line, output in commands if kind == "console" else ():
            seen = typed(session, line, repository)
            if output:
                assert seen is not None
                assert seen.results.strip() == output.strip()
                shown += 1
    assert shown


def test_getting_started_works(session: Session, repository: Path):
    """Every command of the guide, from the first to the last, does what it is there for."""
    home = session.folder
    exports = home / "exports"
    exports.mkdir()
    template = repository / "reconciler" / "templates" / "init" / "manifests" / "flows" / "welcome.json"
    shutil.copyfile(template, exports / "Welcome.json")
    _add_staging(home / "manifests" / "project.yaml")
    text = (repository / "docs" / "getting-started.md").read_text(encoding="utf-8")
    done = [line for _, commands in blocks(text) for line, _ in commands]
    for _, commands in blocks(text):
        session.folder = home
        for line, _ in commands:
            typed(session, line, repository)
    assert sum(line.startswith("reconciler ") for line in done) > 10


def test_every_other_example_parses(repository: Path):
    """Commands in the other pages have the names and options that the command line has."""
    pages = [page for page in (repository / "docs").glob("*.md") if page.name != "getting-started.md"]
    lines = [line for page in pages for _, commands in blocks(page.read_text(encoding="utf-8")) for line, _ in commands]
    for line in lines:
        words = shlex.split(line.removesuffix("&").strip())
        if words[0] == "reconciler":
            must_parse(words[3:] if words[1] == "--endpoint" else words[1:])


def _add_staging(path: Path) -> None:
    project = yaml.safe_load(path.read_text(encoding="utf-8"))
    environments = project["spec"]["environments"]
    environments["staging"] = {**environments["production"], "protected": False, "account": ACCOUNTS["staging"]}
    path.write_text(yaml.safe_dump(project), encoding="utf-8")
