from __future__ import annotations

import pytest

from reconciler.errors import SimulationError
from reconciler.scenario.coverage import coverage
from reconciler.scenario.generate.propose import propose
from reconciler.scenario.result import Passed, Visit
from reconciler.scenario.run import run


def test_all_is_covered_and_passes(make):
    """A menu over a reply, a Function that may fail, and a time-out: all transitions are covered by tests that pass."""
    ask = make.widget(
        "ask",
        "send-and-wait-for-reply",
        ("incomingMessage", "choice"),
        ("timeout", "bye"),
        ("deliveryFailure", None),
        body="Yes or no?",
        timeout="3600",
    )
    choice = make.split(
        "choice",
        "{{widgets.ask.inbound.Body}}",
        ("equal_to", "yes", "book"),
        ("equal_to", "no", "bye"),
        otherwise="ask",
    )
    book = make.widget("book", "run-function", ("success", "done"), ("fail", "bye"), url="https://example.com/book")
    done = make.split("done", "{{widgets.book.parsed.day}}", ("is_not_blank", "", "thanks"), otherwise="bye")
    flows = make.flows(flow=make.definition(ask, choice, book, done, make.say("thanks", "See you"), make.say("bye")))
    found = propose(flows, "flow")
    assert not found.unreached
    assert found.covered == found.asked == 10
    results = [run(scenario, flows) for scenario in found.scenarios]
    assert all(result.ok for result in results)
    counted = coverage(_together(results), flows, ["flow"])
    assert counted.transitions.percent == 100
    assert len({scenario.name for scenario in found.scenarios}) == len(found.scenarios)
    assert propose(flows, "flow") == found


def test_values_are_followed_back_through_variables_and_subflows(make):
    """A split over what a subflow set from an answer is satisfied by that answer."""
    parent = make.definition(
        make.widget("hours", "run-subflow", ("completed", "open"), ("failed", None), flow_sid="${flow.hours.sid}"),
        make.split("open", "{{widgets.hours.state}}", ("equal_to", "open", "hello"), otherwise="closed"),
        make.say("hello"),
        make.say("closed"),
    )
    called = make.definition(
        make.widget("look", "make-http-request", ("success", "set"), ("failed", None), url="https://example.com"),
        make.widget(
            "set",
            "set-variables",
            ("next", None),
            variables=[{"key": "state", "value": "{{widgets.look.parsed.desk.state | downcase}}"}],
        ),
        events=("incomingParent",),
    )
    found = propose(make.flows(flow=parent, hours=called), "flow")
    assert not found.unreached
    assert len(found.scenarios) == 2


def test_counters_are_counted(make):
    """A loop that gives up after three wrong answers is gone round three times."""
    ask = make.widget(
        "ask", "gather-input-on-call", ("keypress", "right"), ("speech", None), ("timeout", None), say="?"
    )
    count = make.widget(
        "count",
        "set-variables",
        ("next", "enough"),
        variables=[{"key": "tries", "value": "{{flow.variables.tries | default: 0 | plus: 1}}"}],
    )
    data = make.definition(
        ask,
        make.split("right", "{{widgets.ask.Digits}}", ("equal_to", "42", None), otherwise="count"),
        count,
        make.split("enough", "{{flow.variables.tries}}", ("greater_than", "2", "sorry"), otherwise="ask"),
        make.widget("sorry", "say-play", ("audioComplete", None), say="Sorry"),
        events=("incomingCall",),
    )
    found = propose(make.flows(flow=data), "flow")
    assert not found.unreached
    assert max(scenario.script.count(scenario.script[1]) for scenario in found.scenarios) >= 3


@pytest.mark.parametrize(
    ("widgets", "cause"),
    [
        ([("a", "{{flow.variables.typo}}", ("equal_to", "1", "x"))], "unset"),
        ([("a", "{{widgets.nobody.Digits}}", ("equal_to", "1", "x"))], "unset"),
        ([("a", "{{trigger.message.Body}}", ("less_than", "5", None), ("equal_to", "0", "x"))], "shadowed"),
        ([("a", "{{trigger.message.Body}}", ("regex", "a(?=b)", "x"))], "condition"),
    ],
)
def test_what_no_input_passes_is_explained(make, widgets, cause):
    """A transition that no input passes is named with its reason, and the others are covered all the same."""
    splits = [make.split(name, subject, *ways, otherwise="y") for name, subject, *ways in widgets]
    found = propose(make.flows(flow=make.definition(*splits, make.say("x"), make.say("y"))), "flow")
    (missed,) = found.unreached
    assert (missed.widget, missed.cause, missed.next) == ("a", cause, "x")
    assert found.covered == found.asked - 1


def test_the_shape_of_a_flow_is_explained(make):
    """Widgets that nothing leads to, second transitions of one event, and what lies behind them are told apart."""
    data = make.definition(
        make.split("ask", "{{flow.variables.typo}}", ("equal_to", "1", "x"), otherwise="say"),
        make.widget("say", "send-message", ("sent", None), ("sent", "x"), body="Hi"),
        make.say("x", following="say"),
        make.say("island", following="say"),
    )
    found = propose(make.flows(flow=data), "flow")
    causes = {(one.widget, one.event): one.cause for one in found.unreached}
    assert causes == {
        ("ask", "match"): "unset",
        ("say", "sent"): "duplicate",
        ("x", "sent"): "behind",
        ("island", "sent"): "isolated",
    }


def test_subflows_are_stubbed_where_they_have_to_be(make):
    """A subflow that nobody knows is a stub that gives what the splits want; one that is known fails by a stub."""
    data = make.definition(
        make.widget("hours", "run-subflow", ("completed", "open"), ("failed", "x"), flow_sid="FW0123"),
        make.split("open", "{{widgets.hours.state}}", ("equal_to", "open", "sub"), otherwise="x"),
        make.widget("sub", "run-subflow", ("completed", "x"), ("failed", "y"), flow_sid="${flow.known.sid}"),
        make.say("x"),
        make.say("y"),
    )
    known = make.definition(make.say("hello"), events=("incomingParent",))
    flows = make.flows(flow=data, known=known)
    found = propose(flows, "flow")
    assert not found.unreached
    assert all(run(scenario, flows).ok for scenario in found.scenarios)


def test_only_what_is_missing_is_proposed(make):
    """Transitions that tests pass already are not asked for, and names that are taken are not given."""
    ask = make.split("a", "{{trigger.message.Body}}", ("equal_to", "yes", "x"), otherwise="y")
    flows = make.flows(flow=make.definition(ask, make.say("x"), make.say("y")))
    whole = propose(flows, "flow")
    names = {scenario.name for scenario in whole.scenarios}
    rest = propose(flows, "flow", {Visit("flow", "Trigger", 0), Visit("flow", "a", 0)}, names)
    assert (rest.asked, rest.covered, len(rest.scenarios)) == (1, 1, 1)
    assert rest.scenarios[0].name not in names
    nothing = propose(flows, "flow", {visit for one in whole.scenarios for visit in run(one, flows).passed.transitions})
    assert (nothing.asked, nothing.scenarios) == (0, ())


def test_a_flow_that_goes_round_without_end_is_no_trap(make):
    """A flow that polls for ever gets scenarios that end at Studio's limit."""
    poll = make.widget(
        "poll", "make-http-request", ("success", "poll2"), ("failed", "poll2"), url="https://example.com"
    )
    again = make.widget(
        "poll2", "make-http-request", ("success", "poll"), ("failed", "poll"), url="https://example.com"
    )
    flows = make.flows(flow=make.definition(poll, again))
    found = propose(flows, "flow")
    assert found.covered
    assert all(run(scenario, flows).ok for scenario in found.scenarios)
    assert {one.cause for one in found.unreached} <= {"endless"}


def test_no_name_tells_a_secret(make):
    """What is a secret stands in no name of a test, though a split asks for it."""
    ask = make.widget("ask", "send-and-wait-for-reply", ("incomingMessage", "a"), ("timeout", None), body="Word?")
    split = make.split("a", "{{widgets.ask.inbound.Body}}", ("equal_to", "swordfish", "x"), otherwise="x")
    flows = make.flows(flow=make.definition(ask, split, make.say("x")))
    assert any("swordfish" in one.name for one in propose(flows, "flow", taken={"flow-x"}).scenarios)
    found = propose(flows, "flow", taken={"flow-x"}, secrets={"swordfish"})
    assert not found.unreached
    assert not any("swordfish" in one.name for one in found.scenarios)


def test_an_unknown_flow_is_refused(make):
    """For a flow that is not there, nothing can be proposed."""
    with pytest.raises(SimulationError):
        propose(make.flows(), "nobody")


def _together(results):
    whole = Passed()
    for result in results:
        whole |= result.passed
    return whole
