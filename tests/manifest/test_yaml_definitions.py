"""Definitions written in YAML, as files and inline: the same content as JSON, with places."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.definition.check import check
from reconciler.definition.document import of
from reconciler.manifest.findings import Findings
from reconciler.manifest.source import in_document, only_document
from reconciler.manifest.yamlscalar import block
from reconciler.model.address import flow

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "studio" / "corpus"
REMINDER = flow("reminder")
YAML = """\
# what patients hear
description: A flow
states:
  - name: Trigger
    type: trigger
    transitions: [{event: incomingMessage, next: say}]
    properties: {}
  - name: say
    type: say-play
    transitions:
      - event: audioComplete
    properties:
      # long texts as blocks
      say: |-
        Good morning.
          {{ contact.channel.address }}: "yes", 'no'

        Goodbye.
      voice: on
      digits: 1e3
      answers: [yes, no, off, 2024-01-01, 12:30, 0o17, 010, 1_000, ~, "null", 1e3, 1.50]
initial_state: Trigger
flags: {allow_concurrent_calls: true}
"""
NAMED = "  definition: {file: reminder.yaml}\n"


def in_yaml(folder, text=YAML, flow_text=None, texts=None):
    """Give a project whose flow names a YAML definition."""
    document = (flow_text or texts["flow"]).replace("  definition: {file: reminder.json}\n", NAMED)
    (folder.root / "reminder.json").unlink()
    return folder.write({"flow.yaml": document, "reminder.yaml": text})


def test_a_yaml_file_is_a_definition(folder, texts):
    """Block scalars keep their lines, and what YAML 1.1 takes for booleans, dates and octals is text or a number."""
    loaded = in_yaml(folder, texts=texts).load()
    desired = loaded.desired.flows[REMINDER]
    properties = desired.definition.data()["states"][1]["properties"]
    assert desired.source == "reminder.yaml"
    assert properties["say"] == "Good morning.\n  {{ contact.channel.address }}: \"yes\", 'no'\n\nGoodbye."
    assert (properties["voice"], properties["digits"]) == ("on", 1000.0)
    answers = ["yes", "no", "off", "2024-01-01", "12:30", 15, 10, "1_000", None, "null", 1000.0, 1.5]
    assert json.dumps(properties["answers"]) == json.dumps(answers)
    assert list(desired.definition.data()) == ["description", "states", "initial_state", "flags"]


def test_yaml_inline_means_the_same_as_the_file(folder, texts):
    """The same YAML inside the manifest gives the same definition, byte for byte as it would be sent."""
    inline = "  definition:\n" + "".join(f"    {line}".rstrip() + "\n" for line in YAML.splitlines())
    document = texts["flow"].replace("  definition: {file: reminder.json}\n", inline)
    inside = folder.write({"flow.yaml": document}).load().desired.flows[REMINDER].definition
    outside = in_yaml(folder, texts=texts).load().desired.flows[REMINDER].definition
    assert inside.text == outside.text


def test_findings_name_line_and_column_of_the_yaml_file(folder, texts):
    """What is wrong with a widget, and a placeholder that means nothing, is placed in the YAML definition."""
    dangling = YAML.replace("next: say", "next: sya")
    loaded = in_yaml(folder, dangling, texts=texts).load()
    found = check(loaded.desired.flows[REMINDER].definition, file="reminder.yaml", text=loaded.text(REMINDER))
    assert ("reminder.yaml", 6, 50) in [(f.place.file, f.place.line, f.place.column) for f in found if f.place]
    folder.write({"reminder.yaml": YAML.replace("Goodbye.", "${var.bye}")})
    assert folder.faults() == [("unknown-variable", "reminder.yaml:14:12")]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("states: [\n", ("yaml-syntax", "reminder.yaml:2:1")),
        ("states: []\n---\nstates: []\n", ("not-a-flow", "reminder.yaml:3:1")),
        ("", ("not-a-flow", "reminder.yaml:1:1")),
        ("states: {a: 1}\n", ("not-a-flow", "reminder.yaml:1:1")),
        ("states: []\nstates: []\n", ("duplicate-key", "reminder.yaml:2:1")),
        ("states: []\nx: .inf\n", ("no-json", "reminder.yaml:2:4")),
        ("states: [{type: InitialState}]\n", ("legacy-export", "reminder.yaml:1:1")),
    ],
)
def test_a_yaml_file_that_is_no_definition_is_refused(folder, texts, text, fault):
    """Broken YAML, several documents, none, and other shapes are faults at their places, each told once."""
    assert in_yaml(folder, text, texts=texts).faults() == [fault]


def test_a_yaml_definition_is_no_manifest(folder, texts):
    """A YAML document with states and without a kind is left to whoever names it; one that nobody names is nothing."""
    loaded = in_yaml(folder, texts=texts).write({"shared/unused.yaml": YAML}).load()
    assert list(loaded.desired.flows) == [REMINDER]


def test_a_missing_yaml_file_names_the_nearest(folder, texts):
    """The nearest file is offered, whatever its language."""
    in_yaml(folder, texts=texts).write({"flow.yaml": texts["flow"].replace("reminder.json", "remindr.yaml")})
    (finding,) = folder.findings()
    assert (finding.rule, finding.hint) == ("missing-file", "Did you mean 'reminder.yaml'?")


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**6)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30)
    | st.sampled_from(["yes", "on", "~", "0x1F", "1e3", "2024-01-01", "a: b", "# x", "- a", "x\n  y\n", " \n", "${a}"])
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


def as_yaml(data: dict[str, object]):
    """Write a definition as YAML and read it again."""
    findings = Findings()
    document = only_document((block(data, "", offset="  ") + "\n").encode(), "x.yaml", findings)
    assert document is not None, findings.sorted()
    source = in_document(document, (), document.data, findings)
    assert source is not None, findings.sorted()
    return source.definition


@given(properties=st.dictionaries(st.text(min_size=1, max_size=5), VALUES, max_size=4))
def test_yaml_and_json_are_the_same(properties):
    """Whatever a definition holds, written as YAML it is read as the same bytes of JSON."""
    data = {"description": "x", "states": [{"name": "a", "properties": properties}]}
    assert as_yaml(data).text == of(data).text


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not here")
def test_real_flows_are_the_same_in_yaml():
    """Every real flow, written as YAML, is read as the same bytes of JSON."""
    files = sorted(CORPUS.glob("*.json"))
    assert len(files) > 30
    for file in files:
        data = json.loads(file.read_text(encoding="utf-8"))
        assert as_yaml(data).text == of(data).text, file.name
