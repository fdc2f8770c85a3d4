"""Rules 4 and 13."""

import pytest

from reconciler.definition.document import of
from reconciler.definition.lint.context import Neighbour


def test_a_lost_group_is_one_finding(flow, widget, say):
    """Widgets that nothing leads to are told of once a group, at the one through which it would be entered."""
    data = flow(widget("a"), widget("x", ("next", "y")), widget("y", ("next", "z")), widget("z"), widget("lone"))
    assert [p.widget for p in say("unreachable-widget", data)] == ["x", "lone"]


def test_a_lost_circle_is_one_finding(flow, widget, places):
    """A circle has no entry; it is still one finding."""
    data = flow(widget("a"), widget("x", ("next", "y")), widget("y", ("next", "x")))
    assert places("unreachable-widget", data) == [("x", "name")]


def test_what_only_an_error_leads_to_is_reached(flow, widget, places):
    """Any event is a way, and initial_state counts even when it is no trigger."""
    data = flow(widget("a", ("failed", "b")), widget("b"))
    assert places("unreachable-widget", data) == []
    assert places("unreachable-widget", {**data, "initial_state": "a"}) == [("Trigger", "name")]


def test_a_flow_without_start_is_left_to_validate(widget, places):
    """Where nothing starts, everything would be unreachable: that is said once, elsewhere."""
    assert places("unreachable-widget", {"states": [widget("a"), widget("b")]}) == []


def test_a_trigger_that_starts_nothing(flow, widget, places):
    """A trigger without any way on is found; one event is enough, and a flow of a trigger alone is just begun."""
    data = flow(widget("a"))
    del data["states"][0]["transitions"][0]["next"]
    assert places("idle-trigger", data) == [("Trigger", "transitions")]
    assert places("idle-trigger", flow(widget("a"))) == []
    assert places("idle-trigger", flow()) == []


@pytest.mark.parametrize("sid", ["${flow.mine.sid}", "FW" + "1" * 32])
def test_a_called_flow_wants_its_parent_event(flow, widget, places, sid):
    """A flow that another one runs, by name or SID, needs incomingParent; one that nobody runs does not."""
    caller = of(flow(widget("call", kind="run-subflow", flow_sid=sid, flow_revision="LatestPublished")))
    around = {"flows": {"other": Neighbour(caller)}, "sids": {"FW" + "1" * 32: "mine"}}
    mine = flow(widget("a"))
    expected = [("Trigger", "transitions.incomingParent")]
    assert places("parent-event-unwired", mine, name="mine", **around) == expected
    assert places("parent-event-unwired", mine, name="another", **around) == []
    mine["states"][0]["transitions"].append({"event": "incomingParent", "next": "a"})
    assert places("parent-event-unwired", mine, name="mine", **around) == []


def test_widgets_for_rest_flows(flow, widget, places):
    """start-conversation without incomingRequest is found."""
    data = flow(widget("open", kind="start-conversation"))
    assert places("rest-only-widget", data) == [("open", "type")]
    data["states"][0]["transitions"].append({"event": "incomingRequest", "next": "open"})
    assert places("rest-only-widget", data) == []
