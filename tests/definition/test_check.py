from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from reconciler.definition import catalogue
from reconciler.definition.check import check
from reconciler.definition.document import of
from reconciler.definition.prover import proof_of
from reconciler.model.finding import Place


def found(data):
    return [(f.rule, f.severity, f.widget, f.property) for f in check(of(data))]


def test_good_flow_has_no_findings(flow, widget):
    """A good flow has no findings; references of ours are strings like others."""
    call = widget(
        "sub", ("completed", "a"), kind="run-subflow", flow_sid="${flow.x.sid}", flow_revision="LatestPublished"
    )
    assert (
        check(of(flow(call, widget("a", ("audioComplete", None), say="x", offset={"x": 1, "y": -2.5}))), file="f") == ()
    )


def test_missing_and_wrong_properties(flow, widget):
    """What a widget needs and does not have, or has in the wrong type, is an error that names both."""
    assert found(
        flow(widget("f", kind="run-function"), widget("g", kind="gather-input-on-call", stop_gather="true"))
    ) == [
        ("required", "error", "f", "properties.url"),
        ("required", "error", "g", "properties"),
        ("wrong-type", "error", "g", "properties.stop_gather"),
    ]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({}, ["name", "properties", "transitions", "type"]),
        ({"type": "say-play", "name": "x"}, ["properties", "transitions"]),
        ({"type": "say-play", "name": "", "transitions": {}, "properties": {}}, ["name", "transitions"]),
        (
            {"type": "brand-new", "name": "x", "transitions": [{}], "properties": {"any": 1}},
            ["transitions[0].event", "type"],
        ),
        ({"type": "brand-new", "name": "x", "transitions": [7], "properties": {}}, ["transitions[0]", "type"]),
        (7, [None]),
    ],
)
def test_widget_without_its_parts(flow, state, expected):
    """Every missing part of a widget is found at once, also of an unknown type."""
    data = flow()
    data["states"].append(state)
    assert sorted((p for _, _, _, p in found(data)), key=str) == expected


@pytest.mark.parametrize(
    ("data", "rules"),
    [
        ({"initial_state": "Trigger"}, ["required"]),
        ({"states": [], "initial_state": ""}, ["empty", "empty"]),
        ({"states": {}, "initial_state": 1}, ["wrong-type", "wrong-type"]),
    ],
)
def test_flow_without_its_parts(data, rules):
    """What the flow itself lacks is an error."""
    assert [f.rule for f in check(of(data))] == rules


def test_names(flow, widget):
    """Doubled names, a second trigger, no trigger and an unknown initial state are errors."""
    data = flow(widget("a"), widget("a"), widget("t", kind="trigger"), initial_state="Triger")
    assert found(data) == [
        ("unknown-initial-state", "error", None, None),
        ("duplicate-widget", "error", "a", "name"),
        ("several-triggers", "error", "t", "type"),
    ]
    assert check(of(data))[0].hint == "Did you mean 'Trigger'?"
    assert found({"states": [widget("a")], "initial_state": "a"}) == [("missing-trigger", "error", None, None)]


def test_transitions(flow, widget, match):
    """A transition to nowhere is an error; unknown keys and words are warnings, with what was meant."""
    states = widget("s", ("matched", "a"), ("noMatch", "ab"), kind="split-based-on", input="x")
    states["transitions"] += [
        {"event": "noMatch", "name": "a"},
        match("1", "a", kind="equals"),
        match("1", "a"),
        {"event": "noMatch", "nxt": 1},
        {"event": "noMatch", "zzzz": 1},
        {"event": 5, "conditions": [1], "q": 1},
    ]
    data = flow(states, widget("a"))
    data["states"][0]["transitions"].append({"event": "incomingFax"})
    findings = check(of(data))
    assert [(f.rule, f.severity, f.property, f.hint) for f in findings] == [
        ("unknown-event", "warning", "transitions.incomingFax", "Did you mean 'incomingCall'?"),
        ("unknown-event", "error", "transitions.matched.event", "Did you mean 'match'?"),
        ("dangling-next", "error", "transitions.noMatch", "Did you mean 'a'?"),
        ("unknown-transition-key", "warning", "transitions.noMatch.name", "Did you mean 'next'?"),
        ("unknown-condition-type", "warning", "transitions.match.conditions[0].type", "Did you mean 'equal_to'?"),
        ("unknown-transition-key", "warning", "transitions.noMatch.nxt", "Did you mean 'next'?"),
        ("unknown-transition-key", "warning", "transitions.noMatch.zzzz", None),
        ("wrong-type", "error", "transitions[7].conditions[0]", None),
        ("unknown-event", "error", "transitions[7].event", None),
        ("wrong-type", "error", "transitions[7].event", None),
        ("unknown-transition-key", "warning", "transitions.?.q", None),
    ]


def test_unknown_words_are_warnings(flow, widget):
    """Unknown types, properties and keys are warnings with the nearest known one: Studio may know them."""
    data = flow(
        widget("a", kind="say-plays"),
        widget("b", sayy="x"),
        {**widget("c", kind="create-task", x=1), "typ": 1},
        flag={},
    )
    assert [(f.rule, f.severity, f.widget, f.property, f.hint) for f in check(of(data))] == [
        ("unknown-key", "warning", None, "flag", "Did you mean 'flags'?"),
        ("unknown-widget-type", "warning", "a", "type", "Did you mean 'say-play'?"),
        ("unknown-property", "warning", "b", "properties.sayy", "Did you mean 'say'?"),
        ("unknown-key", "warning", "c", "typ", "Did you mean 'type'?"),
    ]


def test_findings_have_places(flow, widget):
    """With the text, findings have line and column: of the value, or of the key that nobody knows."""
    data = flow(widget("b", ("audioComplete", "x"), sayy="x"))
    text = json.dumps(data, indent=1)
    unknown, dangling = sorted(check(of(data), file="f.json", text=text), key=lambda f: f.severity, reverse=True)
    lines = text.splitlines()
    assert '"sayy"' in lines[unknown.place.line - 1][unknown.place.column - 1 :]
    assert lines[dangling.place.line - 1][dangling.place.column - 1 :].startswith('"x"')
    assert {f.place for f in check(of(data), file="f.json")} == {Place("f.json")}
    assert {f.place for f in check(of(data))} == {None}
    assert {f.place for f in check(of(data), text=text)} == {None}


def test_messages_hide_values(flow, widget):
    """No message shows the value of a property."""
    data = flow(widget("c", kind="connect-call-to", noun="sip", sip_password=["hunter2"]))
    assert all("hunter2" not in f"{f.message}{f.hint}" for f in check(of(data)))


def test_unknown_type_has_no_shape():
    """Asking for the shape of an unknown type is an error of the caller."""
    with pytest.raises(KeyError):
        catalogue.widget_shape("no-such-type")


def test_schemas_are_schemas():
    """Every committed schema is a valid JSON Schema whose references lead somewhere, with its own address."""
    raws = [catalogue._read("definition"), *(catalogue._read("widgets", t) for t in sorted(catalogue.widget_types()))]
    registry = Registry().with_resources((raw["$id"], Resource.from_contents(raw)) for raw in raws)
    for raw in raws:
        Draft202012Validator.check_schema(raw)
        assert raw["$id"].startswith("https://reconciler.dev/schemas/flow/")
        assert raw["title"]
        assert raw["description"]
    assert len(raws) == len({raw["$id"] for raw in raws}) == 33
    listed = raws[0]["$defs"]["widget"]["properties"]["type"]["examples"]
    assert listed == sorted(catalogue.widget_types())
    assert all(one < other for one, other in pairwise(listed))
    trigger = {
        "name": "Trigger",
        "type": "trigger",
        "properties": {},
        "transitions": [{"event": "incomingCall", "name": "x"}],
    }
    editor = Draft202012Validator(raws[0], registry=registry)
    assert not editor.is_valid({"states": [trigger], "initial_state": "Trigger"})
    trigger["transitions"][0].pop("name")
    assert editor.is_valid({"states": [trigger], "initial_state": "Trigger"})


JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(0, 2), st.floats(0, 1), st.sampled_from(["", "a", "match", "say-play"])
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["name", "type", "event", "next", "transitions", "properties", "say", "loop"]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(
    JSON, st.sampled_from(["say-play", "split-based-on", "gather-input-on-call", "set-variables", "run-function-v2"])
)
def test_a_proof_is_true(value, kind):
    """What is proven valid is valid for the validator as well."""
    shape = catalogue.widget_shape(kind)
    whole = {"name": "a", "type": kind, "transitions": [], "properties": value}
    for candidate in (value, whole, {**whole, "transitions": value}):
        if shape.proof(candidate):
            assert Draft202012Validator(shape.schema).is_valid(candidate)


@pytest.mark.parametrize("schema", [True, {"pattern": "x"}, {"allOf": {}}, {"items": True}])
def test_what_is_not_known_is_not_proven(schema):
    """A keyword that the prover does not know is never a proof."""
    assert not proof_of(schema)(["x"])


@pytest.mark.parametrize(
    ("schema", "value", "proven"),
    [
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, None, True),
        ({"anyOf": {}}, None, False),
        ({"enum": "x"}, "x", False),
        ({"const": "x"}, "x", True),
        ({"const": 1}, 1, False),
        ({"required": "x"}, {}, True),
        ({"required": ["x"]}, [], False),
        ({"properties": []}, {"x": 1}, True),
        ({"properties": {}}, [], False),
        ({"additionalProperties": False, "properties": {"a": {}}}, {"a": 1}, True),
        ({"additionalProperties": False}, {"a": 1}, False),
        ({"minLength": 1}, "", False),
        ({}, 1, True),
    ],
)
def test_proofs(schema, value, proven):
    """Each keyword proves what it can, and nothing else."""
    assert proof_of(schema)(value) is proven
