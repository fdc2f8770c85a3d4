"""What a person did in the Console and what the manifest wants, brought together."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.definition.canonical import digests_of
from reconciler.definition.document import of
from reconciler.definition.merge import merge, transition_key


@pytest.fixture
def base(flow, widget, match):
    return flow(
        widget("ask", ("match", "a"), ("noMatch", None), kind="split-based-on", input="{{x}}", offset={"x": 0, "y": 0})
        | {"transitions": [match("1", "a"), match("2", "b"), {"event": "noMatch"}]},
        widget("a", ("audioComplete", None), say="A", loop=1, offset={"x": 0, "y": 9}),
        widget("b", ("audioComplete", None), say="B", loop=1, offset={"x": 9, "y": 9}),
    )


def named(data: dict[str, Any], name: str) -> dict[str, Any]:
    return next(state for state in data["states"] if state["name"] == name)


def merged(base, live, desired, *conflicts):
    found, places = merge(of(base), of(live), of(desired))
    assert places == conflicts
    return found.data()


@pytest.fixture
def sides(base):
    return base, copy.deepcopy(base), copy.deepcopy(base)


def test_changes_of_different_values_both_arrive(sides):
    """A text changed here and a transition, a widget and the description changed there all arrive."""
    base, live, desired = sides
    named(live, "a")["properties"]["say"] = "Live"
    named(desired, "a")["properties"]["loop"] = 2
    named(desired, "b")["transitions"][0]["next"] = "a"
    live["description"] = "From live"
    live["states"].append({"name": "new", "type": "say-play", "transitions": [], "properties": {"say": "New"}})
    found = merged(base, live, desired)
    assert named(found, "a")["properties"]["say"] == "Live"
    assert named(found, "a")["properties"]["loop"] == 2
    assert named(found, "b")["transitions"][0]["next"] == "a"
    assert found["description"] == "From live"
    assert named(found, "new")["properties"] == {"say": "New"}


def test_same_change_on_both_sides_is_no_conflict(sides):
    """What both sides changed in the same way arrives once."""
    base, live, desired = sides
    named(live, "a")["properties"]["say"] = named(desired, "a")["properties"]["say"] = "Same"
    assert named(merged(base, live, desired), "a")["properties"]["say"] == "Same"


def test_different_changes_of_one_value_conflict(sides):
    """Where both changed one value differently the desired side stands and the place is named."""
    base, live, desired = sides
    named(live, "a")["properties"]["say"] = "Live"
    named(desired, "a")["properties"]["say"] = "Desired"
    found = merged(base, live, desired, "widgets.a.properties.say")
    assert named(found, "a")["properties"]["say"] == "Desired"


def test_removed_here_and_changed_there_conflicts(sides):
    """A widget that one side removed and the other changed is a conflict, whichever side it is."""
    base, live, desired = sides
    live["states"] = [state for state in live["states"] if state["name"] != "b"]
    named(desired, "b")["properties"]["say"] = "Desired"
    merged(base, live, desired, "widgets.b")
    assert merge(of(base), of(desired), of(live))[1] == ("widgets.b",)


def test_removed_and_untouched_is_removed(sides):
    """A widget or property that one side removed and the other left alone is gone."""
    base, live, desired = sides
    live["states"] = [state for state in live["states"] if state["name"] != "b"]
    del named(desired, "a")["properties"]["loop"]
    found = merged(base, live, desired)
    assert [state["name"] for state in found["states"]] == ["Trigger", "ask", "a"]
    assert "loop" not in named(found, "a")["properties"]


def test_widgets_of_one_name_from_both_sides(sides):
    """Two new widgets of one name are merged where they agree and conflict where they do not."""
    base, live, desired = sides
    live["states"].append({"name": "new", "type": "say-play", "properties": {"say": "L", "voice": "v"}})
    desired["states"].append({"name": "new", "type": "say-play", "properties": {"say": "D"}})
    found = merged(base, live, desired, "widgets.new.properties.say")
    assert named(found, "new")["properties"] == {"say": "D", "voice": "v"}


def test_places_on_the_canvas_are_lives(sides):
    """Where a widget stands is taken from live, also where the manifest moved it too."""
    base, live, desired = sides
    named(live, "a")["properties"]["offset"] = {"x": 5, "y": 5}
    named(desired, "a")["properties"]["offset"] = {"x": 7, "y": 7}
    assert named(merged(base, live, desired), "a")["properties"]["offset"] == {"x": 5, "y": 5}


def test_conditions_are_told_apart_by_what_they_ask(sides):
    """Each side may lead another condition elsewhere, or name it anew."""
    base, live, desired = sides
    named(live, "ask")["transitions"][0]["next"] = "b"
    named(desired, "ask")["transitions"][1]["next"] = "a"
    named(desired, "ask")["transitions"][1]["conditions"][0]["friendly_name"] = "another label"
    transitions = named(merged(base, live, desired), "ask")["transitions"]
    assert [t.get("next") for t in transitions] == ["b", "a", None]
    assert transitions[1]["conditions"][0]["friendly_name"] == "another label"


def test_new_order_of_conditions_is_a_change(sides):
    """A person's new order of conditions arrives, alone or beside another change of the same widget."""
    base, live, desired = sides
    listed = named(live, "ask")["transitions"]
    listed[0], listed[1] = listed[1], listed[0]
    assert [t.get("next") for t in named(merged(base, live, desired), "ask")["transitions"]] == ["b", "a", None]
    named(desired, "ask")["transitions"][2]["next"] = "a"
    assert [t.get("next") for t in named(merged(base, live, desired), "ask")["transitions"]] == ["b", "a", "a"]


def test_two_new_orders_of_conditions_conflict(sides, match):
    """Two different new orders are a conflict."""
    base, live, desired = sides
    for side in sides:
        named(side, "ask")["transitions"].insert(2, match("3"))
    one, two, three, no = named(base, "ask")["transitions"]
    named(live, "ask")["transitions"] = [two, one, three, no]
    named(desired, "ask")["transitions"] = [three, one, two, no]
    merged(base, live, desired, "widgets.ask.transitions")


def test_new_conditions_of_both_sides_stand_where_they_were_put(sides, match):
    """Conditions that both sides add arrive, each behind the one that it was put behind."""
    base, live, desired = sides
    named(live, "ask")["transitions"].insert(1, match("live"))
    named(desired, "ask")["transitions"].insert(2, match("desired"))
    transitions = named(merged(base, live, desired), "ask")["transitions"]
    assert [t["conditions"][0]["value"] for t in transitions[:-1]] == ["1", "live", "2", "desired"]


def test_doubled_conditions_are_all_kept(sides, match):
    """Transitions that ask the same are counted, so that none is lost."""
    base, live, desired = sides
    for side in sides:
        named(side, "ask")["transitions"].insert(0, match("1", "b"))
    named(live, "a")["properties"]["say"] = "Live"
    named(desired, "b")["properties"]["say"] = "Desired"
    assert len(named(merged(base, live, desired), "ask")["transitions"]) == 4


def test_absent_and_null_next_are_the_same(sides):
    """A manifest without `next` and a server with null do not conflict with a person who leads on."""
    base, live, desired = sides
    named(base, "a")["transitions"][0]["next"] = None
    named(live, "a")["transitions"][0]["next"] = "b"
    named(desired, "b")["properties"]["say"] = "Desired"
    assert named(merged(base, live, desired), "a")["transitions"] == [{"event": "audioComplete", "next": "b"}]


def test_true_is_not_one(sides):
    """A change from 1 to true is a change."""
    base, live, desired = sides
    named(live, "a")["properties"]["loop"] = True
    named(desired, "b")["properties"]["say"] = "Desired"
    assert named(merged(base, live, desired), "a")["properties"]["loop"] is True


@pytest.mark.parametrize(
    "states", [None, [{"type": "say-play"}], [{"name": "a"}, {"name": "a"}], ["a"]], ids=["none", "no", "two", "text"]
)
def test_without_names_nothing_is_merged(base, states):
    """Widgets without names of their own cannot be matched: that is a conflict, and desired stands."""
    odd = {"states": states}
    found, conflicts = merge(of(base), of(odd), of(base))
    assert found == of(base)
    assert len(conflicts) == 1


def test_odd_transitions_are_carried_along(base):
    """Transitions that are no objects, or no list, are values like others."""
    live, desired = copy.deepcopy(base), copy.deepcopy(base)
    for side in (base, live, desired):
        named(side, "a")["transitions"] = "none"
        named(side, "b")["transitions"] = ["odd", {"event": "match", "conditions": ["odd"]}]
    named(live, "a")["properties"]["say"] = "Live"
    desired["description"] = "Desired"
    found = merged(base, live, desired)
    assert named(found, "a")["transitions"] == "none"
    assert named(found, "b")["transitions"] == ["odd", {"event": "match", "conditions": ["odd"]}]
    assert transition_key({"event": "match", "conditions": "odd"}) == "match"


TEXTS = st.sampled_from(["", "x", "y"])
WIDGETS = st.dictionaries(
    st.sampled_from(["a", "b", "match"]),
    st.fixed_dictionaries(
        {
            "properties": st.dictionaries(st.sampled_from(["say", "match", "list"]), TEXTS | st.lists(TEXTS)),
            "transitions": st.lists(
                st.fixed_dictionaries(
                    {"event": st.sampled_from(["match", "noMatch"])},
                    optional={
                        "next": st.sampled_from(["a", "b", None]),
                        "conditions": st.lists(st.fixed_dictionaries({"value": TEXTS}), max_size=1),
                    },
                ),
                max_size=3,
            ),
        }
    ),
)
FLOWS = st.builds(
    lambda text, widgets: of({"description": text, "states": [{"name": n, **w} for n, w in widgets.items()]}),
    TEXTS,
    WIDGETS,
)


@given(FLOWS, FLOWS)
def test_what_one_side_left_alone_is_the_others(first, second):
    """Merging with an untouched side gives the other side, and merging equal sides gives them, without conflict."""
    for base, live, desired, expected in (
        (first, second, first, second),
        (first, first, second, second),
        (first, second, second, second),
    ):
        found, conflicts = merge(base, live, desired)
        assert conflicts == ()
        assert digests_of(found.data()) == expected.digests


@given(FLOWS, FLOWS, FLOWS)
def test_conflicts_do_not_depend_on_the_side(base, live, desired):
    """A conflict is one from either side, and merging what was merged changes nothing."""
    found, conflicts = merge(base, live, desired)
    assert bool(merge(base, desired, live)[1]) == bool(conflicts)
    again, more = merge(live, live, found)
    assert (again.digests, more) == (found.digests, ())
