"""Which conditions of a split were asked for, told from a step."""

from __future__ import annotations

import pytest

from reconciler.simulate import Decision, decisions


@pytest.fixture
def split(play):
    """Give what runs a split on the message `Hello`, and gives its flow and its steps."""

    def run(*ways):
        conditions = [[{"type": "equal_to", "value": value} for value in values] for values in ways]
        matches = [{"event": "match", "conditions": some} for some in conditions]
        state = {
            "name": "split",
            "type": "split-based-on",
            "transitions": [*matches, {"event": "noMatch"}],
            "properties": {"input": "{{trigger.message.Body}}"},
        }
        trigger = {
            "name": "Trigger",
            "type": "trigger",
            "transitions": [{"event": "incomingMessage", "next": "split"}],
            "properties": {},
        }
        found = play({"states": [trigger, state], "initial_state": "Trigger"})
        return found.launch.flow, found.steps

    return run


@pytest.mark.parametrize(
    ("ways", "expected"),
    [
        ([["hello"], ["hello"]], [Decision(0, 0, held=True)]),
        ([["bye"], ["hello"]], [Decision(0, 0, held=False), Decision(1, 0, held=True)]),
        ([["bye"], ["no"]], [Decision(0, 0, held=False), Decision(1, 0, held=False)]),
        ([["hello", "bye", "no"]], [Decision(0, 0, held=True), Decision(0, 1, held=False)]),
        ([[], ["hello"]], [Decision(1, 0, held=True)]),
    ],
)
def test_conditions_are_asked_for_until_one_way_is_taken(split, ways, expected):
    """Conditions count up to the first transition that is taken, and in it up to the first that does not hold."""
    flow, steps = split(*ways)
    assert list(decisions(flow, steps[-1])) == expected


def test_other_widgets_decide_nothing(split):
    """A step out of anything but a split has no conditions."""
    flow, steps = split(["hello"])
    assert decisions(flow, steps[0]) == ()
