"""Project folders made of texts, and what loading them finds."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reconciler.errors import LoadError
from reconciler.manifest.load import Loaded, load
from reconciler.model.finding import Finding

PROJECT = """\
apiVersion: studio.reconciler.dev/v1
kind: Project
metadata: {name: clinic}
spec:
  environments:
    local:
      endpoint: embedded
"""
FLOW = """\
apiVersion: studio.reconciler.dev/v1
kind: Flow
metadata: {name: reminder}
spec:
  definition: {file: reminder.json}
"""
USERS = """\
apiVersion: studio.reconciler.dev/v1
kind: TestUsers
metadata: {name: testers}
spec:
  flow: reminder
  contacts: ["+15555550101"]
"""


def definition_text(*widgets: dict[str, object]) -> str:
    """Give a flow definition of a trigger and these widgets, as the Console shows it."""
    trigger = {"name": "Trigger", "type": "trigger", "transitions": [{"event": "incomingMessage"}], "properties": {}}
    body = {
        "description": "A flow",
        "states": [trigger, *widgets],
        "initial_state": "Trigger",
        "flags": {"allow_concurrent_calls": True},
    }
    return json.dumps(body, indent=2) + "\n"


def say(text: str) -> dict[str, object]:
    """Give a widget that says a text."""
    return {"name": "say", "type": "say-play", "transitions": [{"event": "audioComplete"}], "properties": {"say": text}}


def call(sid: str) -> dict[str, object]:
    """Give a widget that runs a subflow."""
    properties = {"flow_sid": sid, "flow_revision": "LatestPublished"}
    return {"name": "call", "type": "run-subflow", "transitions": [{"event": "completed"}], "properties": properties}


@dataclass
class ProjectFolder:
    """A project folder in the making."""

    root: Path
    environment: str | None = None
    variables: dict[str, str] = field(default_factory=dict)
    variable_files: list[Path] = field(default_factory=list)
    process: dict[str, str] = field(default_factory=dict)

    def write(self, files: Mapping[str, str | bytes]) -> "ProjectFolder":
        """Write these files, folders included."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return self

    def load(self) -> Loaded:
        """Load it."""
        return load(
            self.root,
            self.environment,
            variables=self.variables,
            variable_files=self.variable_files,
            process_environment=self.process,
        )

    def findings(self) -> tuple[Finding, ...]:
        """Load it, which must fail, and give all findings."""
        with pytest.raises(LoadError) as caught:
            self.load()
        return caught.value.findings

    def faults(self) -> list[tuple[str, str]]:
        """Load it, which must fail, and give rule and place of every error."""
        return [(found.rule, str(found.place)) for found in self.findings() if found.severity == "error"]


@pytest.fixture
def folder(tmp_path: Path) -> ProjectFolder:
    """Give a right project of one flow, to be spoilt or extended."""
    root = tmp_path / "manifests"
    root.mkdir()
    made = ProjectFolder(root)
    return made.write({"project.yaml": PROJECT, "flow.yaml": FLOW, "reminder.json": definition_text()})


@pytest.fixture
def widget() -> Callable[..., dict[str, object]]:
    """Give the maker of a widget that says a text."""
    return say


@pytest.fixture
def subflow() -> Callable[..., dict[str, object]]:
    """Give the maker of a widget that runs a subflow."""
    return call


@pytest.fixture
def definition() -> Callable[..., str]:
    """Give the maker of definitions."""
    return definition_text


@pytest.fixture
def texts() -> dict[str, str]:
    """Give the documents of the project, to be changed."""
    return {"project": PROJECT, "flow": FLOW, "users": USERS}
