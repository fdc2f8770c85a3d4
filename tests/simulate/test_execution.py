"""Whole executions: triggers, variables, steps, subflows, limits, time, ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.errors import SimulationError
from reconciler.simulate import (
    Answered,
    Assumption,
    HungUp,
    IncomingCall,
    IncomingConversationMessage,
    IncomingMessage,
    IncomingParent,
    IncomingRequest,
    Launch,
    Outcome,
    Replied,
    Step,
    TimedOut,
    Troubled,
    advance,
    due,
    flow_of,
    place,
    proceed,
    shelf,
    start,
    stop,
    take,
)

from .conftest import ADDRESS, CONTACT, circle, condition, definition, widget

START = 1_700_000_000.0
DAY = 86_400.0


def asking():
    ask = widget("ask", "send-and-wait-for-reply", ("incomingMessage", "thank"), ("timeout", None), body="?")
    return definition(ask, widget("thank", "send-message", ("sent", None), body="Thanks"))


@pytest.mark.parametrize(
    ("trigger", "kind", "fields"),
    [
        (IncomingMessage(CONTACT, ADDRESS, "Hi", ("https://example.com/a",), {"FromCity": "X"}), "message",
         {"From": CONTACT, "To": ADDRESS, "Body": "Hi", "NumMedia": "1", "MediaUrl0": "https://example.com/a",
          "FromCity": "X"}),
        (IncomingCall(CONTACT, ADDRESS, {"CallStatus": "in-progress"}), "call",
         {"From": CONTACT, "Caller": CONTACT, "To": ADDRESS, "Called": ADDRESS, "CallStatus": "in-progress"}),
        (IncomingConversationMessage(CONTACT, ADDRESS, "Hi"), "conversation", {"From": CONTACT, "Body": "Hi"}),
        (IncomingRequest(CONTACT, ADDRESS, {"a": 1}), "request",
         {"to": CONTACT, "from": ADDRESS, "parameters": {"a": 1}}),
    ],
)  # fmt: skip
def test_triggers(play, trigger, kind, fields):
    """Each trigger takes its own transition and brings its variables; the contact and the address stand apart too."""
    run = play(definition(), trigger=trigger)
    context = run.state.context
    assert run.path == [("Trigger", trigger.event, "Ended")]
    assert fields.items() <= context["trigger"][kind].items()
    assert context["contact"] == {"channel": {"address": CONTACT}}
    assert context["flow"]["channel"] == {"address": ADDRESS}
    assert (context["flow"]["sid"], context["flow"]["flow_sid"]) == (run.launch.execution, run.launch.flow.sid)
    assert context["flow"].get("data") == ({"a": 1} if kind == "request" else None)


def test_a_subflow_alone(play):
    """A subflow can be run alone, with the parameters that a parent would pass."""
    trigger = IncomingParent(IncomingCall(CONTACT, ADDRESS), {"language": "de"})
    run = play(definition(), trigger=trigger)
    assert run.path == [("Trigger", "incomingParent", "Ended")]
    parent = run.state.context["trigger"]["parent"]
    assert (parent["parameters"], parent["trigger_type"]) == ({"language": "de"}, "call")
    assert run.state.context["trigger"]["call"]["From"] == CONTACT


def test_what_the_caller_gave_is_not_shared(play):
    """Variables do not change with the values that a trigger or an event was made of."""
    given = {"a": {"b": 1}}
    run = play(asking(), trigger=IncomingRequest(CONTACT, ADDRESS, given))
    given["a"]["b"] = 2
    assert run.state.context["flow"]["data"] == {"a": {"b": 1}}


def test_steps_say_what_studio_says(play):
    """A step has number, SID, event, widgets, type, time and the variables after it."""
    run = play(asking()).give(Replied("x"), START + 60)
    first, second = run.steps
    flow = run.launch.flow.sid
    assert first == Step(
        1, first.sid, flow, "incomingMessage", "Trigger", "ask", "trigger", 0, START, None, first.context
    )
    assert (second.number, second.type, second.at) == (2, "send-and-wait-for-reply", START + 60)
    assert second.sid != first.sid
    assert second.sid[:2] == "FT"
    assert second.context["widgets"]["ask"]["inbound"]["Body"] == "x"
    assert "ask" not in first.context["widgets"]


def test_an_event_leaves_the_state_as_it_was(play):
    """Going on from a state does not change it: the same state can be gone on with twice, in two ways."""
    run = play(asking())
    before = run.state
    one, other = (advance(run.library, before, Replied(body)) for body in ("a", "b"))
    assert one.state.context["widgets"]["ask"]["inbound"]["Body"] == "a"
    assert other.state.context["widgets"]["ask"]["inbound"]["Body"] == "b"
    assert before.context["widgets"] == {}


def test_a_thousand_steps(play):
    """An execution ends after 1,000 steps, with Studio's code, however it got there."""
    run = play(circle(3))
    assert (len(run.steps), run.state.ended) == (1000, "STEP_LIMIT")
    assert (run.effects[-1].kind, run.effects[-1].code) == ("limit", 81000)


def test_ten_runs_in_a_row(play):
    """The same widget runs ten times in a row and no more; another one in between begins the count anew."""
    run = play(circle(1))
    assert [step.transitioned_from for step in run.steps] == ["Trigger"] + ["w0"] * 10
    assert run.state.ended == "REPEAT_LIMIT"
    assert run.effects[-1] == Troubled("w0", "limit", "w0 ran 10 times in a row")
    waits = play(definition(widget("ask", "send-and-wait-for-reply", ("incomingMessage", "ask"), body="?")))
    for _ in range(10):
        assert waits.state.ended is None
        waits.give(Replied("x"))
    assert waits.state.ended == "REPEAT_LIMIT"


def test_time(play):
    """Time comes from the events: it does not run backwards, and a deadline is met neither early nor after a reply."""
    run = play(asking())
    assert due(run.state) == START + 3600
    for event, at in ((TimedOut(), START + 3599), (Replied("x"), START - 1), (Replied("x"), START + 3601)):
        with pytest.raises(SimulationError):
            run.give(event, at)
    run.give(TimedOut(), START + 4000)
    assert (run.steps[-1].name, run.steps[-1].at, run.state.now) == ("timeout", START + 4000, START + 4000)
    assert due(run.state) is None


def test_a_reply_at_the_last_moment(play):
    """A reply in the very moment of the deadline still counts."""
    assert play(asking()).give(Replied("x"), START + 3600).steps[-1].name == "incomingMessage"


def test_thirty_days(play):
    """An execution ends 30 days after its start, whatever it waits for."""
    run = play(definition(widget("say", "say-play", ("audioComplete", None), say="x")))
    assert due(run.state) == START + 30 * DAY
    run.give(TimedOut())
    assert (run.state.ended, run.state.now, len(run.steps)) == ("EXPIRED", START + 30 * DAY, 1)
    late = play(definition(widget("say", "say-play", ("audioComplete", None), say="x")))
    assert late.give(Outcome("audioComplete"), START + 31 * DAY).state.ended == "EXPIRED"


def test_nothing_times_out_that_has_no_deadline(play):
    """A widget that waits without a deadline takes no time-out before the end of the execution's life."""
    run = play(definition(widget("say", "say-play", ("audioComplete", None), say="x")))
    with pytest.raises(SimulationError):
        run.give(TimedOut(), START + 1)


def test_an_end_takes_no_events(play):
    """What has ended, or has not begun to wait, takes no events, and cannot be stopped twice."""
    run = play(definition())
    with pytest.raises(SimulationError):
        run.give(Replied("x"))
    with pytest.raises(SimulationError):
        stop(run.state)
    assert proceed(run.library, run.state).state == run.state


def test_a_dangling_transition(play):
    """A transition to no widget ends the execution and says so."""
    run = play(definition(widget("it", "set-variables", ("next", "gone"))))
    assert run.path[-1] == ("it", "next", "gone")
    assert run.state.ended == "DANGLING_TRANSITION"
    assert run.effects[-1].kind == "definition"


def test_the_first_of_two_transitions(play):
    """Of two transitions for one event the first is taken, and the run says that this is not documented."""
    data = definition(widget("it", "set-variables", ("next", "a"), ("next", "b")), widget("a", "x"), widget("b", "x"))
    run = play(data)
    assert run.path[1] == ("it", "next", "a")
    assert Assumption.DUPLICATE_EVENT in run.state.assumptions


def test_stopping(play):
    """An execution that is ended from outside takes no reply any more."""
    run = play(asking())
    stopped = stop(run.state, START + 5)
    assert (stopped.ended, stopped.waiting, stopped.now) == ("STOPPED", None, START + 5)
    with pytest.raises(SimulationError):
        advance(run.library, stopped, Replied("x"))


def test_a_function_goes_on_after_the_end(play):
    """A Function under way ends, and widgets after it run, up to the first that talks to the contact."""
    data = definition(
        widget("call", "run-function", ("success", "set"), url="u"),
        widget("set", "set-variables", ("next", "tell"), variables=[{"key": "a", "value": "1"}]),
        widget("tell", "send-message", ("sent", None), body="x"),
    )
    run = play(data)
    turn = advance(run.library, stop(run.state), Answered())
    assert [step.name for step in turn.steps] == ["success", "next"]
    assert (turn.state.ended, turn.state.waiting) == ("STOPPED", None)
    assert [type(effect).__name__ for effect in turn.effects] == ["VariablesSet"]
    assert Assumption.STOPPED in turn.state.assumptions


def test_a_call_that_is_over(play):
    """After a hang-up, widgets run until one needs the call; a new call may follow."""
    data = definition(
        widget("record", "record-voicemail", ("hangup", "call")),
        widget("call", "run-function", ("success", "say"), url="u"),
        widget("say", "say-play", ("audioComplete", None), say="x"),
    )
    run = play(data, trigger=IncomingCall(CONTACT, ADDRESS)).give(HungUp())
    assert (run.state.hung_up, run.state.waiting.widget) == (True, "call")
    run.give(HungUp())
    assert run.state.waiting.widget == "call"
    run.give(Answered())
    assert (run.state.ended, run.path[-1]) == ("CONTACT_HUNG_UP", ("call", "success", "say"))
    back = definition(
        widget("record", "record-voicemail", ("hangup", "again")),
        widget("again", "make-outgoing-call-v2", ("answered", "say")),
        widget("say", "say-play", ("audioComplete", None), say="x"),
    )
    run = play(back, trigger=IncomingCall(CONTACT, ADDRESS)).give(HungUp()).give(Outcome("answered"))
    assert (run.state.hung_up, run.state.waiting.widget) == (False, "say")


def test_taking_a_transition(play):
    """A run can be put before any widget with any variables, and leave it by any transition."""
    yes = condition("equal_to", "yes", "{{flow.variables.a}}")
    data = definition(
        widget("split", "split-based-on", ("noMatch", "no"), {"event": "match", "next": "yes", "conditions": [yes]}),
        widget("yes", "set-variables", ("next", None)),
        widget("no", "set-variables", ("next", None)),
    )
    run = play(data)
    state = place(run.library, run.launch, "split")
    assert (state.waiting, state.ended) == (None, None)
    turn = take(run.library, state, 1)
    assert [(step.transitioned_to, step.transition) for step in turn.steps] == [("yes", 1), ("Ended", 0)]
    context = {**state.context, "flow": {"variables": {"a": "yes"}}}
    assert proceed(run.library, place(run.library, run.launch, "split", context)).steps[0].transitioned_to == "yes"
    for refused in (lambda: take(run.library, state, 2), lambda: take(run.library, turn.state, 0)):
        with pytest.raises(SimulationError):
            refused()


def test_what_cannot_be_begun():
    """A flow without a trigger, outside of the library, or without the widget asked for is refused."""
    flow = flow_of({"states": []})
    launch = Launch(flow, IncomingMessage(CONTACT, ADDRESS))
    with pytest.raises(SimulationError):
        start(shelf(flow), launch)
    other = flow_of(definition())
    with pytest.raises(SimulationError):
        start(shelf(), replace(launch, flow=other))
    with pytest.raises(SimulationError):
        place(shelf(other), replace(launch, flow=other), "nowhere")


def test_another_library_is_noticed(play):
    """A run that is gone on with must have the flow that it began with."""
    run = play(asking())
    for library in (shelf(), shelf(flow_of(definition()))):
        with pytest.raises(SimulationError):
            advance(library, run.state, Replied("x"))


def test_odd_definitions():
    """What is no widget, no transition and no condition is left out of a flow."""
    states = [1, {"name": "T", "type": "trigger", "transitions": [2, {"event": "incomingMessage", "next": ""}]},
              {"name": "x", "type": 3, "transitions": {}, "properties": []},
              {"name": "T", "type": "other", "transitions": []}]  # fmt: skip
    flow = flow_of({"states": states, "initial_state": "gone"})
    assert (flow.initial, list(flow.widgets)) == ("T", ["T", "x"])
    assert start(shelf(flow), Launch(flow, IncomingMessage(CONTACT, ADDRESS))).state.ended == "FLOW_END"
