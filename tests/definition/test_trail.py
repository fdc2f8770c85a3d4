"""The order of steps: by date, then by what leads where; behind the step that entered a sub-flow; however they came."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.definition.trail import depths_of, in_order, in_path_order
from tests.support.executions import execution, step
from tests.support.traffic import run_maker

RUN = execution(1)
LOOP = (("Trigger", "incomingMessage", "a"), ("a", "x", "b"), ("b", "y", "a"), ("a", "z", "Ended"))
LONG_LOOP = (("a", "x", "b"), ("b", "y", "a"), *LOOP[1:])
NESTED = (
    (1, "Trigger incomingMessage greet", None), (2, "greet sent call", None), (3, "Trigger incomingParent ask", 2),
    (4, "ask timeout deeper", 2), (5, "Trigger incomingParent say", 4), (6, "say sent Ended", 4),
    (7, "deeper completed call", 2), (8, "call completed Ended", 2), (9, "call completed call", None),
    (10, "Trigger incomingParent ask", 9), (11, "ask timeout Ended", 9), (12, "call completed Ended", None),
)  # fmt: skip


@pytest.fixture
def run():
    """Give a function that makes an execution of moves, with SIDs that begin anew."""
    return run_maker()


def made(moves, spread):
    """Give the steps of the moves, so many seconds apart."""
    return [step(number, RUN, move, at=number * spread, parent=parent) for number, move, parent in moves]


@given(data=st.data(), moves=st.sampled_from([LOOP, LONG_LOOP]))
def test_dates_decide(data, moves):
    """Steps at different times come out in their order, in whatever order they came."""
    _, steps = run_maker()(*moves)
    assert list(in_order(data.draw(st.permutations(steps)))) == steps


@given(data=st.data())
def test_steps_of_one_second_follow_each_other(data):
    """Where all dates are the same, or there is none, each step goes on from where the one before led to."""
    _, steps = run_maker()(*LOOP, apart=0)
    for given_steps in (steps, [replace(one, date_created=None) for one in steps]):
        assert list(in_order(data.draw(st.permutations(given_steps)))) == given_steps


@given(data=st.data(), spread=st.sampled_from([0, 0.3, 1]), dated=st.booleans())
def test_the_steps_of_a_subflow_stand_behind_the_one_that_entered_it(data, spread, dated):
    """However they came, and even all in one second or without dates: through sub-flows in sub-flows, and out again."""
    steps = made(NESTED, spread)
    if not dated:
        steps = [replace(one, date_created=None) for one in steps]
    mixed = data.draw(st.permutations(steps))
    assert in_path_order(mixed) == steps
    assert [depths_of(mixed)[one.sid] for one in steps] == [0, 0, 1, 1, 2, 2, 1, 1, 0, 1, 1, 0]


@given(data=st.data())
def test_parents_in_a_circle_or_missing_do_no_harm(data):
    """Each step comes out once, in the same order however they came, whatever the steps name as their parents."""
    numbers = range(1, 7)
    parents = data.draw(st.lists(st.none() | st.integers(1, 9), min_size=6, max_size=6))
    steps = [step(number, RUN, f"w{number} x w{number + 1}", parent=parents[number - 1]) for number in numbers]
    ordered = in_path_order(steps)
    assert sorted(one.sid for one in ordered) == sorted(one.sid for one in steps)
    assert in_path_order(data.draw(st.permutations(steps))) == ordered
    assert {one.sid for one in steps} <= depths_of(steps).keys()


def test_a_subflow_of_a_step_that_did_not_arrive_stands_by_its_date():
    """A part whose parent is not there does not stand at the end when others came after it."""
    steps = made([move for move in NESTED if move[0] != 2], 1)
    assert in_path_order(steps[::-1]) == steps


@pytest.mark.parametrize("apart", [0, 1])
def test_a_list_that_is_newest_first_is_turned(run, apart):
    """A list of Studio's in either direction gives the same order, even if it reads well backwards."""
    _, steps = run(
        ("Trigger", "incomingCall", "a"), ("a", "x", "Trigger"), ("Trigger", "again", "a"), ("a", "z", "Ended"),
        apart=apart, kinds={"Trigger": "trigger"},
    )  # fmt: skip
    assert list(in_order(steps[::-1])) == list(steps)
    assert list(in_order(steps)) == list(steps)


def test_a_missing_step_is_no_obstacle(run):
    """Where nothing leads on, the order goes on where nothing leads to."""
    _, steps = run(*LOOP[:1], *LOOP[2:], apart=0)
    assert list(in_order(steps[::-1])) == list(steps)
