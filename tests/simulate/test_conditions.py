"""Every type of condition, and how a split chooses."""

from __future__ import annotations

import pytest

from reconciler.definition.catalogue import condition_types
from reconciler.simulate import Assumption, Replied
from reconciler.simulate.conditions import COMPARISONS, holds

from .conftest import condition, definition, widget

HOLDING = [
    ("equal_to", " YES\n", "yes"),
    ("equal_to", "Ärger", "äRGER"),
    ("not_equal_to", "no", "yes"),
    ("matches_any_of", "YES", "yes,yeah,yup"),
    ("matches_any_of", "check in", "stop , Check In"),
    ("does_not_match_any_of", "yep", "yes,yeah,yup"),
    ("is_blank", " \t\n", "Is Blank"),
    ("is_not_blank", "x", "Is Not Blank"),
    ("regex", " Room 12 ", r"room \d+"),
    ("contains", "aab", "AA"),
    ("does_not_contain", "aab", "ba"),
    ("starts_with", " Hoot", "hoo"),
    ("does_not_start_with", "Hoot", "oot"),
    ("less_than", "9", "10"),
    ("less_than", "-1.5", " -1.25 "),
    ("greater_than", "10", "9"),
    ("is_before_time", "16:34", "16:35"),
    ("is_after_time", "17:00", "16:35"),
    ("is_before_date", "2017-09-03", "2017-09-04"),
    ("is_after_date", "2019-08-12", "2017-09-04"),
]
FAILING = [
    ("equal_to", "yes.", "yes"),
    ("not_equal_to", "YES ", "yes"),
    ("matches_any_of", "yes,yeah", "yes,yeah"),
    ("does_not_match_any_of", " Yeah", "yes,yeah,yup"),
    ("is_blank", "0", ""),
    ("is_not_blank", "  ", ""),
    ("regex", "6", "[1-5]"),
    ("regex", "room 12 and 13", r"room \d+"),
    ("regex", "anything", "("),
    ("contains", "aab", "c"),
    ("does_not_contain", "aab", "B"),
    ("starts_with", "Hoot", "oot"),
    ("does_not_start_with", "Hoot", "HOO"),
    ("less_than", "10", "9"),
    ("less_than", "ten", "11"),
    ("less_than", "", "1"),
    ("greater_than", "900", "1000"),
    ("greater_than", "nan", "1"),
    ("is_before_time", "17:00", "16:35"),
    ("is_before_time", "9:00", "10:00"),
    ("is_after_time", "25:00", "10:00"),
    ("is_before_date", "2017-09-04", "2017-09-04"),
    ("is_after_date", "12/08/2019", "2017-09-04"),
    ("is_after_date", "2019-02-30", "2017-09-04"),
    ("unheard_of", "a", "a"),
]


@pytest.mark.parametrize(("kind", "subject", "value"), HOLDING)
def test_conditions_that_hold(kind, subject, value):
    """Comparisons ignore case and white space around, and hold where the documentation says so."""
    assert holds(kind, subject, value)


@pytest.mark.parametrize(("kind", "subject", "value"), FAILING)
def test_conditions_that_do_not_hold(kind, subject, value):
    """A regular expression matches the whole text; what is no number, date or time fails its condition."""
    assert not holds(kind, subject, value)


def test_every_known_type_is_tested():
    """Each type of condition of the schemas can be compared, and is tested both ways."""
    assert set(condition_types()) == set(COMPARISONS)
    assert set(COMPARISONS) == {kind for kind, _, _ in HOLDING}
    assert set(COMPARISONS) | {"unheard_of"} == {kind for kind, _, _ in FAILING}


def ask(*transitions, tested="{{widgets.ask.inbound.Body}}"):
    return definition(
        widget("ask", "send-and-wait-for-reply", ("incomingMessage", "split"), body="?"),
        widget("split", "split-based-on", *transitions, input=tested),
        *(widget(name, "set-variables", ("next", None)) for name in ("one", "two", "other")),
    )


def matching(target, *conditions):
    return {"event": "match", "next": target, "conditions": [*conditions]}


def test_the_first_condition_that_holds_wins(play):
    """Conditions are tried in the order of their transitions, whatever stands between them, and the step says which."""
    data = ask(
        matching("one", condition("contains", "a")),
        ("noMatch", "other"),
        matching("two", condition("contains", "ab")),
    )
    run = play(data).give(Replied("abc"))
    assert run.path[2:] == [("split", "match", "one"), ("one", "next", "Ended")]
    assert run.steps[2].transition == 0
    assert Assumption.SPLIT_ORDER in run.state.assumptions


def test_no_match(play):
    """Where nothing holds, `noMatch` is taken; where there is no such transition, the flow ends."""
    first = matching("one", condition("equal_to", "yes"))
    assert play(ask(first, ("noMatch", "other"))).give(Replied("no")).path[2][1:] == ("noMatch", "other")
    run = play(ask(first)).give(Replied("no"))
    assert run.path[2:] == [("split", "noMatch", "Ended")]
    assert Assumption.NO_TRANSITION in run.state.assumptions


def test_a_condition_tests_its_own_argument(play):
    """A condition compares its own argument rather than the input of the widget, and the run says so."""
    own = matching("one", condition("equal_to", "hello", "{{trigger.message.Body}}"))
    run = play(ask(own, ("noMatch", "other"))).give(Replied("no"))
    assert run.path[2][2] == "one"
    assert Assumption.CONDITION_SUBJECT in run.state.assumptions


def test_values_of_conditions_are_rendered(play):
    """What a condition compares with may be Liquid; a list is split after it is rendered."""
    listed = matching("one", condition("matches_any_of", "{{trigger.message.Body}},{{'x,y'}}"))
    assert play(ask(listed, ("noMatch", "other"))).give(Replied("Y")).path[2][2] == "one"


def test_all_conditions_of_a_transition_have_to_hold(play):
    """A transition with several conditions is taken when all hold, and never without one."""
    both = matching("one", condition("contains", "a"), condition("contains", "b"))
    data = ask(both, matching("two"), ("noMatch", "other"))
    assert play(data).give(Replied("ab")).path[2][2] == "one"
    run = play(data).give(Replied("a"))
    assert run.path[2][2] == "other"
    assert {Assumption.SEVERAL_CONDITIONS, Assumption.SPLIT_ORDER} <= run.state.assumptions


def test_a_condition_that_nobody_knows(play):
    """A type of condition that nobody knows does not hold, and the run says so."""
    run = play(ask(matching("one", condition("sounds_like", "a")), ("noMatch", "other"))).give(Replied("a"))
    assert run.path[2][2] == "other"
    assert Assumption.UNKNOWN_CONDITION in run.state.assumptions


def test_a_number_as_value(play):
    """A value that is no text in the definition is compared as its JSON."""
    data = ask(matching("one", condition("equal_to", 5)), ("noMatch", "other"))
    assert play(data).give(Replied("5")).path[2][2] == "one"
