"""Subflows: parameters, variables, revisions, steps; and the limits that count them in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.errors import SimulationError
from reconciler.simulate import IncomingMessage, Launch, Replied, SubflowEntered, flow_of, shelf, start

from .conftest import ADDRESS, CONTACT, SUBFLOW, circle, definition, widget


def parent(**properties):
    after = widget("after", "set-variables", ("next", None), variables=[{"key": "got", "value": "{{widgets.sub.bar}}"}])
    calls = widget("sub", "run-subflow", ("completed", "after"), ("failed", "oops"), **properties)
    return definition(calls, after, widget("oops", "send-message", ("sent", None), body="Oops"))


def child(*more):
    values = [
        {"key": "bar", "value": "{{trigger.parent.parameters.foo}}/{{trigger.message.Body}}/{{flow.variables.x}}"}
    ]
    return definition(
        widget("set", "set-variables", ("next", more[0]["name"] if more else None), variables=values), *more
    )


def test_subflows(play):
    """A subflow gets parameters, its steps hang on the parent's step, and its variables come back with its end."""
    data = parent(flow_sid=SUBFLOW, flow_revision="LatestPublished", parameters=[
        {"key": "foo", "value": "{{trigger.message.Body}}", "type": "string"},
        {"key": "obj", "value": '{"a": 1}', "type": "json_object"},
    ])  # fmt: skip
    run = play(data, child())
    assert run.path == [
        ("Trigger", "incomingMessage", "sub"),
        ("Trigger", "incomingParent", "set"),
        ("set", "next", "Ended"),
        ("sub", "completed", "after"),
        ("after", "next", "Ended"),
    ]
    assert run.effects[0] == SubflowEntered("sub", SUBFLOW, 4, {"foo": "Hello", "obj": {"a": 1}})
    assert [step.flow for step in run.steps[1:3]] == [SUBFLOW, SUBFLOW]
    assert {step.parent_step for step in run.steps[1:3]} == {run.steps[0].sid}
    inner = run.steps[2].context
    assert inner["trigger"]["parent"]["step_sid"] == run.steps[0].sid
    assert (inner["trigger"]["parent"]["trigger_type"], inner["flow"]["flow_sid"]) == ("message", SUBFLOW)
    assert inner["trigger"]["message"]["Body"] == "Hello"
    assert run.variables == {"got": "Hello/Hello/"}
    assert run.steps[4].parent_step is None


def test_a_subflow_may_wait(play):
    """A run can wait inside of a subflow, and goes on there."""
    ask = widget("ask", "send-and-wait-for-reply", ("incomingMessage", None), body="?")
    run = play(parent(flow_sid=SUBFLOW, flow_revision="4"), child(ask))
    assert [frame.flow for frame in run.state.frames] == [run.launch.flow.sid, SUBFLOW]
    run.give(Replied("x"))
    assert run.path[-3:] == [
        ("ask", "incomingMessage", "Ended"),
        ("sub", "completed", "after"),
        ("after", "next", "Ended"),
    ]


@pytest.mark.parametrize("sid", ["FW00000000000000000000000000000009", "{{flow.variables.sid}}", ""])
def test_a_subflow_that_is_not_there_fails(play, sid):
    """A flow that the library does not have, and Liquid in the SID, take the way of failure with Studio's code."""
    run = play(parent(flow_sid=sid, flow_revision="LatestPublished"), child())
    assert run.path[1] == ("sub", "failed", "oops")
    assert run.effects[0].code == 81024


def test_a_subflow_cannot_call_another(play):
    """Subflows do not nest: the inner call fails, and the outer flow goes on."""
    nested = widget("deeper", "run-subflow", ("failed", None), flow_sid=SUBFLOW, flow_revision="LatestPublished")
    run = play(parent(flow_sid=SUBFLOW, flow_revision="LatestPublished"), child(nested))
    assert ("deeper", "failed", "Ended") in run.path
    assert run.path[-1] == ("after", "next", "Ended")


class Asked:
    """A library that notes which revisions it is asked for."""

    def __init__(self, *flows):
        self.shelf, self.revisions = shelf(*flows), []

    def find(self, sid, revision):
        """Note, and find."""
        self.revisions += [revision] if sid == SUBFLOW else []
        return self.shelf.find(sid, revision)


@pytest.mark.parametrize(
    ("written", "test_user", "asked"),
    [
        ("LatestPublished", True, "LatestPublished"),
        ("LatestDraft", True, "LatestRevision"),
        ("LatestDraft", False, "LatestPublished"),
        ("LatestRevision", False, "LatestPublished"),
        ("7", False, "7"),
        (None, False, "LatestPublished"),
    ],
)
def test_revisions_of_subflows(written, test_user, asked):
    """Drafts of subflows are for test users of the parent; a number means that revision."""
    flow = flow_of(parent(flow_sid=SUBFLOW, flow_revision=written))
    library = Asked(flow, flow_of(definition(), SUBFLOW, 4))
    start(library, Launch(flow, IncomingMessage(CONTACT, ADDRESS), test_user=test_user))
    assert asked in library.revisions[1:]
    assert "4" in library.revisions


def test_steps_of_subflows_count(play):
    """The steps of a subflow count towards the 1,000 of the execution."""
    run = play(parent(flow_sid=SUBFLOW, flow_revision="LatestPublished"), circle(2))
    assert (len(run.steps), run.state.ended) == (1000, "STEP_LIMIT")


def test_the_last_step_in_a_subflow(play):
    """A subflow that ends with the last step that is allowed does not return: the parent would take one more."""
    # Two steps into the subflow, two to the circle, 249 times its four widgets: the thousandth step leaves the subflow.
    enough = {"type": "greater_than", "value": "248", "arguments": ["{{flow.variables.n}}"], "friendly_name": "x"}
    count = [{"key": "n", "value": "{{flow.variables.n | plus: 1}}"}]
    data = definition(
        widget("a", "set-variables", ("next", "b")),
        widget("b", "set-variables", ("next", "count")),
        widget("count", "set-variables", ("next", "one"), variables=count),
        widget("one", "set-variables", ("next", "two")),
        widget("two", "set-variables", ("next", "split")),
        widget("split", "split-based-on", ("noMatch", "count"), {"event": "match", "conditions": [enough]}),
    )
    run = play(parent(flow_sid=SUBFLOW, flow_revision="LatestPublished"), data)
    assert (len(run.steps), run.state.ended) == (1000, "STEP_LIMIT")
    assert run.path[-1] == ("split", "match", "Ended")


def test_sizes():
    """A flow of more than 2,000 widgets with those of its subflows, or of a megabyte, is refused."""
    launch = Launch(flow_of(circle(2000)), IncomingMessage(CONTACT, ADDRESS))
    with pytest.raises(SimulationError):
        start(shelf(launch.flow), launch)
    outer = flow_of(parent(flow_sid=SUBFLOW, flow_revision="LatestPublished"))
    with pytest.raises(SimulationError):
        start(shelf(outer, flow_of(circle(1996), SUBFLOW)), replace(launch, flow=outer))
    large = flow_of(definition(widget("say", "say-play", say="x" * 1_000_000)))
    with pytest.raises(SimulationError):
        start(shelf(large), replace(launch, flow=large))
