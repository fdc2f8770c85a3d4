import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.definition import document
from reconciler.definition.graph import Edge, graph_of
from reconciler.definition.graph_difference import compared_graph


def of(*states, **rest):
    return document.of({"states": list(states), "initial_state": "Trigger", **rest})


def state(name, kind="say-play", transitions=(), **properties):
    return {"name": name, "type": kind, "transitions": list(transitions), "properties": properties}


TRIGGER = state("Trigger", "trigger", [{"event": "incomingCall", "next": "a"}, {"event": "incomingMessage"}])


def test_widgets_are_nodes_and_transitions_are_edges():
    """Nodes come in the order of the definition with type, text and place; edges with where they lead."""
    graph = graph_of(of(TRIGGER, state("a", say="Hello\n you", offset={"x": 1, "y": -2})))
    assert [node.key for node in graph.nodes] == ["Trigger", "a"]
    assert graph.nodes[1].detail == "Hello you"
    assert graph.nodes[1].offset == (1.0, -2.0)
    assert graph.start == "Trigger"
    assert graph.edges == (
        Edge("Trigger", "incomingCall", "incomingCall", "a"),
        Edge("Trigger", "incomingMessage", "incomingMessage", None),
    )


def test_a_next_that_names_no_widget_is_visible():
    """A dangling `next` leads to a node of its own, of the family `missing`."""
    graph = graph_of(of(TRIGGER))
    assert [(node.name, node.family) for node in graph.nodes] == [("Trigger", "trigger"), ("a", "missing")]
    assert graph.edges[0].target == graph.nodes[1].key


def test_ways_out_are_named_as_differences_name_them():
    """A `match` is named by its condition, repeated ones by a number, so that every key is unique at its widget."""
    condition = [{"type": "equal_to", "value": "1", "arguments": ["x"]}]
    match = {"event": "match", "conditions": condition, "next": "a"}
    graph = graph_of(of(state("s", "split-based-on", [match, match, {"event": "noMatch", "next": "s"}])))
    assert [(edge.label, edge.text, edge.error) for edge in graph.edges] == [
        ('match equal_to "1"', "= 1", False),
        ('match equal_to "1" [1]', "= 1", False),
        ("noMatch", "noMatch", True),
    ]


@pytest.mark.parametrize(
    "event", ["failed", "fail", "timeout", "deliveryFailure", "noMatch", "failedToEnqueue", "busy"]
)
def test_error_paths_are_known(event):
    """Events for when something went wrong or nothing fits are errors; others are not."""
    graph = graph_of(of(state("a", transitions=[{"event": event}, {"event": "sent"}])))
    assert [edge.error for edge in graph.edges] == [True, False]


def test_widgets_of_one_name_stay_apart():
    """A name that stands twice gives two nodes; what names it leads to the first."""
    graph = graph_of(of(TRIGGER, state("a", say="one"), state("a", say="two")))
    assert [(node.key, node.detail) for node in graph.nodes[1:]] == [("a", "one"), ("a #2", "two")]
    assert graph.edges[0].target == "a"


def test_secret_properties_are_no_detail():
    """What a picture says of a widget is never a property that holds secrets."""
    graph = graph_of(of(state("a", "connect-call-to", sip_password="hidden", sip_username="hidden")))
    assert graph.nodes[0].detail == ""


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "type", "transitions", "properties", "offset", "event", "next", "conditions", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_values, json_values, json_values)
def test_whatever_a_definition_holds_there_is_a_graph(one, other, initial):
    """Odd definitions give a graph whose edges begin and end at its nodes, alone and compared."""
    sides = [document.of({"states": states, "initial_state": initial}) for states in ([one, other], one)]
    for graph in (graph_of(sides[0]), compared_graph(*sides)):
        keys = [node.key for node in graph.nodes]
        assert len(keys) == len(set(keys))
        assert {edge.source for edge in graph.edges} <= set(keys)
        assert {edge.target for edge in graph.edges} - {None} <= set(keys)


def test_two_sides_are_one_graph():
    """Added, removed, renamed and changed widgets are marked; a re-wired transition is one removed and one added."""
    before = of(TRIGGER, state("a", transitions=[{"event": "done", "next": "old"}]), state("old"), state("b", say="x"))
    changed = json.loads(before.text)
    trigger, a, old, b = changed["states"]
    a["transitions"][0]["next"] = "new"
    b["name"] = "c"
    old["name"], old["type"] = "new", "send-message"
    trigger["properties"]["note"] = 1
    graph = compared_graph(before, document.of(changed))
    assert {node.key: (node.mark, node.was) for node in graph.nodes} == {
        "Trigger": ("changed", None),
        "a": ("changed", None),
        "new": ("added", None),
        "c": ("renamed", "b"),
        "old": ("removed", None),
    }
    assert [(e.target, e.mark) for e in graph.edges if e.source == "a"] == [("new", "added"), ("old", "removed")]
    assert graph.nodes[0].changes == ("properties.note",)


def test_a_flow_compared_with_itself_has_no_marks():
    """Two equal sides, or sides that differ only in where widgets stand, give the graph of the second without marks."""
    one = of(TRIGGER, state("a", offset={"x": 1, "y": 1}))
    other = of(TRIGGER, state("a", offset={"x": 9, "y": 9}))
    assert compared_graph(one, other).nodes == graph_of(other).nodes
    assert compared_graph(one, other).edges == graph_of(other).edges
