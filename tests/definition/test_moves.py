from reconciler.definition import document
from reconciler.definition.graph import graph_of
from reconciler.definition.moves import moves_of, target_of


def condition(value):
    return [{"type": "equal_to", "value": value, "arguments": ["x"]}]


SPLIT = {
    "name": "which",
    "type": "split-based-on",
    "transitions": [
        {"event": "noMatch"},
        {"event": "match", "conditions": condition("1"), "next": "a"},
        {"event": "match", "conditions": condition("one"), "next": "a"},
        {"event": "match", "conditions": condition("2"), "next": "gone"},
    ],
}
MOVES = moves_of(graph_of(document.of({"states": [SPLIT, {"name": "a", "type": "say-play", "transitions": []}]})))


def test_a_step_is_one_transition_or_several_that_cannot_be_told_apart():
    """Conditions that lead to the same widget are given together, others alone."""
    assert [edge.text for edge in MOVES.of(("which", "match", "a"))] == ["= 1", "= one"]
    assert [edge.text for edge in MOVES.of(("which", "match", "gone"))] == ["= 2"]
    assert [edge.text for edge in MOVES.of(("which", "noMatch", None))] == ["noMatch"]


def test_a_step_that_the_graph_does_not_have_is_no_transition():
    """Neither an unknown event nor an unknown target is guessed; missing widgets are no widgets."""
    assert MOVES.of(("which", "match", None)) == ()
    assert MOVES.of(("other", "match", "a")) == ()
    assert MOVES.names == {"which", "a"}


def test_the_end_has_three_spellings():
    """No widget, an empty name and Studio's word for the end lead nowhere."""
    assert [target_of(text) for text in (None, "", "Ended", "a")] == [None, None, None, "a"]
