"""Definitions are loaded in the terms of the chosen environment, whatever account they were exported from."""

import json

import pytest

TWO = """\
apiVersion: studio.reconciler.dev/v1
kind: Project
metadata: {name: clinic}
spec:
  defaultEnvironment: production
  environments:
    staging:
      account: AC000000000000000000000000000000c3
      bindings: {workflow/desk: WW000000000000000000000000000000c3, flow/reminder: FW000000000000000000000000000000c3}
    production:
      account: AC000000000000000000000000000000a1
      bindings: {%s}
"""
OURS, THEIRS = "WW000000000000000000000000000000a1", "WW000000000000000000000000000000c3"
BOTH = f"workflow/desk: {OURS}"


def enqueue(workflow):
    """Give a widget that enqueues a call."""
    return {"name": "queue", "type": "enqueue-call", "transitions": [], "properties": {"workflow_sid": workflow}}


def loaded(folder, name="reminder"):
    """Load, and give the one flow."""
    (flow,) = [flow for address, flow in folder.load().desired.flows.items() if address.name == name]
    return flow


def test_an_identifier_of_another_environment_becomes_our_own(folder, definition):
    """The definition is in our terms, what the file says is kept beside it, and the other way round in staging."""
    folder.write({"project.yaml": TWO % BOTH, "reminder.json": definition(enqueue(THEIRS))})
    flow = loaded(folder)
    assert flow.definition.data()["states"][1]["properties"] == {"workflow_sid": OURS}
    assert flow.written is not None
    assert THEIRS in flow.written.text
    assert flow.unbound == ()
    folder.environment = "staging"
    assert THEIRS in loaded(folder).definition.text


@pytest.mark.parametrize("inline", [False, True])
def test_what_is_not_bound_here_is_noted_with_its_place(folder, texts, definition, inline):
    """The file, line and column of what cannot be translated are those of its value, in JSON as in YAML."""
    text = definition(enqueue(THEIRS))
    files = {"project.yaml": TWO % "", "reminder.json": text}
    if inline:
        files = {"project.yaml": TWO % "", "flow.yaml": texts["flow"].replace("{file: reminder.json}", text)}
    folder.write(files)
    (fault,) = loaded(folder).unbound
    file = "flow.yaml" if inline else "reminder.json"
    lines = files[file].splitlines()
    line = next(number for number, one in enumerate(lines, 1) if THEIRS in one)
    assert str(fault.place) == f"{file}:{line}:{lines[line - 1].index(THEIRS)}"
    assert (fault.rule, fault.severity, fault.widget) == ("unbound", "error", "queue")
    assert fault.property == "properties.workflow_sid"


def test_definitions_without_identifiers_of_others_are_the_same_objects(folder, definition):
    """What holds nothing of another environment is not touched, not even rewritten."""
    folder.write({"project.yaml": TWO % BOTH, "reminder.json": definition(enqueue(OURS))})
    flow = loaded(folder)
    assert flow.written is None
    assert json.loads(flow.definition.text) == json.loads(definition(enqueue(OURS)))


def test_placeholders_and_identifiers_live_side_by_side(folder, definition):
    """`${binding.…}` stands for our own identifier, which is not translated again."""
    folder.write({"project.yaml": TWO % BOTH, "reminder.json": definition(enqueue("${binding.workflow/desk}"))})
    assert OURS in loaded(folder).definition.text


def test_the_table_holds_every_environment(folder):
    """All bindings of all environments are known to whoever asks, imported flows among them."""
    imports = "      imports: {Flow/reminder: FW000000000000000000000000000000a1}\n"
    folder.write({"project.yaml": TWO % BOTH + imports})
    desired = folder.load().desired
    assert desired.bindings["production"] == {
        "flow/reminder": "FW000000000000000000000000000000a1",
        "workflow/desk": OURS,
    }
    assert desired.bindings["staging"]["workflow/desk"] == THEIRS
