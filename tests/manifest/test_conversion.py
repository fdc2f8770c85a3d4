"""`convert`: what people have in files becomes a definition of today, and what was left out is told."""

import json
from pathlib import Path

import pytest

from reconciler.definition.check import check
from reconciler.definition.document import of, parse
from reconciler.errors import LoadError
from reconciler.manifest.conversion import convert
from reconciler.manifest.findings import Findings
from reconciler.manifest.source import in_document, only_document

STUDIO = Path(__file__).parents[2] / ".." / "shared" / "studio"
here = pytest.mark.skipif(not STUDIO.is_dir(), reason="the corpus is not here")
BODY = {"description": "x", "states": [{"name": "T", "type": "trigger"}], "initial_state": "T", "flags": {}}
COMMENTED = """\
// who wrote this
{
  "description": "a // b, /* c */ ,]", /* more
  lines */
  "states": [
    {"name": "T", "type": "trigger", "url": "https://x.example/a", },  // the trigger
  ],
}
"""


def told(found):
    """Give rule, severity and place of what was said."""
    return [(one.rule, one.severity, str(one.place)) for one in found.findings]


def test_json_with_comments_and_last_commas_is_taken():
    """Comments and commas behind the last item go, each is told, texts that look like them stay."""
    done = convert(COMMENTED.encode(), "a/flow.json")
    assert done.data == {
        "description": "a // b, /* c */ ,]",
        "states": [{"name": "T", "type": "trigger", "url": "https://x.example/a"}],
    }
    assert told(done) == [
        ("comment-left-out", "note", "flow.json:1:1"),
        ("comment-left-out", "note", "flow.json:3:40"),
        ("comma-left-out", "note", "flow.json:6:66"),
        ("comma-left-out", "note", "flow.json:6:69"),
        ("comment-left-out", "note", "flow.json:6:72"),
        ("comma-left-out", "note", "flow.json:7:4"),
    ]


def test_prose_before_the_json_is_left_out():
    """A person's note above the export goes, and is told."""
    done = convert(b"Paste this into Studio:\n" + json.dumps(BODY).encode(), "flow.txt")
    assert (done.data, told(done)) == (BODY, [("prose-left-out", "note", "flow.txt:1:1")])


@pytest.mark.parametrize("definition", [BODY, json.dumps(BODY)])
def test_a_whole_resource_gives_its_definition(definition):
    """Out of a Flow of the API, and of a file with the definition as text, comes the definition."""
    text = json.dumps({"sid": "FW" + "0" * 32, "friendly_name": "x", "definition": definition}, indent=1)
    done = convert(text.encode(), "flow.json")
    assert (done.data, told(done)) == (BODY, [("api-resource", "note", "flow.json:4:16")])


def test_a_definition_of_today_stays_as_it_is_and_may_become_yaml():
    """Nothing is said of what needs no conversion; written as YAML it is the same definition, and back."""
    done = convert(json.dumps(BODY).encode(), "flow.json")
    assert (done.data, done.findings) == (BODY, ())
    assert json.loads(done.text()) == json.loads(done.text("x.json")) == BODY
    findings = Findings()
    document = only_document(done.text("x.yaml").encode(), "x.yaml", findings)
    assert document is not None
    source = in_document(document, (), document.data, findings)
    assert source is not None
    assert source.definition.text == of(BODY).text
    assert convert(done.text("x.yaml").encode(), "x.yaml") == done


@pytest.mark.parametrize(
    ("raw", "file", "rule"),
    [
        (b"\xff{}", "x.json", "not-utf8"),
        (b'{"states": [}', "x.json", "json-syntax"),
        (b"[]", "x.json", "not-an-object"),
        (b"{}", "x.json", "not-a-flow"),
        (b'{"definition": "{"}', "x.json", "json-syntax"),
        (b'{"definition": "[]"}', "x.json", "not-an-object"),
        (b"a: [", "x.yaml", "yaml-syntax"),
        (b"a: 1\n---\nb: 1\n", "x.yaml", "not-a-flow"),
    ],
)
def test_what_holds_no_flow_is_refused(raw, file, rule):
    """What cannot be read, or is no flow, is a load error with its rule."""
    with pytest.raises(LoadError) as caught:
        convert(raw, file)
    assert rule in {finding.rule for finding in caught.value.findings}


@here
def test_real_exports_of_before_2020_pass_the_checks():
    """Every old export of the corpus converts without an error and has none for the checks, nor for a second parse."""
    files = [*STUDIO.glob("corpus/odd/*.json"), *STUDIO.glob("corpus-revisions/qSharpy*/*.json")]
    converted = 0
    for file in files:
        if b'"InitialState"' not in file.read_bytes():
            continue
        done = convert(file.read_bytes(), file.name)
        converted += 1
        assert [one for one in done.findings if one.severity != "note"] == [], file
        definition = parse(done.text().encode(), file.name)
        assert [one for one in check(definition) if one.severity == "error"] == [], file
    assert converted >= 12


@here
def test_real_files_of_today_are_left_alone():
    """Every current flow of the corpus comes out as it went in; the one with a comment loses the comment alone."""
    for file in sorted(STUDIO.glob("corpus/*.json")):
        done = convert(file.read_bytes(), file.name)
        assert (done.data, done.findings) == (json.loads(file.read_bytes()), ()), file.name
    (commented,) = STUDIO.glob("corpus/odd/*intake*.json")
    assert [one.rule for one in convert(commented.read_bytes(), commented.name).findings] == ["comment-left-out"]
