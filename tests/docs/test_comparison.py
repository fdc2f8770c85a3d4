"""What the page on comparisons shows is what the command line shows."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.session import Session

PROJECT = """\
apiVersion: studio.reconciler.dev/v1
kind: Project
metadata: {name: clinic}
spec:
  defaultEnvironment: local
  environments:
    local: {endpoint: embedded}
---
apiVersion: studio.reconciler.dev/v1
kind: Flow
metadata: {name: booking}
spec:
  friendlyName: Booking
  definition: {file: booking.json}
"""
BLOCK = re.compile(r"```console\n\$ (.*?)\n(.*?)\n```", re.DOTALL)


@pytest.fixture
def session(tmp_path: Path, repository: Path) -> Iterator[Session]:
    session = Session(tmp_path)
    manifests = tmp_path / "manifests"
    manifests.mkdir()
    (manifests / "project.yaml").write_text(PROJECT, encoding="utf-8")
    shutil.copyfile(repository / "docs" / "comparison" / "before.json", manifests / "booking.json")
    yield session
    session.close()


def shown(repository: Path) -> list[tuple[str, str]]:
    """Give the commands of the page, each with the output that stands there."""
    return BLOCK.findall((repository / "docs" / "comparison.md").read_text(encoding="utf-8"))


def test_the_plan_of_one_inserted_widget_is_what_the_page_shows(session: Session, repository: Path):
    """The edit of the page, typed, is planned as the page says: one widget and one transition."""
    assert session.run("apply", "--auto-approve").code == 0
    shutil.copyfile(repository / "docs" / "comparison" / "after.json", session.folder / "manifests" / "booking.json")
    command, expected = shown(repository)[0]
    seen = session.run(*command.split()[1:])
    assert seen.results.strip() == expected.strip()


def test_the_three_sides_are_what_a_scenario_shows(repository: Path):
    """The difference of three sides on the page is one that a scenario expects."""
    command, expected = shown(repository)[1]
    scenario = repository / "tests" / "scenarios" / "diff-three-way" / "expected.txt"
    assert f"$ {command}\n{expected}\n[exit 0" in scenario.read_text(encoding="utf-8")


def test_the_edit_is_the_one_that_the_page_describes(repository: Path):
    """Between the two files one widget came, one transition leads to it, and what is below was moved."""
    before, after = (
        json.loads((repository / "docs" / "comparison" / f"{name}.json").read_text(encoding="utf-8"))
        for name in ("before", "after")
    )
    names = [state["name"] for state in before["states"]]
    assert [state["name"] for state in after["states"] if state["name"] not in names] == ["confirm_day"]
    moved = [a["name"] for a in after["states"] for b in before["states"] if a["name"] == b["name"] and a != b]
    assert moved == ["greet", "ask_day", "ask_hour", "thanks", "sorry"]
