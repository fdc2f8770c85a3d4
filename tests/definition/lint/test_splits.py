"""Rule 12."""

import pytest

REPLY = "{{widgets.ask.inbound.Body}}"


def test_a_menu_without_no_match(flow, widget, split, match, places):
    """A split about a person's answer, or with two ways, needs noMatch."""
    menu = split("s", match("1", "a"), about=REPLY)
    assert places("missing-no-match", flow(menu, widget("a"))) == [("s", "transitions.noMatch")]
    assert len(places("missing-no-match", flow(split("s", match("x", "a"), match("y", "a")), widget("a")))) == 1


@pytest.mark.parametrize(
    "matches",
    [
        [("equal_to", "true")],
        [("equal_to", "true"), ("equal_to", "False")],
        [("is_blank", ""), ("is_not_blank", "")],
        [("equal_to", "vip"), ("not_equal_to", "vip")],
        [("less_than", "3"), ("greater_than", "2")],
    ],
    ids=["a gate", "true and false", "blank or not", "equal or not", "below and above"],
)
def test_splits_that_leave_nothing_out(found_in, matches):
    """A gate, and conditions that cover everything, need no noMatch."""
    assert found_in("missing-no-match", *matches) == 0


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("greater_than", "five", 1),
        ("less_than", " 5.5 ", 0),
        ("less_than", "{{x}}", 0),
        ("matches_any_of", " , ", 1),
        ("matches_any_of", "a,b", 0),
        ("regex", "(yes", 1),
        ("regex", "(?<!x)yes++", 0),
        ("equal_to", "five", 0),
    ],
)
def test_conditions_that_cannot_hold(found_in, kind, value, found):
    """A word as a number, an empty list and a broken pattern can never match."""
    assert found_in("unmatchable-condition", (kind, value)) == found


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("equal_to", "yes,y,yeah", 1),
        ("equal_to", "Hello, how are you doing today", 0),
        ("equal_to", "1,000,000", 0),
        ("equal_to", "Paris, France", 0),
        ("matches_any_of", "yes,y,yeah", 0),
        ("matches_any_of", "1,000", 1),
        ("matches_any_of", 'no,"yes, please"', 1),
        ("matches_any_of", "{{flow.variables.words}}", 0),
    ],
)
def test_commas(found_in, kind, value, found):
    """A list in equal_to and a comma that is part of a value in matches_any_of are found; ordinary commas are not."""
    assert found_in("comma-in-condition", (kind, value)) == found


@pytest.mark.parametrize(
    ("pattern", "found"),
    [("^yes", 1), ("yes$", 1), ("^yes$", 0), ("^yes.*", 0), (".*yes$", 0), ("yes", 0), ("^(?=.*a)(?=.*b).*", 0)],
)
def test_half_anchors(found_in, pattern, found):
    """A pattern that is anchored at one end only is found."""
    assert found_in("half-anchored-regex", ("regex", pattern)) == found


def test_a_condition_about_another_value(flow, widget, split, match, places):
    """A condition whose argument is not the split's input is found; blanks inside make no difference."""
    right = split("s", match("1", "a"), about="{{ x }}")
    wrong = split("t", match("1", "a"), about="{{widgets.b.inbound.Body}}")
    assert places("condition-about-another-value", flow(right, wrong, widget("a"))) == [
        ("t", "transitions.match.conditions[0].arguments")
    ]


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        (("contains", "1"), ("equal_to", "10"), 1),
        (("equal_to", "10"), ("contains", "1"), 0),
        (("equal_to", "Yes"), ("equal_to", "yes "), 1),
        (("matches_any_of", "yes,y"), ("equal_to", "Y"), 1),
        (("contains", "e"), ("matches_any_of", "yes,no"), 0),
        (("starts_with", "re"), ("matches_any_of", "refund,return"), 1),
        (("is_not_blank", ""), ("equal_to", "stop"), 1),
        (("regex", ".*"), ("equal_to", "stop"), 0),
        (("contains", "{{x}}"), ("equal_to", "a{{x}}"), 0),
    ],
)
def test_conditions_that_come_too_late(found_in, first, second, found):
    """A condition that an earlier one always takes first is found."""
    assert found_in("shadowed-condition", first, second) == found


def test_a_late_condition_with_the_same_target_is_harmless(flow, widget, split, match, say):
    """Two conditions that lead to the same widget may overlap."""
    made = split("s", match("1", "a", kind="contains"), match("10", "a"))
    assert say("shadowed-condition", flow(made, widget("a"))) == []
