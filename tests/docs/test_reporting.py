"""What docs/reporting.md shows is what the commands beside it give. UPDATE_EXPECTED=1 writes it anew."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.definition.outcomes import DELIVERIES, FAILURES, TIMEOUTS
from tests.support.session import Session
from tests.support.survey import run_survey

COMMAND = re.compile(r"```console\n\$ reconciler ([^\n]*)\n(.*?)```", re.DOTALL)
WIDE = {"COLUMNS": "100"}
RETENTION = "Studio keeps executions for 30 days"
"""How the remark begins that names a moment before today."""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """Give the sample after a day on which many answered its survey."""
    folder = tmp_path_factory.mktemp("survey")
    shutil.copytree(Path(__file__).parents[2] / "manifests", folder / "manifests")
    session = Session(folder)
    run_survey(session)
    yield session
    session.close()


def seen(session: Session, words: list[str]) -> str:
    """Type a command; give what it prints, without the remark on what Studio has forgotten."""
    found = session.run(*words, "--endpoint", f"http://{session.studio}", environment=WIDE)
    assert found.code == 0, found.text
    text = found.results.replace(" --endpoint http://127.0.0.1:8085", "")
    return text.split(f"\n{RETENTION}")[0].rstrip()


@pytest.mark.parametrize("place", [0, 1])
def test_the_page_shows_what_the_command_prints(session: Session, repository: Path, place: int):
    """Each command of the page, typed after a day of the survey, prints what stands there."""
    page = repository / "docs" / "reporting.md"
    text = page.read_text(encoding="utf-8")
    command, shown = COMMAND.findall(text)[place]
    printed = seen(session, command.split())
    if os.environ.get("UPDATE_EXPECTED"):
        block = f"$ reconciler {command}\n{shown}```"
        page.write_text(text.replace(block, f"$ reconciler {command}\n{printed}\n```"), encoding="utf-8")
        return
    assert printed == shown.rstrip()


def test_the_picture_of_the_page(session: Session, repository: Path):
    """The picture of the page is what its command draws."""
    drawn = session.folder / "satisfaction-survey-traffic.svg"
    command = next(
        line for line in (repository / "docs" / "reporting.md").read_text(encoding="utf-8").splitlines()
        if "--graph svg --output" in line
    )  # fmt: skip
    seen(session, command.split()[1:])
    shown = repository / "docs" / "pictures" / drawn.name
    if os.environ.get("UPDATE_EXPECTED"):
        shutil.copyfile(drawn, shown)
    assert drawn.read_bytes() == shown.read_bytes()


def test_the_page_names_every_event_that_counts(repository: Path):
    """The table of events is that of the code."""
    text = (repository / "docs" / "reporting.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z0-9-]+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$", text, re.MULTILINE)
    told = {kind: tuple(tuple(re.findall(r"`(\w+)`", cell)) for cell in cells) for kind, *cells in rows}
    assert told == {
        kind: (FAILURES.get(kind, ()), DELIVERIES.get(kind, ()), TIMEOUTS.get(kind, ()))
        for kind in {*FAILURES, *DELIVERIES, *TIMEOUTS}
    }
