"""`render`, `convert` and includes on the command line."""

import json
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import jsonschema
import pytest

from reconciler.definition.document import of

CANARY = "canary-5f2c-never-shown"
OLD = {
    "description": "Old",
    "states": [
        {
            "name": "Trigger",
            "type": "InitialState",
            "sid": "FF1",
            "properties": {"flow_url": "https://x.example/"},
            "transitions": [{"event": "incomingCall", "conditions": [], "next": "FF2", "uuid": "u1"}],
        },
        {"name": "bye", "type": "SayPlay", "sid": "FF2", "properties": {"say": "Bye", "play": None}, "transitions": []},
    ],
}
CALLS = """\
description: Calls another flow
states:
  - {name: Trigger, type: trigger, transitions: [{event: incomingCall, next: call}], properties: {}}
  - name: call
    type: run-subflow
    transitions: [{event: completed, next: bye_say}, {event: failed}]
    properties: {flow_sid: "${flow.hello.sid}", flow_revision: LatestPublished}
  - include: {file: ../shared/bye.yaml, prefix: bye_, with: {text: "Bye. $${var.key} {{widgets.call.x}}"}}
initial_state: Trigger
flags: {}
"""
BYE = """\
parameters: {text: {}}
states:
  - {name: say, type: say-play, transitions: [{event: audioComplete}], properties: {say: "${param.text}"}}
"""


@pytest.fixture
def composed(project):
    """Give a project whose menu is YAML, calls hello and includes a group."""
    (project.manifests / "shared").mkdir()
    (project.manifests / "shared" / "bye.yaml").write_text(BYE)
    (project.manifests / "flows" / "menu.yaml").write_text(CALLS)
    manifest = project.manifests / "menu.yaml"
    manifest.write_text(manifest.read_text().replace("menu.json", "menu.yaml"))
    return project


def test_render_prints_what_is_sent(composed, cli):
    """What render prints is, once the state knows the SIDs, the body that Studio has."""
    before = cli("render", "menu")
    assert (before.code, "no-sid-yet" in before.err) == (0, True)
    assert before.json["states"][1]["properties"]["flow_sid"] == "${flow.hello.sid}"
    assert cli("apply", "--auto-approve").code == 0
    after = cli("render", "menu")
    assert (after.code, after.err) == (0, "")
    assert after.json["states"][1]["properties"]["flow_sid"].startswith("FW")
    assert after.json["states"][2]["name"] == "bye_say"
    assert after.json["states"][2]["properties"]["say"] == "Bye. ${var.key} {{widgets.call.x}}"
    assert list(after.json) == ["description", "states", "initial_state", "flags"]
    assert of(after.json).digests.full == composed.state()["resources"]["Flow/menu"]["sent"]["full"]
    assert "No changes." in cli("plan").out


def test_render_masks_secrets_unless_asked(cli):
    """Sensitive variables are covered; --show-sensitive prints them, --canonical sorts keys on one line."""
    covered, shown = cli("render", "hello"), cli("render", "Flow/hello", "--show-sensitive")
    assert covered.json["states"][2]["properties"]["url"] == "https://shop.example/(sensitive)"
    assert shown.json["states"][2]["properties"]["url"] == f"https://shop.example/{CANARY}"
    assert CANARY not in covered.out + covered.err
    line = cli("render", "hello", "--canonical").out
    assert line.count("\n") == 1
    assert line == json.dumps(covered.json, sort_keys=True, separators=(",", ":")) + "\n"


def test_render_takes_environment_and_variables(cli):
    """Another environment and --var change what is printed; what is not declared is refused."""
    found = cli("render", "hello", "--environment", "production", "--var", "key=mine", "--show-sensitive")
    assert found.json["states"][2]["properties"]["url"] == "https://shop.example/mine"
    assert cli("render", "nobody").code == 1


@pytest.mark.usefixtures("composed")
def test_render_and_convert_fit_their_schemas(cli, repository):
    """With --json both give one document that its schema takes."""
    Path("old.json").write_text(json.dumps(OLD))
    for command, schema in ((("render", "menu"), "render"), (("convert", "old.json"), "convert")):
        found = cli(*command, "--json")
        assert found.code == 0
        jsonschema.validate(found.json, json.loads((repository / "schemas" / f"{schema}.schema.json").read_text()))
    assert cli("render", "menu", "--json").json["waiting"] == ["Flow/hello"]


def test_convert_prints_or_writes_the_definition(project, cli):
    """An old export is printed in the current format, or written as JSON or YAML that the project takes."""
    Path("old.json").write_text(json.dumps(OLD))
    printed = cli("convert", "old.json")
    assert (printed.code, printed.json["states"][0]["type"]) == (0, "trigger")
    assert "legacy-export" in printed.err
    for target in ("manifests/flows/hello.json", "manifests/flows/hello.yaml"):
        assert cli("convert", "old.json", "--output", target, "--force").code == 0
    assert json.loads(Path("manifests/flows/hello.json").read_text()) == printed.json
    manifest = project.manifests / "hello.yaml"
    manifest.write_text(manifest.read_text().replace("hello.json", "hello.yaml"))
    assert cli("validate").code == 0
    assert cli("render", "hello").json == printed.json


def test_convert_overwrites_nothing_unasked(cli):
    """A file that is there stays, unless --force is said; a file that cannot be read is said."""
    Path("old.json").write_text(json.dumps(OLD))
    before = Path("manifests/flows/hello.json").read_bytes()
    assert cli("convert", "old.json", "--output", "manifests/flows/hello.json").code == 1
    assert Path("manifests/flows/hello.json").read_bytes() == before
    assert cli("convert", "nothing.json").code == 1
    assert cli("convert", "old.json", "--output", "no/such/folder/x.json").code == 1


def test_what_cannot_be_converted_ends_with_an_error(cli):
    """A widget without a counterpart is named, once, and the exit code is 1; the rest is converted all the same."""
    odd = json.loads(json.dumps(OLD))
    odd["states"][1]["type"] = "Teleport"
    Path("odd.json").write_text(json.dumps(odd))
    found = cli("convert", "odd.json")
    assert (found.code, found.json["states"][0]["type"], found.err.count("'bye'")) == (1, "trigger", 1)


def test_a_legacy_export_names_the_command_that_converts_it(cli):
    """Where a manifest names an old export, a whole resource or JSON with comments, the hint is `convert`."""
    for text in (json.dumps(OLD), json.dumps({"sid": "FW1", "definition": {}}), '{"states": [] // x\n}'):
        Path("manifests/flows/hello.json").write_text(text)
        found = cli("validate")
        assert (found.code, "reconciler convert" in found.err) == (1, True), text


def test_lint_repairs_own_widgets_and_leaves_shared_ones(composed, cli):
    """A safe repair of a widget that the file itself has is made; one of a group's widget is only told."""
    own = composed.manifests / "flows" / "menu.yaml"
    own.write_text(own.read_text().replace("{event: failed}", "{event: failed, name: call}"))
    group = composed.manifests / "shared" / "bye.yaml"
    shared = group.read_text().replace("{event: audioComplete}", "{event: audioComplete, name: call}")
    group.write_text(shared)
    found = cli("lint", "--fix")
    assert "{event: failed, next: call}" in own.read_text()
    assert "include: {file: ../shared/bye.yaml, prefix: bye_" in own.read_text()
    assert group.read_text() == shared
    assert "included at flows/menu.yaml" in found.out + found.err


def test_an_edit_of_the_console_comes_home_beside_includes(composed, cli, studio):
    """A person's edit of an own widget is pulled into the YAML, includes stay; one of a group's widget is refused."""
    here = ("--endpoint", studio.url)
    assert cli("apply", "--auto-approve", *here).code == 0
    sid = next(row["sid"] for row in cli("status", "--json", *here).json["resources"] if row["address"] == "Flow/menu")
    body = cli("render", "menu", "--show-sensitive", *here).json
    body["states"][1]["transitions"][1]["next"] = "bye_say"
    in_console(studio, sid, body)
    assert cli("pull", "--auto-approve", *here).code == 0
    text = (composed.manifests / "flows" / "menu.yaml").read_text()
    assert text == CALLS.replace("{event: failed}", "{event: failed, next: bye_say}")
    assert "No changes." in cli("plan", *here).out
    body["states"][2]["properties"]["say"] = "Farewell"
    in_console(studio, sid, body)
    refused = cli("pull", "--auto-approve", *here)
    assert (refused.code != 0, "bye_say (shared/bye.yaml)" in refused.out + refused.err) == (True, True)
    assert (composed.manifests / "flows" / "menu.yaml").read_text() == text


def in_console(studio, sid, body):
    """Publish a body as a person in the Console would."""
    form = {"FriendlyName": "The menu", "Status": "published", "Definition": json.dumps(body)}
    with urlopen(Request(f"{studio.url}/_console/Flows/{sid}", urlencode(form).encode()), timeout=10) as answer:  # noqa: S310 - our own address
        answer.read()


def test_a_definition_with_includes_is_no_export_to_convert(cli):
    """A definition that includes shared groups is refused with its place: it is in the current format already."""
    definition = {"initial_state": "trigger", "states": [{"include": "hours", "as": "open"}]}
    Path("composed.json").write_text(json.dumps(definition), "utf-8")
    found = cli("convert", "composed.json")
    assert (found.code, "[composed]" in found.err, "reconciler render" in found.err) == (1, True, True)
