"""Scenarios: each folder beside this file is a story with the command line; README.md says how to add one."""

from __future__ import annotations

import difflib
import os
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.emulator.settings import Settings
from tests.support.session import STUDIO, Session

HERE = Path(__file__).parent
PROJECTS = HERE / "_projects"
SCENARIOS = sorted(path.parent for path in HERE.glob("*/scenario.yaml"))
UPDATE = os.environ.get("UPDATE_EXPECTED") == "1"
WIDTH = 80
UNBREAKABLE = re.compile(
    r"^ *[{\"]|(^|  )(FW\w{32}|https?://\S+)$|: reconciler |`reconciler |sha256:|^  recorded  |^\w+/\S+  +FW"
    r"|([Ee]rror|hint|warning): "
)
"""JSON, a SID, URL or digest at the end, a command to copy, and what is one line for other programs' sake."""

SID_OF = re.compile(r"\{sid of ([^}]+)\}")
EXECUTION = re.compile(r"\{execution (\d+)\}")

Step = Mapping[str, Any]


@pytest.fixture(params=SCENARIOS, ids=lambda path: path.name)
def scenario(request: pytest.FixtureRequest) -> Path:
    """Give the folder of one scenario."""
    folder: Path = request.param
    return folder


@pytest.fixture
def story(scenario: Path) -> dict[str, Any]:
    """Give what happens in it."""
    found: dict[str, Any] = yaml.safe_load((scenario / "scenario.yaml").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def session(scenario: Path, story: dict[str, Any], tmp_path: Path) -> Iterator[Session]:
    """Give its project in a folder of its own, and an account."""
    settings = Settings(seed=7, quirks=story.get("quirks", {}))
    session = Session(tmp_path, settings, story.get("environment", {}))
    for source in (PROJECTS / str(story.get("project")), scenario):
        for part in ("manifests", "state"):
            if (source / part).is_dir():
                shutil.copytree(source / part, tmp_path / part, dirs_exist_ok=True)
    for path in tmp_path.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(f"http://{STUDIO}", f"http://{session.studio}"), encoding="utf-8")
    yield session
    session.close()


def test_scenario(scenario: Path, story: dict[str, Any], session: Session):
    """What the command line shows, its exit codes and its API calls are those that stand in expected.txt."""
    expected = scenario / "expected.txt"
    told = f"# {story['about']}\n" + "".join(tell(session, scenario, step) for step in story["steps"])
    told = session.stable(told)
    if UPDATE:
        expected.write_text(told, encoding="utf-8")
    difference = difflib.unified_diff(expected.read_text(encoding="utf-8").splitlines(), told.splitlines(), lineterm="")
    assert not list(difference)


def tell(session: Session, scenario: Path, step: Step) -> str:
    """Do one step and give what is told of it; `{sid of NAME}` in it is the SID of that live flow."""
    step = {key: resolved(session, value) for key, value in step.items()}
    if "run" in step:
        return command(session, step)
    if "file" in step:
        return change_file(session, scenario, step)
    before = step.get("before")
    if before is None:
        console(session, step)
    else:
        session.app.waiting[str(before)] = lambda: console(session, step)
    when = f", just before {before}" if before else ""
    what = " ".join(f"{step[key]}" for key in ("console", "flow") if key in step)
    return f"\n# Console: {what}{when}\n"


def resolved(session: Session, value: Any) -> Any:
    """Put SIDs and the port in their places."""
    if not isinstance(value, str):
        return value
    value = EXECUTION.sub(lambda found: session.execution(int(found[1])), value.replace(STUDIO, session.studio))
    return SID_OF.sub(lambda found: str(session.live(found[1])["sid"]), value)


def command(session: Session, step: Step) -> str:
    """Run a command line; `quiet: true` tells only that it ran, and it must end with 0."""
    words = str(step["run"])
    seen = session.run(*shlex.split(words), environment=step.get("environment"))
    if step.get("quiet"):
        assert seen.code == 0, seen.text
        return f"\n$ reconciler {words}  # as ever\n"
    wide = [line for line in seen.results.splitlines() if len(line) > WIDTH and not UNBREAKABLE.search(line)]
    assert wide == []
    calls = ", ".join(f"{name} {number}" for name, number in seen.calls.items())
    return f"\n$ reconciler {words}\n{seen.text}[exit {seen.code}; calls: {calls or 'none'}]\n"


def change_file(session: Session, scenario: Path, step: Step) -> str:
    """Change a file of the project: replace a text, take the place of a file beside, or go."""
    path = session.folder / str(step["file"])
    if step.get("remove"):
        path.unlink()
        return f"\n# {step['file']} is removed\n"
    if "rename" in step:
        path.rename(session.folder / str(step["rename"]))
        return f"\n# {step['file']} is renamed to {step['rename']}\n"
    if "with" in step:
        shutil.copyfile(scenario / str(step["with"]), path)
        return f"\n# {step['file']} is as {step['with']} now\n"
    text = path.read_text(encoding="utf-8")
    before, after = str(step["replace"]), str(step["by"])
    assert before in text, f"{step['file']} holds no {before!r}"
    path.write_text(text.replace(before, after * int(step.get("times", 1))), encoding="utf-8")
    return "".join([f"\n# {step['file']}:\n", *(f"# - {a}\n" for a in before.splitlines()),
                    *(f"# + {a}\n" for a in after.splitlines())])  # fmt: skip


def console(session: Session, step: Step) -> None:
    """Let somebody else do something in the account."""
    form = {key: str(step[name]) for name, key in FORM.items() if name in step}
    name = str(step["flow"])
    match step["console"]:
        case "creates":
            definition = (session.folder / str(step["definition"])).read_text(encoding="utf-8")
            session.create(**{"Status": "published", "FriendlyName": name, "Definition": definition, **form})
        case "edits" if "replace" in step:
            session.replace(name, str(step["replace"]), str(step["by"]), **form)
        case "edits":
            session.edit(name, **form)
        case "deletes":
            session.delete(name)
        case "starts an execution of":
            session.start(name)
        case "hears contacts of":
            session.say(name, str(step["contact"]), list(step["texts"]))
        case "sets the test users of":
            session.set_test_users(name, list(step["contacts"]))
        case other:
            raise AssertionError(f"the Console cannot do {other!r}")


FORM = {"status": "Status", "name": "FriendlyName", "message": "CommitMessage"}
