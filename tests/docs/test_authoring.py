"""What the page on writing definitions shows is loaded, composed and checked."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from reconciler.definition.check import check
from reconciler.manifest.load import Loaded, load
from reconciler.model.address import flow

PROJECT = """\
apiVersion: studio.reconciler.dev/v1
kind: Project
metadata: {name: clinic}
spec: {environments: {local: {endpoint: embedded}}}
"""
FLOW = """\
---
apiVersion: studio.reconciler.dev/v1
kind: Flow
metadata: {name: %s}
spec: {definition: {file: flows/%s.yaml}}
"""


@pytest.fixture
def examples(repository: Path) -> list[str]:
    """Give the YAML of the page: a definition, a group, and a definition that includes it."""
    text = (repository / "docs" / "authoring.md").read_text(encoding="utf-8")
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)


@pytest.fixture
def loaded(tmp_path: Path, examples: list[str]) -> Loaded:
    """Load a project of the examples."""
    files = ("flows/voicemail.yaml", "shared/goodbye.yaml", "flows/goodbye.yaml")
    for name, text in zip(files, examples, strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    documents = PROJECT + FLOW % ("voicemail", "voicemail") + FLOW % ("goodbye", "goodbye")
    (tmp_path / "project.yaml").write_text(documents, encoding="utf-8")
    return load(tmp_path, None, variables={}, variable_files=[], process_environment={})


def test_the_examples_are_right(loaded: Loaded):
    """Both definitions of the page pass the checks, and the one that includes has the group's widgets."""
    for address, desired in loaded.desired.flows.items():
        found = check(desired.definition, file=desired.source, text=loaded.text(address))
        assert [finding for finding in found if finding.severity != "note"] == []
    states = loaded.desired.flows[flow("goodbye")].definition.data()["states"]
    assert [state["name"] for state in states] == ["Trigger", "bye_say", "bye_send", "hang_up"]
    assert states[2]["properties"]["body"] == "You heard: Thank you for calling, {{trigger.call.From}}."
    assert {one["next"] for one in states[2]["transitions"]} == {"hang_up"}


def test_the_schema_takes_the_group(examples: list[str], repository: Path):
    """The JSON Schema of groups takes the page's group and include, and no misspelt key."""
    schema = json.loads((repository / "schemas" / "widgetgroup.schema.json").read_text(encoding="utf-8"))
    group, outer = yaml.safe_load(examples[1]), yaml.safe_load(examples[2])
    validator = jsonschema.Draft202012Validator(schema)
    validator.validate(group)
    validator.validate({"states": [outer["states"][1]]})
    assert not validator.is_valid({**group, "exit": []})
    assert not validator.is_valid({"states": [{"include": {"prefix": "x_"}}]})


def test_the_page_names_every_key_of_an_include(repository: Path):
    """The table of keys is that of the schema."""
    text = (repository / "docs" / "authoring.md").read_text(encoding="utf-8")
    table = text.split("| key of `include` |")[1].split("\n\n")[0]
    schema = json.loads((repository / "schemas" / "widgetgroup.schema.json").read_text(encoding="utf-8"))
    assert re.findall(r"^\| `([a-z]+)` \|", table, re.MULTILINE) == list(schema["$defs"]["Include"]["properties"])
