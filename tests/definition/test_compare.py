from __future__ import annotations

import copy

import pytest

from reconciler.definition.compare import difference_class, differences
from reconciler.definition.difference import (
    TransitionChanged,
    ValueChanged,
    WidgetAdded,
    WidgetRemoved,
    WidgetRenamed,
    WidgetsMoved,
)
from reconciler.definition.document import of


def diff(before, after):
    return differences(of(before), of(after))


def test_inserted_widget(flow, widget):
    """Inserting a widget shows the widget and the transition that moved, nothing else."""
    before = flow(widget("a", ("audioComplete", "b")), widget("b"))
    after = flow(widget("a", ("audioComplete", "new")), widget("new", ("audioComplete", "b")), widget("b"))
    assert diff(before, after) == (TransitionChanged("a", "audioComplete", "b", "new"), WidgetAdded("new", "say-play"))
    assert diff(after, before) == (
        TransitionChanged("a", "audioComplete", "new", "b"),
        WidgetRemoved("new", "say-play"),
    )


def test_renamed_widget_takes_its_references_along(flow, widget):
    """A rename is one difference: transitions, initial state and Liquid that follow it are none of their own."""
    before = flow(
        widget("old", ("audioComplete", "old"), say="again {{widgets.old.x}}", offset={"x": 1}),
        widget("b", ("audioComplete", "old"), say="{{widgets.old.parsed.y}} {{widgets['old'].z}} {{widgets.older.x}}"),
        initial_state="old",
    )
    after = flow(
        widget("new", ("audioComplete", "new"), say="again {{widgets.new.x}}", offset={"x": 1}),
        widget("b", ("audioComplete", "new"), say="{{widgets.new.parsed.y}} {{widgets['new'].z}} {{widgets.older.x}}"),
        initial_state="new",
    )
    assert diff(before, after) == (WidgetRenamed("old", "new", "say-play"),)


def test_rename_with_a_move(flow, widget):
    """A renamed widget that was also moved is both."""
    before, after = flow(widget("a", offset={"x": 1})), flow(widget("b", offset={"x": 2}))
    assert diff(before, after) == (WidgetRenamed("a", "b", "say-play"), WidgetsMoved(("b",)))


def test_reference_that_did_not_follow_is_no_difference(flow, widget):
    """Text and transitions that still speak of the old name are what they were."""
    before = flow(widget("a"), widget("b", ("audioComplete", "a"), say="{{widgets.a.x}}"))
    after = copy.deepcopy(before)
    after["states"][1]["name"] = "c"
    assert diff(before, after) == (WidgetRenamed("a", "c", "say-play"),)


def test_ambiguous_rename_is_none(flow, widget):
    """Of two equal widgets nobody knows which became which."""
    found = diff(flow(widget("a"), widget("b")), flow(widget("c"), widget("d")))
    assert {type(item) for item in found} == {TransitionChanged, WidgetAdded, WidgetRemoved}


def test_chain_of_renames(flow, widget):
    """Widgets that refer to each other are renamed together."""
    before = flow(widget("a", ("audioComplete", "b"), say="1"), widget("b", ("audioComplete", "a"), say="2"))
    after = flow(widget("x", ("audioComplete", "y"), say="1"), widget("y", ("audioComplete", "x"), say="2"))
    assert diff(before, after) == (WidgetRenamed("a", "x", "say-play"), WidgetRenamed("b", "y", "say-play"))


def test_look_alike_that_leads_elsewhere_is_no_rename(flow, widget):
    """A widget that differs in where it leads was not renamed."""
    before = flow(widget("Z"), widget("a", ("audioComplete", "a")), widget("b", say="b"))
    after = flow(widget("Z"), widget("x", ("audioComplete", "y")), widget("y", say="y"))
    assert {type(item) for item in diff(before, after)} == {WidgetAdded, WidgetRemoved}


def test_odd_widgets_can_be_renamed():
    """A widget without transitions in a list, or with odd ones, is renamed like any other."""
    states = [{"name": "a", "type": "x", "transitions": [1, {"event": 1}]}, {"name": "b", "transitions": {}}]
    renamed = [{**states[0], "name": "c"}, {**states[1], "name": "d"}]
    assert diff({"states": states}, {"states": renamed}) == (WidgetRenamed("a", "c", "x"), WidgetRenamed("b", "d", ""))


def test_moves_are_one_difference(flow, widget):
    """All moved widgets are named at once, and the class is layout."""
    before = flow(widget("b", offset={"x": 1}), widget("a", offset={"x": 1}))
    after = flow(widget("a", offset={"x": 2}), widget("b"))
    after["states"][0] = before["states"][0]
    after["states"][0]["transitions"] = before["states"][0]["transitions"]
    assert diff(before, after) == (WidgetsMoved(("a", "b")),)
    assert difference_class(of(before), of(after)) == "layout"


def test_values_of_the_flow_and_its_widgets(flow, widget):
    """Values are found by dotted paths, in the flow first; secrets are marked; numbers differ from booleans."""
    before = flow(
        widget("a", kind="connect-call-to", sip_password="x", parameters=[{"key": "k", "value": "1"}], list=[1, [2]]),
        flags={"allow_concurrent_calls": True},
    )
    after = flow(
        widget(
            "a", kind="connect-call-to", sip_password="y", parameters=[{"key": "k", "value": "2"}], list=[1, [True]]
        ),
        flags={"allow_concurrent_calls": False},
        extra=None,
    )
    assert diff(before, after) == (
        ValueChanged(None, "extra", None, None),
        ValueChanged(None, "flags.allow_concurrent_calls", before=True, after=False),
        ValueChanged("a", "properties.list[1][0]", before=2, after=True),
        ValueChanged("a", "properties.parameters[k].value", "1", "2"),
        ValueChanged("a", "properties.sip_password", "x", "y", secret=True),
    )


def pairs(*keys):
    return [{"key": key, "value": key} for key in keys]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (pairs("a", "b"), pairs("b"), [("[a]", {"key": "a", "value": "a"}, None)]),
        (pairs("a"), pairs("a", "b"), [("[b]", None, {"key": "b", "value": "b"})]),
        (pairs("a", "b"), pairs("b", "a"), [("", ["a", "b"], ["b", "a"])]),
        (pairs("a", "a"), pairs("a"), [("[1]", {"key": "a", "value": "a"}, None)]),
        ([1], [1, 2, 3], [("[1]", None, 2), ("[2]", None, 3)]),
        ([{"key": 1}], [{"key": 2}], [("[0].key", 1, 2)]),
        ([1], "x", [("", [1], "x")]),
        (None, {"a": 1}, [("", None, {"a": 1})]),
    ],
)
def test_lists(flow, widget, before, after, expected):
    """Pairs are compared by key where keys are unique, other lists by position."""
    found = diff(flow(widget("w", p=before)), flow(widget("w", p=after)))
    assert found == tuple(ValueChanged("w", f"properties.p{path}", one, other) for path, one, other in expected)


def split(flow, widget, *transitions):
    states = widget("s", kind="split-based-on", input="x")
    states["transitions"] = list(transitions)
    return flow(states, widget("a"), widget("b"))


def test_match_is_known_by_its_condition(flow, widget, match):
    """A match that leads elsewhere is named by its condition; its label is a value of its own."""
    before = split(flow, widget, match("1", "a", "one"), match("2", "a"))
    after = split(flow, widget, match("1", "a", "uno"), match("2", "b"))
    assert diff(before, after) == (
        ValueChanged("s", "transitions.match[0].conditions[0].friendly_name", "one", "uno"),
        TransitionChanged("s", 'match equal_to "2"', "a", "b"),
    )


def test_edited_condition(flow, widget, match):
    """A match that leads to the same widget under another condition was edited; others come and go."""
    before = split(flow, widget, match("1", "a"), match("9", "b"))
    after = split(flow, widget, match("2", "a"), match("8"), match("7", "b", kind="contains"))
    assert diff(before, after) == (
        ValueChanged("s", "transitions.match[0].conditions[0].value", "1", "2"),
        ValueChanged("s", "transitions.match[2].conditions[0].type", "equal_to", "contains"),
        ValueChanged("s", "transitions.match[2].conditions[0].value", "9", "7"),
        TransitionChanged("s", 'match equal_to "8"', None, None),
    )


def test_order_of_matches(flow, widget, match):
    """The same matches in another order are one difference."""
    before, after = split(flow, widget, match("1"), match("2")), split(flow, widget, match("2"), match("1"))
    labels = ['match equal_to "1"', 'match equal_to "2"']
    assert diff(before, after) == (ValueChanged("s", "transitions.match", labels, labels[::-1]),)


def test_doubled_transitions(flow, widget, match):
    """Transitions of the same event, or with the same condition, are told apart by their order."""
    before = flow(
        widget("w", ("x", "a"), ("x", "b")), split(flow, widget, match("1", "a"), match("1", "b"))["states"][1]
    )
    after = flow(widget("w", ("x", "a")), split(flow, widget, match("1", "a"), match("1", "c"))["states"][1])
    assert diff(before, after) == (
        TransitionChanged("s", 'match equal_to "1"', "b", "c"),
        TransitionChanged("w", "x[1]", "b", None),
    )


def test_other_parts_of_transitions(flow, widget):
    """Unknown keys, odd conditions and odd transitions are compared as values."""
    before, after = flow(widget("w", ("x", None), ("match", None))), flow(widget("w", ("x", None), ("match", None)))
    before["states"][1]["transitions"][0]["name"] = "a"
    after["states"][1]["transitions"][1]["conditions"] = "odd"
    assert diff(before, after) == (
        ValueChanged("w", "transitions.x.name", "a", None),
        ValueChanged("w", "transitions.match[0].conditions", None, "odd"),
    )
    mixed = copy.deepcopy(before)
    mixed["states"][1]["transitions"][1]["conditions"] = ["odd", {"type": "x", "value": 1}]
    assert diff(before, mixed) == (
        ValueChanged("w", "transitions.match[0].conditions", None, ["odd", {"type": "x", "value": 1}]),
    )


@pytest.mark.parametrize("odd", [None, [1], [{"event": 1}], [{"event": "x", "next": 1}]])
def test_odd_transitions(flow, widget, odd):
    """Transitions that are none are compared as one value."""
    before, after = flow(widget("w")), flow(widget("w"))
    after["states"][1]["transitions"] = odd
    assert diff(before, after) == (ValueChanged("w", "transitions", [], odd),)
    after["states"][1]["type"] = "other"
    assert diff(after, {**after, "description": "x"}) == (ValueChanged(None, "description", "A flow", "x"),)
    typed = copy.deepcopy(after)
    typed["states"][1]["type"] = "third"
    assert diff(after, typed) == (ValueChanged("w", "type", "other", "third"),)


def test_odd_properties():
    """Properties that come, go or are no object are compared as one value, which may be secret."""
    absent, empty, moved = {"name": "a"}, {"name": "a", "properties": {}}, {"name": "a", "properties": {"offset": 1}}
    assert diff({"states": [absent]}, {"states": [empty]}) == (ValueChanged("a", "properties", None, {}, secret=True),)
    assert diff({"states": [moved]}, {"states": [absent]}) == (
        ValueChanged("a", "properties", {"offset": 1}, None, secret=True),
        WidgetsMoved(("a",)),
    )
    assert diff({"states": [empty]}, {"states": [{**empty, "properties": 1}]}) == (
        ValueChanged("a", "properties", {}, 1, secret=True),
    )
    assert diff({"states": [absent]}, {"states": [{**absent, "x": 1}]}) == (ValueChanged("a", "x", None, 1),)


def test_states_without_names_are_one_value(widget):
    """States that are no list of widgets with their own names are compared as one value, moves aside."""
    twice = {"states": [widget("a", offset=1), widget("a", offset=2), 3]}
    assert diff(twice, {"states": None}) == (ValueChanged(None, "states", twice["states"], None, secret=True),)
    assert diff({}, {"states": None}) == (ValueChanged(None, "states", None, None, secret=True),)
    assert diff({"states": None}, {"states": None, "x": 1}) == (ValueChanged(None, "x", None, 1),)
    assert diff(twice, {**twice, "x": 1}) == (ValueChanged(None, "x", None, 1),)
    moved = {"states": [widget("a", offset=2), 3, widget("a", offset=2)]}
    assert diff(twice, moved) == (WidgetsMoved(("a",)),)
