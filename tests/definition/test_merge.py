"""What a person did in the Console and what the manifest wants, brought together."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from reconciler.definition.document import of
from reconciler.definition.merge import merge


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


def test_a_widget_renamed_in_the_console_is_followed(sides):
    """What the manifest changed about a widget, and where it leads to it, arrives under the name it has now."""
    base, live, desired = sides
    named(base, "b")["properties"]["say"] = named(live, "b")["properties"]["say"] = "{{widgets.a.x}}"
    named(desired, "b")["properties"]["say"] = "{{widgets.a.x}} twice"
    named(desired, "a")["properties"]["loop"] = 3
    desired["states"].append({"name": "new", "type": "say-play", "transitions": [{"event": "x", "next": "a"}]})
    named(live, "a")["name"] = "greet"
    named(live, "ask")["transitions"][0]["next"] = "greet"
    named(live, "b")["properties"]["say"] = "{{widgets.greet.x}}"
    for one, other in ((live, desired), (desired, live)):
        found = merged(base, one, other)
        assert {state["name"] for state in found["states"]} == {"Trigger", "ask", "greet", "b", "new"}
        assert named(found, "greet")["properties"]["loop"] == 3
        assert named(found, "new")["transitions"][0]["next"] == "greet"
        assert named(found, "b")["properties"]["say"] == "{{widgets.greet.x}} twice"


def test_two_new_names_of_one_widget_conflict(sides):
    """A widget that both sides renamed differently is a conflict, told under the manifest's name."""
    base, live, desired = sides
    for side, name in ((live, "hello"), (desired, "greet")):
        named(side, "a")["name"] = name
        named(side, "ask")["transitions"][0]["next"] = name
    found = merged(base, live, desired, "widgets.greet.name")
    assert {state["name"] for state in found["states"]} == {"Trigger", "ask", "greet", "b"}


def test_a_new_name_that_the_other_side_gave_to_something_else(sides):
    """Where a renamed widget would meet another of that name, nothing is followed, and nothing is lost unseen."""
    base, live, desired = sides
    named(live, "a")["name"] = "greet"
    named(live, "ask")["transitions"][0]["next"] = "greet"
    desired["states"].append({"name": "greet", "type": "send-message", "properties": {"body": "Hi"}})
    assert merge(of(base), of(live), of(desired))[1] == ("widgets.greet.type",)


def test_pairs_are_merged_by_their_keys(sides):
    """Parameters, variables and the like are matched by key: each side may change, add or remove its own."""
    base, live, desired = sides
    pairs = [{"key": key, "value": key} for key in "abc"]
    for side in sides:
        named(side, "a")["properties"]["parameters"] = copy.deepcopy(pairs)
    named(live, "a")["properties"]["parameters"][0]["value"] = "live"
    named(live, "a")["properties"]["parameters"].insert(1, {"key": "new", "value": "live"})
    del named(desired, "a")["properties"]["parameters"][2]
    found = named(merged(base, live, desired), "a")["properties"]["parameters"]
    assert [(pair["key"], pair["value"]) for pair in found] == [("a", "live"), ("new", "live"), ("b", "b")]
    named(desired, "a")["properties"]["parameters"][0]["value"] = "desired"
    merged(base, live, desired, "widgets.a.properties.parameters.a.value")


def test_an_edited_condition_is_still_the_same_transition(sides):
    """A condition edited by one side and led elsewhere by the other arrives with both; edited by both, it conflicts."""
    base, live, desired = sides
    named(live, "ask")["transitions"][0]["conditions"][0]["value"] = "one"
    named(desired, "ask")["transitions"][0]["next"] = "b"
    first = named(merged(base, live, desired), "ask")["transitions"][0]
    assert (first["next"], first["conditions"][0]["value"]) == ("b", "one")
    named(desired, "ask")["transitions"][0] |= {"next": "a"}
    named(desired, "ask")["transitions"][0]["conditions"][0]["value"] = "uno"
    merged(base, live, desired, 'widgets.ask.transitions.match equal_to "1".conditions.0.value')


def test_two_conditions_that_became_the_same_conflict(sides, match):
    """A condition edited here into what the other side added there would never be asked: that is a conflict."""
    base, live, desired = sides
    named(live, "ask")["transitions"][0]["conditions"][0]["value"] = "3"
    named(desired, "ask")["transitions"].insert(2, match("3", "b"))
    merged(base, live, desired, 'widgets.ask.transitions.match equal_to "3"')


def test_leading_to_what_the_other_side_removed_conflicts(sides):
    """A widget removed here to which a new transition leads there is a conflict, whichever side it is."""
    base, live, desired = sides
    for side in sides:
        named(side, "ask")["transitions"][1]["next"] = None
    live["states"] = [state for state in live["states"] if state["name"] != "b"]
    named(desired, "a")["transitions"][0]["next"] = "b"
    merged(base, live, desired, "widgets.a.transitions.audioComplete.next")
    merged(base, desired, live, "widgets.a.transitions.audioComplete.next")


def test_a_move_on_the_canvas_does_not_keep_a_removed_widget(sides):
    """A widget that one side removed and the other only moved is removed."""
    base, live, desired = sides
    for one, other in ((live, desired), (desired, live)):
        gone, moved = copy.deepcopy(one), copy.deepcopy(other)
        gone["states"] = [state for state in gone["states"] if state["name"] != "b"]
        named(moved, "b")["properties"]["offset"] = {"x": 1, "y": 1}
        assert "b" not in {state["name"] for state in merged(base, gone, moved)["states"]}


def test_the_manifests_order_stays(sides):
    """Keys and widgets keep the manifest's order where the server has another; a new key stands behind its own."""
    base, live, desired = sides
    live = {key: live[key] for key in reversed(live)}
    live["states"] = [dict(reversed(state.items())) for state in reversed(live["states"])]
    named(live, "a")["properties"] = {"loop": 1, "voice": "x", "say": "A", "offset": {"x": 0, "y": 9}}
    found = merged(base, live, desired)
    assert list(found) == list(desired)
    assert [list(state) for state in found["states"]] == [list(state) for state in desired["states"]]
    assert list(named(found, "a")["properties"]) == ["say", "loop", "voice", "offset"]
