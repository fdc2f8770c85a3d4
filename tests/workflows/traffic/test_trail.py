from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.workflows.traffic.trail import in_order

LOOP = (("Trigger", "incomingMessage", "a"), ("a", "x", "b"), ("b", "y", "a"), ("a", "z", "Ended"))


def shuffled(steps):
    return st.permutations(list(steps))


@given(data=st.data())
def test_dates_decide(run_of, data):
    """Steps at different times come out in their order, in whatever order they came."""
    _, steps = run_of(*LOOP)
    assert list(in_order(data.draw(shuffled(steps)))) == steps


@given(data=st.data())
def test_steps_of_one_second_follow_each_other(run_of, data):
    """Where all dates are the same, or there is none, each step goes on from where the one before led to."""
    _, steps = run_of(*LOOP, apart=0)
    for given_steps in (steps, [replace(step, date_created=None) for step in steps]):
        assert list(in_order(data.draw(shuffled(given_steps)))) == given_steps


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
