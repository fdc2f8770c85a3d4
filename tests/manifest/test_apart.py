"""Edits of composed definitions come home where they belong to the file itself, and are refused where groups say it."""

import json

import pytest

from reconciler.errors import RefusedError
from reconciler.manifest.write import rewritten
from reconciler.model.address import flow
from reconciler.model.finding import Place

REMINDER = flow("reminder")
FLOW = """\
description: A flow   # for patients
states:
  - name: Trigger
    type: trigger
    transitions: [{event: incomingCall, next: a_say}]
    properties: {}
  # first one greeting, then the other
  - include: {file: greet.yaml, prefix: a_, with: {text: "Hello from ${var.clinic}"}, exits: {done: b_say}}
  - include: {file: greet.yaml, prefix: b_, with: {text: Bye}, exits: {done: hang}}
  - name: hang
    type: say-play
    transitions: [{event: audioComplete}]
    properties: {say: "${var.clinic} closes"}
initial_state: Trigger
flags: {}
"""
GREET = """\
parameters: {text: {}}
exits: [done]
states:
  - {name: say, type: say-play, transitions: [{event: audioComplete, next: done}], properties: {say: "${param.text}"}}
"""
NEW = {"name": "new", "type": "say-play", "transitions": [{"event": "audioComplete"}], "properties": {"say": "New"}}


@pytest.fixture(params=["file", "inline"])
def composed(request, folder, texts):
    """Give a project whose flow includes a group twice, in a YAML file and inline."""
    project = texts["project"].replace(
        "endpoint: embedded", "endpoint: embedded\n      variables: {clinic: The clinic}"
    )
    if request.param == "file":
        document = texts["flow"].replace("reminder.json", "reminder.yaml")
    else:
        inline = "  definition:\n" + "".join(f"    {line}\n" for line in FLOW.splitlines())
        document = texts["flow"].replace("  definition: {file: reminder.json}\n", inline)
    return folder.write({"project.yaml": project, "flow.yaml": document, "reminder.yaml": FLOW, "greet.yaml": GREET})


def edited(folder, change):
    """Give what the flow's file becomes when its body is changed, as lines that went and came."""
    desired = folder.load().desired.flows[REMINDER]
    data = json.loads(desired.definition.text)
    change(data["states"])
    done = rewritten(folder.root, desired, data)
    done.write()
    lines = [line for line in done.diff().splitlines()[2:] if line[0] in "+-"]
    loaded = folder.load().desired.flows[REMINDER].definition
    return [line[0] + line[1:].strip() for line in lines], json.loads(loaded.text)["states"] == data["states"]


def test_an_edit_of_an_own_widget_comes_home(composed):
    """A changed widget of the file itself changes its line alone; includes, comments and placeholders stay."""

    def change(states):
        states[3]["properties"]["say"] = "The clinic closes now"

    assert edited(composed, change) == (
        ['-properties: {say: "${var.clinic} closes"}', '+properties: {say: "${var.clinic} closes now"}'],
        True,
    )


def test_widgets_come_and_go_around_includes(composed):
    """A widget that was added stands where it was added; when it goes the file is what it was. Includes stay."""
    before = (composed.root / "reminder.yaml").read_bytes() + (composed.root / "flow.yaml").read_bytes()
    lines, same = edited(composed, lambda states: states.insert(1, NEW))
    assert (same, "+- name: new" in lines, [line for line in lines if "include" in line]) == (True, True, [])
    lines, same = edited(composed, lambda states: states.pop(1))
    assert (same, "-- name: new" in lines) == (True, True)
    assert (composed.root / "reminder.yaml").read_bytes() + (composed.root / "flow.yaml").read_bytes() == before


def test_nothing_changes_when_nothing_differs(composed):
    """The same body leaves the file as it is, byte for byte."""
    assert edited(composed, lambda _: None) == ([], True)


@pytest.mark.parametrize("what", ["changed", "removed"])
def test_an_edit_of_a_group_is_refused(composed, what):
    """A widget of a group that differs, or is missing, is named with the group's file; nothing is written."""
    before = {path: path.read_bytes() for path in composed.root.rglob("*.yaml")}

    def change(states):
        if what == "removed":
            del states[2]
        else:
            states[2]["properties"]["say"] = "Other"

    with pytest.raises(RefusedError) as caught:
        edited(composed, change)
    assert "b_say (greet.yaml)" in caught.value.message
    assert {path: path.read_bytes() for path in composed.root.rglob("*.yaml")} == before


def test_a_file_that_was_changed_meanwhile_is_refused(composed):
    """A file with fewer states than the load saw is not written."""
    desired = composed.load().desired.flows[REMINDER]
    text = (composed.root / desired.source).read_text()
    lines = [line for line in text.splitlines() if "include" not in line]
    (composed.root / desired.source).write_text("\n".join(lines) + "\n")
    with pytest.raises(RefusedError):
        rewritten(composed.root, desired, desired.definition.data())


def test_a_reference_to_nothing_is_placed_in_the_group(composed):
    """A reference in a group to a flow that no document declares is found in the group's file."""
    composed.write({"greet.yaml": GREET.replace("${param.text}", "${param.text} ${flow.nobody.sid}")})
    (finding,) = composed.findings()
    assert (finding.rule, finding.place) == ("unknown-flow", Place("greet.yaml", 4, 117))
