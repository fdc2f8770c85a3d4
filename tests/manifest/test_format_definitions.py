"""`fmt` and definitions: one form for JSON and YAML that never changes what is sent."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.definition.arrangement import arranged
from reconciler.definition.document import of, render
from reconciler.manifest.findings import Findings
from reconciler.manifest.format import fmt, format_yaml
from reconciler.manifest.roundtrip import NotFaithfulError
from reconciler.manifest.yamlscalar import block
from reconciler.manifest.yamltext import read

STUDIO = Path(__file__).parents[2] / ".." / "shared" / "studio"
here = pytest.mark.skipif(not STUDIO.is_dir(), reason="the corpus is not here")
UGLY = """\
flags: {allow_concurrent_calls: true}
# what patients hear
states:
- { "name": "Trigger", "type": "trigger",
    "transitions": [ {"event": "incomingCall", "next": "say"},
                     {"event": "incomingMessage"} ],
    "properties": {"offset": {"x": 0, "y": 0}} }
-   name: say   # the greeting
    type: say-play
    transitions: [{event: audioComplete,   next: null}]
    properties:
        say: "Good morning.\\n\\nWho is it?"
        loop:   1
        note: 'one line: only'
"""
PRETTY = """\
flags: {allow_concurrent_calls: true}
# what patients hear
states:
  - "name": "Trigger"
    "type": "trigger"
    "transitions":
      - {"event": "incomingCall", "next": "say"}
      - {"event": "incomingMessage"}
    "properties": {"offset": {"x": 0, "y": 0}}
  - name: say   # the greeting
    type: say-play
    transitions: [{event: audioComplete, next: null}]
    properties:
      say: |-
        Good morning.

        Who is it?
      loop: 1
      note: 'one line: only'
"""


def meaning(text):
    """Give what the documents of a text mean, with numbers of different types told apart."""
    findings = Findings()
    found = json.dumps([document.data for document in read(text.encode(), "", findings)])
    assert not findings.failed
    return found


def test_yaml_definitions_become_blocks():
    """What is spread over lines becomes blocks, texts of several lines block scalars; comments and quotes stay."""
    assert format_yaml(UGLY) == PRETTY
    assert format_yaml(PRETTY) == PRETTY
    assert meaning(UGLY) == meaning(PRETTY)


def test_inline_definitions_become_blocks_too():
    """A JSON export pasted into a manifest is not squeezed into one line."""
    head = "apiVersion: studio.reconciler.dev/v1\nkind: Flow\nmetadata: {name: x}\nspec:\n  definition: "
    body = json.dumps({"states": [{"name": "T", "properties": {"say": "a\nb\n"}}], "flags": {}}, indent=2)
    done = format_yaml(head + body.replace("\n", "\n  ") + "\n")
    assert done == (
        head.rstrip(" ") + '\n    "states":\n      - "name": "T"\n        "properties":\n          "say": |\n'
        '            a\n            b\n    "flags": {}\n'
    )
    assert format_yaml(done) == done


def test_what_cannot_be_a_block_stays():
    """A comment inside a collection that cannot keep it leaves at least the comment in the file."""
    text = "states: [{name: a, # why\n  type: b}]\n"
    try:
        done = format_yaml(text)
    except NotFaithfulError:
        done = text
    assert "# why" in done
    assert meaning(done) == meaning(text)


def test_json_keys_stand_in_the_consoles_order(folder):
    """Top level, states, transitions and conditions get the Console's order; properties and lists keep theirs."""
    condition = {"type": "equal_to", "value": "1", "friendly_name": "x", "arguments": ["{{a}}"]}
    transition = {"conditions": [condition], "event": "match", "next": "b", "odd": 1}
    state = {"properties": {"z": 1, "a": 2}, "transitions": [transition], "type": "split-based-on", "name": "a"}
    data = {"flags": {}, "states": [state, {"name": "b", "type": "x"}], "description": "d", "initial_state": "a"}
    folder.write({"reminder.json": json.dumps(data, indent="\t")})
    before = folder.load().desired
    assert fmt(folder.root).changed == ("reminder.json",)
    text = (folder.root / "reminder.json").read_text()
    assert text == render(json.loads(text))
    done = json.loads(text)
    assert list(done) == ["description", "states", "initial_state", "flags"]
    assert list(done["states"][0]) == ["name", "type", "transitions", "properties"]
    assert list(done["states"][0]["transitions"][0]) == ["next", "event", "conditions", "odd"]
    assert list(done["states"][0]["transitions"][0]["conditions"][0]) == ["friendly_name", "arguments", "type", "value"]
    assert list(done["states"][0]["properties"]) == ["z", "a"]
    assert folder.load().desired == before
    assert fmt(folder.root, check=True).changed == ()


def test_groups_are_formatted_where_they_are_included(folder, texts):
    """JSON groups named by JSON and YAML definitions, and by other groups, are files of the project too."""
    group = '{"states":[{"type":"say-play","name":"%s"}%s]}'
    inner = ',{"include":{"file":"c.json"}}'
    yaml = "states:\n  - include: {file: shared/a.yaml}\n  - include: {file: shared/b.json, prefix: p_}\n"
    folder.write(
        {
            "flow.yaml": texts["flow"].replace("reminder.json", "reminder.yaml"),
            "reminder.yaml": yaml,
            "shared/a.yaml": "states: [{name: a, type: say-play}]\n",
            "shared/b.json": group % ("b", inner),
            "shared/c.json": group % ("c", ""),
        }
    )
    before = folder.load().desired
    done = fmt(folder.root)
    assert (done.findings, done.changed) == ((), ("shared/b.json", "shared/c.json"))
    assert folder.load().desired == before
    assert fmt(folder.root, check=True).changed == ()


TEXTS = st.text(st.sampled_from("ab \n\t#:'\"{}|>-é\\$%&*!"), max_size=14) | st.sampled_from(
    ["a\nb", "a\n\nb\n", "x\n "]
)
VALUES = st.recursive(
    TEXTS | st.none() | st.booleans() | st.integers(-9, 99) | st.floats(-5, 5, width=16),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
)
STATES = st.lists(
    st.dictionaries(st.sampled_from(["name", "properties", "transitions"]), VALUES, max_size=3), max_size=3
)


@given(states=STATES, indent=st.sampled_from([None, 1, 2, 4]), inline=st.booleans(), comment=st.booleans())
@example(states=[{"name": "a\nb"}], indent=2, inline=True, comment=True)
def test_formatting_yaml_never_changes_meaning(states, indent, inline, comment):
    """However a definition is written in YAML, its format means the same, byte for byte of JSON, and is stable."""
    body = (
        json.dumps({"states": states}, indent=indent)
        if indent is not None
        else block({"states": states}, "", offset="")
    )
    if inline:
        body = "kind: Flow\nspec:\n  definition:\n    " + body.replace("\n", "\n    ")
        body = "\n".join(line.rstrip() if not line.strip() else line for line in body.split("\n"))
    text = ("# first\n" if comment else "") + body + "\n"
    try:
        done = format_yaml(text)
    except NotFaithfulError:
        return
    assert meaning(done) == meaning(text)
    assert done.count("#") == text.count("#")
    assert format_yaml(done) == done


@given(states=STATES, flags=VALUES)
def test_arranging_keys_never_changes_a_definition(states, flags):
    """Keys in order are the same definition by both digests, and stay in order."""
    data = {"flags": flags, "states": states, "zzz": 1, "description": "x"}
    done = arranged(data)
    assert of(done).digests == of(data).digests
    assert json.dumps(arranged(done)) == json.dumps(done)


@here
def test_real_flows_are_formatted_and_stay_what_they_are():
    """Every real flow keeps its digests when its keys are arranged; small ones mean the same as formatted YAML."""
    for file in sorted(STUDIO.glob("corpus/*.json")):
        data = json.loads(file.read_bytes())
        assert of(arranged(data)).digests == of(data).digests, file.name
        if file.stat().st_size > 6_000:
            continue  # ruamel.yaml takes a second for a large one
        text = block(data, "", offset="") + "\n"
        done = format_yaml(text)
        assert meaning(done) == meaning(text), file.name
