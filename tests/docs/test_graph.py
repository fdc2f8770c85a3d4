"""The pictures of docs/graph.md are what the commands beside them give. UPDATE_EXPECTED=1 draws them anew."""

import json
import os
import shutil
from pathlib import Path

import pytest

from reconciler.cli.run import run


@pytest.fixture
def sample(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a copy of the sample, which is the current folder."""
    shutil.copytree(repository / "manifests", tmp_path / "manifests")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def same_as_the_page(repository: Path, drawn: Path):
    shown = repository / "docs" / "pictures" / drawn.name
    if os.environ.get("UPDATE_EXPECTED"):
        shutil.copyfile(drawn, shown)
    assert drawn.read_bytes() == shown.read_bytes()
    assert f"](pictures/{drawn.name})" in (repository / "docs" / "graph.md").read_text(encoding="utf-8")


def edited(path: Path):
    """Edit the flow as the page tells: a request more, a widget less, one renamed, one changed."""
    data = json.loads(path.read_text(encoding="utf-8"))
    states = {state["name"]: state for state in data["states"]}
    unknown, check, split = states["set_unknown"], states["check_hours"], states["split_status"]
    unknown["name"] = "set_unsure"
    next(t for t in check["transitions"] if t["event"] == "fail")["next"] = "report"
    data["states"].remove(states["set_holiday"])
    split["transitions"] = [t for t in split["transitions"] if t.get("next") != "set_holiday"]
    states["set_closed"]["properties"]["variables"][0]["value"] = "closed"
    report = {
        "name": "report",
        "type": "make-http-request",
        "transitions": [{"event": "success", "next": "set_unsure"}, {"event": "failed", "next": "set_unsure"}],
        "properties": {"method": "POST", "url": "https://clinic.example.org/outage", "offset": {"x": 760, "y": 280}},
    }
    data["states"].append(report)
    path.write_text(json.dumps(data, indent=2), encoding="utf-8")


def test_the_picture_of_a_flow(sample: Path, repository: Path):
    """The page shows what `graph opening-hours --desired` draws of the sample."""
    assert run(["graph", "opening-hours", "--desired", "--output", "opening-hours.svg"]) == 0
    same_as_the_page(repository, sample / "opening-hours.svg")


def test_the_picture_of_an_edit(sample: Path, repository: Path):
    """The page shows what `graph opening-hours --desired --against live` draws after an edit of the file."""
    assert run(["apply", "--auto-approve", "--target", "opening-hours"]) == 0
    edited(sample / "manifests" / "flows" / "opening-hours.json")
    told = ["graph", "opening-hours", "--desired", "--against", "live", "--layout", "auto", "--output"]
    assert run([*told, "opening-hours-edit.svg"]) == 0
    same_as_the_page(repository, sample / "opening-hours-edit.svg")
