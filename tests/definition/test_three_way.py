"""Each difference says which side made it."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from reconciler.definition.compare import differences
from reconciler.definition.difference import (
    TransitionChanged,
    ValueChanged,
    WidgetAdded,
    WidgetRemoved,
    WidgetRenamed,
    WidgetsMoved,
)
from reconciler.definition.document import of
from reconciler.definition.merge import merge
from reconciler.definition.three_way import three_way
from tests.support.odd_flows import FLOWS


@pytest.fixture
def sides(flow, widget, match):
    ask = widget("ask", kind="split-based-on", input="{{x}}")
    ask["transitions"] = [match("1", "a"), match("2", "b"), {"event": "noMatch"}]
    base = flow(
        ask,
        widget("a", ("done", None), say="A", loop=1, offset={"x": 0, "y": 0}),
        widget("b", ("done", None), say="B", loop=1, offset={"x": 0, "y": 0}),
        widget("c", ("done", None), say="C", offset={"x": 0, "y": 0}),
    )
    return base, copy.deepcopy(base), copy.deepcopy(base)


def named(data: dict[str, Any], name: str) -> dict[str, Any]:
    return next(state for state in data["states"] if state["name"] == name)


def told(base, before, after, *, as_seen=("live", "desired"), sides=None):
    live, desired = sides or (before, after)
    found = three_way(of(base), of(live), of(desired))
    assert found is not None
    return found.told(differences(of(before), of(after)), *as_seen)


def test_every_property_has_its_author(sides):
    """Console, manifest and both are told property by property, in one widget."""
    base, live, desired = sides
    named(live, "a")["properties"] |= {"say": "Live", "voice": "x"}
    named(desired, "a")["properties"] |= {"loop": 2, "voice": "x"}
    assert told(base, live, desired) == (
        ValueChanged("a", "properties.loop", 1, 2, origin="manifest"),
        ValueChanged("a", "properties.say", "Live", "A", origin="console"),
    )
    assert told(base, base, live, as_seen=("base", "live"), sides=(live, desired)) == (
        ValueChanged("a", "properties.say", "A", "Live", origin="console"),
        ValueChanged("a", "properties.voice", None, "x", origin="both"),
    )


def test_a_conflict_is_named(sides):
    """What both changed differently is a conflict, seen from any two of the three sides."""
    base, live, desired = sides
    named(live, "a")["properties"]["say"], named(desired, "a")["properties"]["say"] = "Live", "Desired"
    assert [item.origin for item in told(base, live, desired)] == ["conflict"]
    assert [item.origin for item in told(base, base, live, as_seen=("base", "live"), sides=(live, desired))] == [
        "conflict"
    ]


def test_widgets_that_came_and_went(sides, widget):
    """An added, a removed and a renamed widget are their author's; removed here and changed there is a conflict."""
    base, live, desired = sides
    live["states"] = [state for state in live["states"] if state["name"] != "c"]
    live["states"].append(widget("theirs", kind="hangup"))
    desired["states"].append(widget("ours", kind="hangup", x=1))
    named(desired, "a")["name"] = "greet"
    named(desired, "ask")["transitions"][0]["next"] = "greet"
    assert told(base, live, desired) == (
        WidgetAdded("c", "say-play", "console"),
        WidgetRenamed("a", "greet", "say-play", "manifest"),
        WidgetAdded("ours", "hangup", "manifest"),
        WidgetRemoved("theirs", "hangup", "console"),
    )
    named(desired, "c")["properties"]["say"] = "Changed"
    assert next(item.origin for item in told(base, live, desired) if isinstance(item, WidgetAdded)) == "conflict"


def test_transitions_have_authors_too(sides):
    """A transition led elsewhere here and a condition edited there are told apart, in one transition."""
    base, live, desired = sides
    named(live, "ask")["transitions"][0]["conditions"][0]["value"] = "one"
    named(desired, "ask")["transitions"][2]["next"] = "c"
    named(desired, "a")["transitions"][0]["next"] = "c"
    assert told(base, live, desired) == (
        TransitionChanged("a", "done", None, "c", "manifest"),
        TransitionChanged("ask", "noMatch", None, "c", "manifest"),
        ValueChanged("ask", "transitions.match[0].conditions[0].value", "one", "1", origin="console"),
    )


def test_moves_are_told_apart_by_author_and_never_conflict(sides):
    """Moves on the canvas are one difference for each author; moved by both is no conflict."""
    base, live, desired = sides
    for side, names in ((live, "ab"), (desired, "bc")):
        for name in names:
            named(side, name)["properties"]["offset"] = {"x": len(names), "y": 5 if side is live else 6}
    assert told(base, live, desired) == (
        WidgetsMoved(("b",), "both"),
        WidgetsMoved(("a",), "console"),
        WidgetsMoved(("c",), "manifest"),
    )


def test_without_names_nobody_can_tell(sides):
    """Where widgets have no names of their own there is no answer."""
    base, live, _ = sides
    assert three_way(of(base), of(live), of({"states": [1]})) is None


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(FLOWS, FLOWS, FLOWS)
def test_who_made_it_agrees_with_the_merge(one, two, three):
    """A side that is the base made nothing; and there is a conflicting difference exactly when a merge conflicts."""
    base, live, desired = of(one), of(two), of(three)
    assert {
        item.origin for item in three_way(base, base, desired).told(differences(base, desired), "live", "desired")
    } <= {"manifest"}
    assert {item.origin for item in three_way(base, live, base).told(differences(live, base), "live", "desired")} <= {
        "console"
    }
    items = three_way(base, live, desired).told(differences(live, desired), "live", "desired")
    assert any(item.origin == "conflict" for item in items) == bool(merge(base, live, desired)[1])


def test_a_side_that_leads_to_what_the_other_removed_is_a_conflict(sides):
    """A transition led to a widget that the other side removed is named as a conflict."""
    base, live, desired = sides
    for side in sides:
        named(side, "ask")["transitions"][1].pop("next")
    live["states"] = [state for state in live["states"] if state["name"] != "b"]
    named(desired, "a")["transitions"][0]["next"] = "b"
    found = [item for item in told(base, live, desired) if item.origin == "conflict"]
    assert found == [TransitionChanged("a", "done", None, "b", "conflict")]


def test_what_both_renamed_differently_is_a_conflict(sides):
    """Two new names of one widget are a conflict; a new name of one side is that side's."""
    base, live, desired = sides
    for side, name in ((live, "hello"), (desired, "greet")):
        named(side, "a")["name"] = name
        named(side, "ask")["transitions"][0]["next"] = name
    assert told(base, live, desired) == (WidgetRenamed("hello", "greet", "say-play", "conflict"),)
    assert told(base, live, base) == (WidgetRenamed("hello", "a", "say-play", "console"),)
