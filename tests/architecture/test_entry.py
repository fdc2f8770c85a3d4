"""The ways in: what README and docs tell people to type exists, and what gets installed is pinned."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

PIN = re.compile(r"[A-Za-z0-9][\w.-]*==[\w.!+]+")
MAKE = re.compile(r"(?:^|`)make ([a-z]+)", re.MULTILINE)


@pytest.fixture(scope="module")
def pins(repository: Path) -> dict[str, Version]:
    """Give the pinned versions, by normal name."""
    pairs = [line.split("==") for line in (repository / "constraints.txt").read_text().splitlines() if "==" in line]
    return {canonicalize_name(name): Version(version) for name, version in pairs}


def test_constraints_are_plain_pins(repository: Path, pins: dict[str, Version]):
    """Every line of constraints.txt pins one package to one version, and none is pinned twice."""
    lines = [line for line in (repository / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert [line for line in lines if not PIN.fullmatch(line)] == []
    assert len(pins) == len(lines)


def test_every_dependency_is_pinned_within_its_bounds(repository: Path, pins: dict[str, Version]):
    """What pyproject.toml asks for is pinned, at a version that it allows."""
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    groups = (project["dependencies"], *project["optional-dependencies"].values())
    wanted = [Requirement(text) for group in groups for text in group]
    wanted = [each for each in wanted if each.name != project["name"]]  # an extra may contain other extras
    assert [
        str(requirement)
        for requirement in wanted
        if (pin := pins.get(canonicalize_name(requirement.name))) is None or pin not in requirement.specifier
    ] == []


def test_every_make_target_that_is_told_exists(repository: Path):
    """README and docs name only targets that make has."""
    targets = set(re.findall(r"^([a-z]+):", (repository / "Makefile").read_text(), re.MULTILINE))
    pages = [repository / "README.md", *(repository / "docs").glob("**/*.md")]
    told = {(page.name, target) for page in pages for target in MAKE.findall(page.read_text(encoding="utf-8"))}
    assert {(page, target) for page, target in told if target not in targets} == set()


def test_ci_script_can_be_run(repository: Path):
    """The one script that CI starts is executable, and bash can read it."""
    script = repository / ".ci" / "run"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)  # noqa: S603, S607  # bash is wherever the script finds it
