"""What runs went through, counted."""

from __future__ import annotations

from reconciler.definition.document import of
from reconciler.definition.graph import graph_of
from reconciler.scenario.coverage import Share, coverage, labels, ways
from reconciler.scenario.result import Passed
from reconciler.scenario.values import ContactDoes, Skips, Stub, Waits
from reconciler.simulate import Answered, Replied, flow_of

OPEN = Stub((Answered(200, "{}"),), url="*")


def reply(play, text):
    """Run up to a reply, and to what follows."""
    return play(Skips(), ContactDoes(Replied(text)), Skips(), stubs=(OPEN,))


def test_nothing_was_run(flows):
    """Without runs nothing is covered, and everything is listed."""
    found = coverage(Passed(), flows, flows.names())
    assert [(one.flow, one.widget_share) for one in found.flows] == [("clerk", Share(0, 3)), ("menu", Share(0, 9))]
    assert (found.transitions, found.conditions) == (Share(0, 25), Share(0, 8))


def test_one_run(play, flows):
    """A run covers the widgets where it was, those where it waits, and the ways that it took."""
    found = coverage(play(Skips()).passed, flows, ["menu"])
    [menu] = found.flows
    assert [name for name, ran in menu.widgets if ran] == ["Trigger", "ask"]
    assert [(way.widget, way.label, way.target) for way in menu.ways if way.taken] == [
        ("Trigger", "incomingMessage", "ask")
    ]


def test_runs_add_up(play, flows):
    """Several runs cover together what each of them covers, subflows too."""
    first, second = reply(play, "1").passed, play(Skips(), Waits(60), Skips()).passed
    both = first | second
    assert coverage(both, flows, flows.names()) == coverage(second | first, flows, flows.names())
    [clerk, menu] = coverage(both, flows, flows.names()).flows
    assert clerk.transition_share == Share(2, 6)
    assert {way.label for way in menu.ways if way.taken and way.widget == "ask"} == {"incomingMessage", "timeout"}


def test_ways_that_lead_nowhere_are_not_counted():
    """An event without a next widget is an end of the flow."""
    flow = flow_of(
        {"states": [{"name": "a", "type": "x", "transitions": [{"event": "e"}, {"event": "f", "next": "a"}]}]}
    )
    assert [(widget.name, number) for widget, number in ways(flow)] == [("a", 1)]


def test_a_condition_is_covered_when_it_held_and_did_not(play, flows):
    """Of several conditions of one transition each counts, as far as it was asked for."""
    [menu] = coverage(reply(play, "2").passed, flows, ["menu"]).flows
    told = {(one.transition, one.condition): (one.held, one.failed) for one in menu.conditions}
    assert told == {(1, 0): (False, True), (2, 0): (True, False), (2, 1): (False, True), (3, 0): (False, True)}
    assert menu.condition_share == Share(4, 8)


def test_conditions_cost_nothing_unless_they_are_asked_for(play):
    """A run that nobody wants coverage of notes no conditions."""
    assert play(Skips(), ContactDoes(Replied("1")), Skips(), conditions=False).passed.conditions == frozenset()


def test_transitions_are_called_as_in_graphs():
    """A label leads to the edge of the same transition in the graph, also where two are called the same."""
    same = {"event": "match", "next": "a", "conditions": [{"type": "equal_to", "value": "1"}]}
    data = {"states": [{"name": "a", "type": "split-based-on", "transitions": [same, same, {"event": "noMatch"}]}]}
    widget = flow_of(data).widget("a")
    assert widget is not None
    assert labels(widget) == [edge.label for edge in graph_of(of(data)).edges]
    assert len(set(labels(widget))) == 3


def test_shares():
    """A share of nothing is all of it."""
    assert (Share().percent, Share(1, 8).percent, Share(1, 2) + Share(1, 3)) == (100.0, 12.5, Share(2, 5))
