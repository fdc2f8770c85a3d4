"""`fmt`: the project's format, which changes how files look and never what they mean."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.errors import UsageError
from reconciler.manifest.findings import Findings
from reconciler.manifest.format import fmt, format_yaml
from reconciler.manifest.roundtrip import NotFaithfulError
from reconciler.manifest.yamltext import read

UGLY = """\
# about the file
kind: Flow   # tail of kind
# about the version
apiVersion: "studio.reconciler.dev/v1"
spec:
    friendlyName:   'no'
    commitMessage: |
        two
          lines
    # about the definition
    definition: {file:   reminder.json}
    previousNames:
    - a
    -   "12"
# about the name
metadata: {name:  reminder,labels: {tier: "1"}}
# the end
---
# second
kind: TestUsers
metadata: {name: testers}
apiVersion: studio.reconciler.dev/v1
spec: {flow: reminder, contacts: ["+15555550101"]}
"""
PRETTY = """\
# about the file
# about the version
apiVersion: "studio.reconciler.dev/v1"
kind: Flow   # tail of kind
# about the name
metadata: {name: reminder, labels: {tier: "1"}}
spec:
  friendlyName: 'no'
  commitMessage: |
    two
      lines
    # about the definition
  definition: {file: reminder.json}
  previousNames:
    - a
    - "12"
# the end
---
# second
apiVersion: studio.reconciler.dev/v1
kind: TestUsers
metadata: {name: testers}
spec: {flow: reminder, contacts: ["+15555550101"]}
"""


def meaning(text: str) -> list[object]:
    findings = Findings()
    documents = read(text.encode(), "x.yaml", findings)
    assert not findings.failed
    return [document.data for document in documents]


def test_yaml_gets_its_format():
    """Two spaces, list items indented, the usual order of keys; comments, quotes and texts stay."""
    after = format_yaml(UGLY)
    assert [line.strip() for line in after.splitlines()] == [line.strip() for line in PRETTY.splitlines()]
    assert meaning(after) == meaning(UGLY)


def test_formatting_twice_is_formatting_once():
    """What has its format keeps it."""
    assert format_yaml(format_yaml(UGLY)) == format_yaml(UGLY)


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: a\nkind: b\nmetadata: {name: x}\nspec: {no: on, t: 12:30, d: 2024-01-01, e: 1e3, o: 0o7, n: ~}\n",
        "spec: {a: b}\n# about the kind\nkind: b\n",
        "spec:\n- a\nkind: b",
        "{spec: 1, kind: b}\n",
        'spec: "a\\\n  b"\nkind: >-\n  folded\n  text\n\n  more\n',
        "a: &x [1, 2]\nkind: b\nb: *x\n",
        "- a\n- b\n",
        "kind: +12\napiVersion: 0x1F\n",
    ],
)
def test_odd_yaml_keeps_its_meaning(text):
    """Whatever looks like something else in YAML 1.1 or to another library means the same afterwards."""
    after = format_yaml(text)
    assert meaning(after) == meaning(text)
    assert format_yaml(after) == after


@given(
    st.dictionaries(
        st.sampled_from(["spec", "kind", "metadata", "apiVersion", "status", "x"]),
        st.recursive(
            st.text("abn0:1+- #{}[]'\"\n", max_size=12) | st.integers() | st.booleans() | st.none(),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abno", min_size=1), inner, max_size=3),
            max_leaves=8,
        ),
        min_size=1,
    )
)
def test_any_document_keeps_its_meaning(data):
    """Formatting any document gives the same document, in a format that stays."""
    text = "".join(f"{key}: {json.dumps(value)}\n" for key, value in data.items())
    after = format_yaml(text)
    assert meaning(after) == meaning(text)
    assert format_yaml(after) == after


def test_what_cannot_be_kept_is_not_touched():
    """A file that would lose something is refused by the formatter and left by `fmt`."""
    with pytest.raises(NotFaithfulError):
        format_yaml("---\n---\nkind: x\n")


def test_files_are_formatted_and_mean_the_same(folder, definition):
    """`fmt` writes YAML and the definitions that it names, other JSON stays, and the desired side does not change."""
    other = '{"not":  "ours"}'
    compact = json.dumps(json.loads(definition()))
    folder.write({"flow.yaml": UGLY, "reminder.json": compact, "other.json": other})
    before = folder.load().desired
    assert fmt(folder.root, check=True).changed == ("flow.yaml", "reminder.json")
    assert (folder.root / "reminder.json").read_text() == compact
    assert fmt(folder.root).changed == ("flow.yaml", "reminder.json")
    assert (folder.root / "reminder.json").read_text() == definition()
    assert (folder.root / "other.json").read_text() == other
    after = folder.load().desired
    assert after.digest == before.digest
    assert fmt(folder.root).changed == ()


def test_what_cannot_be_read_is_a_finding(folder):
    """Broken files are reported and left; the others are formatted."""
    folder.write(
        {"bad.yaml": "a: [\n", "reminder.json": "{", "ugly.yaml": "# nothing\n", "empty.yaml": "---\n---\nb: c\n"}
    )
    done = fmt(folder.root)
    assert [(found.rule, found.severity, found.place.file) for found in done.findings] == [
        ("yaml-syntax", "error", "bad.yaml"),
        ("not-formatted", "warning", "empty.yaml"),
        ("json-syntax", "error", "reminder.json"),
    ]


def test_no_folder_is_a_usage_error(tmp_path):
    """A folder that is not there is a mistake of the command line."""
    with pytest.raises(UsageError):
        fmt(tmp_path / "nowhere")
