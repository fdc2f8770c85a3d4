from __future__ import annotations

import re

import pytest

from reconciler.scenario.generate.patterns import sample
from reconciler.scenario.generate.solving import satisfying, telling
from reconciler.simulate.conditions import COMPARISONS, holds

VALUES = {
    "regex": r"^(yes|yeah)\s*!?$",
    "less_than": "5",
    "greater_than": "-2.5",
    "is_before_date": "2026-03-02",
    "is_after_date": "2026-03-02",
    "is_before_time": "09:00",
    "is_after_time": "17:30",
    "matches_any_of": "yes, yeah , ok",
}


@pytest.mark.parametrize("kind", COMPARISONS)
def test_every_kind_of_condition_is_satisfied(kind):
    """For every documented type of condition, a text is found for which it holds, and only such texts are given."""
    value = VALUES.get(kind, "Yes")
    found = satisfying(kind, value)
    assert found
    assert all(holds(kind, text, value) for text in found)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\d{5}",
        r"^([01]?\d|2[0-3]):[0-5]\d$",
        r"[\w.-]+@[\w-]+\.[a-z]{2,}",
        r"(?=.*blocked)(?=.*policy).*",
        r"(?P<first>a|b)[^0-9]+",
        r"\+1\d{10}",
        r".*help.*",
        r"(?:st|op)op{1,3}",
    ],
)
def test_a_pattern_gives_a_text_that_matches(pattern):
    """Of the patterns that people write for replies, one of the texts that are given matches."""
    assert any(re.fullmatch(pattern, text, re.IGNORECASE) for text in sample(pattern))


@pytest.mark.parametrize("pattern", ["(", "[", "a{", "\\", "(?P<x", "[a-", "(?", "*", "x" * 501, "(((((a)))))" * 40])
def test_what_is_no_pattern_breaks_nothing(pattern):
    """A pattern that cannot be read gives texts or none, and no error."""
    assert isinstance(sample(pattern), tuple)


def test_texts_tell_conditions_apart():
    """Two conditions that hold together for some texts give one text each way: first alone, both, none."""
    conditions = (("regex", "[1-5]"), ("less_than", "3"))
    held = [tuple(holds(kind, text, value) for kind, value in conditions) for text in telling(conditions)]
    assert {(True, True), (True, False), (False, False)} <= {*held}
    assert held[-1] == (False, False)
    assert len(held) == len({*held})


def test_keys_are_keys():
    """Where only keys can be pressed, no other text is given, and yet one that no condition is meant for."""
    conditions = (("equal_to", "1"), ("equal_to", "2"), ("equal_to", "sales"))
    assert telling(conditions, re.compile("[0-9*#]+")) == ("1", "2", "0")
