from __future__ import annotations

import pytest

from reconciler.scenario.coverage import coverage
from reconciler.scenario.generate.propose import propose
from reconciler.scenario.result import Passed
from reconciler.scenario.run import run

SET = "set-variables"


def covered(make, *widgets, events=("incomingMessage",), **others):
    """Propose for a flow; give the proposal after proving that it passes and covers what it says."""
    flows = make.flows(flow=make.definition(*widgets, events=events), **others)
    found = propose(flows, "flow")
    results = [run(scenario, flows) for scenario in found.scenarios]
    assert all(result.ok for result in results)
    whole = Passed()
    for result in results:
        whole |= result.passed
    assert coverage(whole, flows, ["flow"]).transitions.covered == found.covered
    return found


def test_speech_keys_and_silence(make):
    """A question on a call is answered by keys, by words that a split wants, and not at all."""
    found = covered(
        make,
        make.widget("ask", "gather-input-on-call", ("keypress", "k"), ("speech", "s"), ("timeout", "x"), say="?"),
        make.split("k", "{{widgets.ask.Digits}}", ("equal_to", "*", "x"), ("matches_any_of", "1,2", "y")),
        make.split("s", "{{widgets.ask.SpeechResult}}", ("contains", "sales", "y"), otherwise="sure"),
        make.split("sure", "{{widgets.ask.Confidence}}", ("greater_than", "0.5", "y"), otherwise="x"),
        make.widget("x", "say-play", ("audioComplete", None), say="x"),
        make.widget("y", "say-play", ("audioComplete", None), say="y"),
        events=("incomingCall",),
    )
    assert not found.unreached


def test_who_and_where_and_when(make):
    """Channels, numbers, pictures, fields of a trigger and the time of day decide, and are found."""
    found = covered(
        make,
        make.split("who", "{{contact.channel.address}}", ("starts_with", "whatsapp:", "to"), otherwise="when"),
        make.split("to", "{{trigger.message.To}}", ("equal_to", "+15550107777", "x"), otherwise="what"),
        make.split("what", "{{trigger.message.NumMedia}}", ("greater_than", "0", "x"), otherwise="y"),
        make.split("when", '{{ "now" | date: "%H" }}', ("less_than", "9", "x"), otherwise="named"),
        make.split("named", "{{trigger.message.ProfileName}}", ("is_blank", "", "x"), otherwise="y"),
        make.say("x"),
        make.say("y"),
    )
    assert not found.unreached


def test_every_trigger(make):
    """Messages, calls, conversations, requests with parameters and parents begin a flow, each as its split wants."""
    found = covered(
        make,
        make.split("of", "{{trigger.parent.parameters.kind}}", ("equal_to", "short", "x"), otherwise="data"),
        make.split("data", "{{flow.data.lang}}", ("equal_to", "es", "x"), otherwise="talk"),
        make.split("talk", "{{trigger.conversation.Body}}", ("contains", "hola", "x"), otherwise="type"),
        make.split("type", "{{trigger.parent.trigger_type}}", ("equal_to", "call", "x"), otherwise="y"),
        make.say("x"),
        make.say("y"),
        events=(
            "incomingMessage",
            "incomingCall",
            "incomingRequest",
            "incomingConversationMessage",
            "incomingParent",
        ),
    )
    assert not found.unreached


def test_lists_and_objects_in_answers(make):
    """Sizes of lists, fields inside of their items, and many fields that decide together are found."""
    fields = [
        make.split(f"f{number}", f"{{{{widgets.get.parsed.f{number}}}}}", ("equal_to", "a", f"f{number + 1}"),
                   ("equal_to", "b", "x"), otherwise="y")
        for number in range(5)
    ]  # fmt: skip
    found = covered(
        make,
        make.widget("get", "make-http-request", ("success", "many"), ("failed", "y"), url="https://example.com"),
        make.split("many", "{{widgets.get.parsed.sites.size}}", ("greater_than", "2", "first"), otherwise="code"),
        make.split("first", "{{widgets.get.parsed.sites[0].kind}}", ("equal_to", "shop", "f0"), otherwise="x"),
        make.split("code", "{{widgets.get.status_code}}", ("equal_to", "204", "x"), otherwise="text"),
        make.split("text", "{{widgets.get.body}}", ("equal_to", "nothing", "x"), otherwise="y"),
        *fields,
        make.say("f5"),
        make.say("x"),
        make.say("y", "{{widgets.get.parsed.note}}"),
    )
    assert [(one.widget, one.cause) for one in found.unreached] == []


def test_outcomes_with_what_they_save(make):
    """A call that is connected comes to each of its ends, with the status that a split asks for."""
    found = covered(
        make,
        make.widget(
            "dial", "connect-call-to", ("callCompleted", "how"), ("hangup", "x"), noun="number", to="+15550100"
        ),
        make.split("how", "{{widgets.dial.DialCallStatus}}", ("equal_to", "busy", "y"), otherwise="x"),
        make.widget("x", "run-function", ("success", None), ("fail", None), url="https://example.com/x"),
        make.widget("y", "say-play", ("audioComplete", "x"), say="Busy"),
        events=("incomingCall",),
    )
    assert not found.unreached
    assert any("hangs-up" in one.name for one in found.scenarios) or len(found.scenarios) >= 2


@pytest.mark.parametrize("value", ["{{widgets.code.parsed.code}}", "{{flow.variables.code}}"])
def test_a_value_that_only_the_run_knows(make, value):
    """A reply that has to be the code which an answer brought before is the code."""
    ask = make.widget("ask", "send-and-wait-for-reply", ("incomingMessage", "same"), ("timeout", None), body="Code?")
    found = covered(
        make,
        make.widget("code", "run-function", ("success", "keep"), ("fail", None), url="https://example.com/code"),
        make.widget("keep", SET, ("next", "ask"), variables=[{"key": "code", "value": "{{widgets.code.parsed.code}}"}]),
        ask,
        make.split("same", "{{widgets.ask.inbound.Body}}", ("equal_to", value, "x"), otherwise="y"),
        make.say("x"),
        make.say("y"),
    )
    assert not found.unreached
