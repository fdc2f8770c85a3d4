"""The page on testing flows: its example is the sample's, its tables know every key, and what it says is typed."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from reconciler.manifest.load import load
from reconciler.manifest.testkinds import FlowTestSpec, Line
from reconciler.pytest_plugin import FlowRunner, _Project
from tests.support.session import Session

LINE = re.compile(r"^\| ((?:`[a-zA-Z]+: [^`]*`(?: or )?)+) \|", re.MULTILINE)


@pytest.fixture
def page(repository: Path) -> str:
    """Give the page."""
    return (repository / "docs" / "testing-flows.md").read_text(encoding="utf-8")


@pytest.fixture
def sample(repository: Path, tmp_path: Path) -> Path:
    """Give a copy of the sample, and the folder that it is in."""
    shutil.copytree(repository / "manifests", tmp_path / "manifests")
    return tmp_path


@pytest.fixture
def session(sample: Path) -> Iterator[Session]:
    """Give a terminal in that folder."""
    session = Session(sample)
    yield session
    session.close()


def block(page: str, language: str) -> str:
    """Give the first fenced block of a language."""
    found = re.search(rf"```{language}\n(.*?)```", page, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_the_example_is_one_of_the_sample(page: str, repository: Path):
    """What the page shows stands in the sample, and passes there."""
    shown = yaml.safe_load(block(page, "yaml"))
    texts = (repository / "manifests" / "tests" / "support-bot.yaml").read_text(encoding="utf-8")
    assert shown in list(yaml.safe_load_all(texts))


def test_the_tables_know_every_line(page: str):
    """Each key of a script's lines is in one of the two tables, and each of theirs is a key."""
    told = [key for row in LINE.findall(page) for key in re.findall(r"`([a-zA-Z]+): ", row)]
    assert sorted(set(told)) == sorted({field.alias or name for name, field in Line.model_fields.items()})


def test_every_key_of_a_test_is_named(page: str):
    """The page names each key that a test may have."""
    keys = {field.alias or name for name, field in FlowTestSpec.model_fields.items()} - {"description", "flow"}
    assert {key for key in keys if f"`{key}" not in page and f"{key}:" not in page} == set()


def test_a_failure_looks_like_that(page: str, session: Session):
    """What is typed on the page shows the very output that stands there."""
    for part in re.split(r"^\$ ", block(page, "console"), flags=re.MULTILINE)[1:]:
        line, _, output = part.partition("\n")
        words = shlex.split(line)
        if words[0] == "sed":
            subprocess.run(words, cwd=session.folder, check=True)  # noqa: S603 - what our own page says
        else:
            assert session.run(*words[1:]).results.strip() == output.strip()


def test_what_is_to_be_typed_works(page: str, session: Session):
    """Every command of the page runs on the sample, and finds nothing to complain about."""
    for line in block(page, "sh").splitlines():
        seen = session.run(*shlex.split(line)[1:])
        assert seen.code == 0, seen.text


def test_the_python_runs(page: str, sample: Path):
    """The function of the page passes."""
    root = sample / "manifests"
    loaded = load(root, None, variables={}, variable_files=(), process_environment=os.environ)
    scope: dict[str, object] = {}
    exec(block(page, "python"), scope)  # noqa: S102 - our own page
    test = scope["test_address"]
    assert callable(test)
    test(FlowRunner(_Project(root, loaded.tests())))
