from __future__ import annotations

import json

import pytest

from reconciler.definition.document import of, parse, render
from reconciler.errors import LoadError
from reconciler.model.finding import Place

SID = "FW00000000000000000000000000000001"


def refused(raw):
    with pytest.raises(LoadError) as caught:
        parse(raw if isinstance(raw, bytes) else raw.encode(), "f.json")
    return [(finding.rule, finding.place) for finding in caught.value.findings]


def test_text_keeps_key_order():
    """The text is compact, in the order of its source, with nothing escaped that need not be."""
    assert of({"b": "é", "a": [1]}).text == '{"b":"é","a":[1]}'


def test_references_and_subflows(flow, widget):
    """References are found in any string, sub-flows in `run-subflow` widgets only; each once, sorted."""
    call = [
        widget("b", kind="run-subflow", flow_sid="${flow.zeta.sid}"),
        widget("a", kind="run-subflow", flow_sid=SID),
        widget("c", kind="run-subflow", flow_sid="{{x}}"),
        widget("d", kind="run-subflow", flow_sid=3),
        {**widget("e", kind="run-subflow"), "properties": None},
        widget("f", body="to ${flow.alpha.sid} and ${flow.zeta.sid}, not $${flow.gamma.sid}"),
    ]
    found = of(flow(*call))
    assert found.subflows == ("${flow.zeta.sid}", SID)
    assert found.references == ("alpha", "zeta")


@pytest.mark.parametrize("states", [None, 1, [], ["run-subflow"], [None, {}], {"type": "run-subflow"}])
def test_odd_data_is_taken(states):
    """Any parsed JSON has a text and digests."""
    assert of({"states": states}).digests.full.startswith("sha256:")


def test_lone_surrogate_from_studio_can_be_sent_back():
    """A lone surrogate stays an escape in the text, so that it has UTF-8."""
    assert of({"x": "\ud800"}).text.encode() == b'{"x":"\\ud800"}'
    assert render({"x": "\ud800"}).encode() == b'{\n  "x": "\\ud800"\n}\n'


def test_console_shape(flow):
    """A definition is written with two spaces and a final newline, and reads back the same, with or without a mark."""
    text = render(flow())
    assert text == json.dumps(flow(), indent=2, ensure_ascii=False) + "\n"
    assert parse(text.encode(), "f.json").text == of(flow()).text
    assert parse(b"\xef\xbb\xbf" + text.encode(), "f.json").text == of(flow()).text


@pytest.mark.parametrize(
    ("raw", "rule", "line", "column"),
    [
        (b'{"a":\n "\xc3\xa9\xff"}', "not-utf8", 2, 4),
        ('{"a": 1,\n}', "json-syntax", 2, 1),
        ("a flow:\n{}", "json-syntax", 1, 1),
        ("", "json-syntax", 1, 1),
        ('{"a": 1, // why\n "b": 2}', "json-comment", 1, 10),
        ('{"a": 1 /* why */}', "json-comment", 1, 9),
        ('# why\n{"a": 1}', "json-comment", 1, 1),
        ('{"states": [],\n "a": 1, "a": 2}', "duplicate-key", 2, 10),
        ('{"states": [NaN]}', "not-finite", 1, 13),
        ('{"states": [-Infinity]}', "not-finite", 1, 13),
        ('{"states": [1e999]}', "not-finite", 1, 13),
        ('{"states": [' + "1" * 5000 + "]}", "not-finite", 0, 0),
        ('{"states": ["\\ud800"]}', "lone-surrogate", 1, 13),
        ('{"states": {"\\udfff": 1}}', "lone-surrogate", 1, 23),
        ("[1]", "not-an-object", 1, 1),
        ("1", "not-an-object", 1, 1),
        ('{"a": 1}', "not-a-flow", 1, 1),
        ('{"states": {}}', "not-a-flow", 1, 1),
        ('{"states": ' + "[" * 200_000 + "]" * 200_000 + "}", "too-deep", 0, 0),
        ('{"sid": "x",\n "definition": {"states": []}}', "api-resource", 2, 2),
        ('{"friendly_name": "x", "definition": "{}"}', "api-resource", 1, 24),
        ('{"states": [{"type": "InitialState"}]}', "legacy-export", 1, 1),
        ('{"states": [{"sid": "FF1", "transitions": [{"uuid": "u"}]}]}', "legacy-export", 1, 1),
    ],
)
def test_what_is_no_definition_is_refused(raw, rule, line, column):
    """Each thing that is no definition is refused with one finding, by its rule, where it stands."""
    assert refused(raw) == [(rule, Place("f.json", line, column))]


def test_every_odd_value_is_found():
    """All doubled keys and odd numbers are found, not only the first; a good surrogate pair is none."""
    found = refused('{"a": NaN, "a": "\\ud83d\\ude00", "b": {"c": 1, "c": 1e999}}')
    assert [rule for rule, _ in found] == ["not-finite", "duplicate-key", "duplicate-key", "not-finite"]


def test_surrogate_pair_is_fine():
    """A surrogate pair is one character."""
    assert "😀" in parse(b'{"states": ["\\ud83d\\ude00"]}', "f.json").text


@pytest.mark.parametrize("state", [{"sid": "FF1"}, {"sid": "x", "transitions": [1, {}]}, 1])
def test_odd_state_is_not_taken_for_legacy(state):
    """A state with a `sid` alone is left to the check."""
    assert parse(json.dumps({"states": [state]}).encode(), "f.json").text
