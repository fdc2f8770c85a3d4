from __future__ import annotations

import json

import pytest

from reconciler.scenario.document import to_document
from reconciler.scenario.replay.follow import Another, Same
from reconciler.scenario.replay.recording import recorded
from reconciler.scenario.run import run
from reconciler.simulate import Answered, IncomingMessage, Replied

ADDRESS, WHO = "whatsapp:+15550199998", "whatsapp:+15550123456"


def test_whatever_ran_makes_a_scenario_that_goes_the_same_way(recorder, sample):
    """Of whatever a sample flow did by chance, a scenario is made that passes and takes the recorded steps."""
    flows = recorder(sample)
    for name in sample:
        for seed in range(8):
            found = flows.by_chance(name, seed, most=12)
            made = recorded(found.tape(), flows.flows, "recorded")
            assert isinstance(made.followed, Same), (name, seed)
            assert made.same, (name, seed, made.reason)
            path = run(made.scenario, flows.flows).path
            widgets = [step.transitioned_from for step in found.steps]
            assert [one.rpartition("/")[2] for one in path if one.rpartition("/")[2] in widgets][-1] == _last(path)


@pytest.mark.slow
def test_real_flows_make_scenarios_too(recorder, real):
    """Nearly all that real flows do by chance makes a scenario that passes and goes the recorded way."""
    made = []
    for data in list(real.values())[::4]:
        flows = recorder({"flow": data})
        found = flows.by_chance("flow", 1, most=10)
        if found is not None and found.steps:
            made.append(recorded(found.tape(), flows.flows, "recorded"))
    assert len(made) > 10
    assert sum(one.same for one in made) / len(made) > 0.9


def test_nothing_personal_is_left(recorder, talking):
    """Numbers, names, answers and chat of a contact are replaced; what decides is the condition's own text."""
    made = _made(recorder, talking)
    text = json.dumps(to_document(made.scenario))
    for secret in ("123456", "199998", "Alex", "Harbour Street", "alex@example.org", "4711", "SM9"):
        assert secret not in text
    assert '"writes": "yes"' in text
    assert "some text" in text
    assert made.same
    assert not made.kept


def test_what_other_words_would_lead_elsewhere_is_kept_and_told(recorder, talking):
    """A text that decides by more than a condition says stays as it was, but for what looks like a number."""
    talking["states"][3]["properties"]["input"] = "{{widgets.name.inbound.Body | size}}"
    way = talking["states"][3]["transitions"][1]
    way["conditions"] = [{"type": "equal_to", "value": "25", "arguments": ["{{widgets.name.inbound.Body | size}}"]}]
    run_ = recorder({"flow": talking}).play(
        "flow",
        IncomingMessage(WHO, ADDRESS, "Hello"),
        Replied("Yes"),
        Answered(200, "{}"),
        Replied("My name is Alex Fletcher."),
    )
    made = recorded(run_.tape(), recorder({"flow": talking}).flows, "recorded")
    assert made.same
    assert made.kept == ("at name",)


def test_texts_are_kept_where_that_is_asked(recorder, talking):
    """With what people wrote kept, their words stand, and addresses still do not."""
    made = _made(recorder, talking, keep_texts=True)
    text = json.dumps(to_document(made.scenario))
    assert "I am Alex" in text
    assert "123456" not in text


def test_another_way_is_told(recorder, talking):
    """On a flow that was edited since, the difference is told, and the scenario goes as far as there."""
    flows = recorder({"flow": talking})
    tape = _talk(flows).tape()
    talking["states"][2]["transitions"][0]["next"] = "bye"
    made = recorded(tape, recorder({"flow": talking}).flows, "recorded")
    assert isinstance(made.followed, Another)
    assert made.followed.widget == "look"
    assert not made.same


def _made(recorder, data, **options):
    flows = recorder({"flow": data})
    return recorded(_talk(flows).tape(), flows.flows, "recorded", **options)


def _talk(flows):
    answer = {"customer": {"name": "Alex", "street": "1 Harbour Street"}, "open": "true", "id": 4711}
    return flows.play(
        "flow",
        IncomingMessage(WHO, ADDRESS, "Hello, I am Alex", data={"ProfileName": "Alex", "MessageSid": "SM9"}),
        Replied("Yes ", data={"ProfileName": "Alex"}),
        Answered(200, json.dumps(answer)),
        Replied("I am Alex, mail alex@example.org or call +15550123456"),
    )


def _last(path):
    return path[-1].rpartition("/")[2]


@pytest.fixture
def talking():
    """Give a flow that asks twice, and looks something up."""

    def state(name, kind, *ways, **properties):
        listed = [{"event": event, **({"next": to} if to else {})} for event, to in ways]
        return {"name": name, "type": kind, "transitions": listed, "properties": properties}

    def split(name, subject, value, to):
        found = state(name, "split-based-on", ("noMatch", "bye"), ("match", to), input=subject)
        found["transitions"][1]["conditions"] = [{"type": "equal_to", "value": value, "arguments": [subject]}]
        return found

    return {
        "states": [
            state("Trigger", "trigger", ("incomingMessage", "ask")),
            split("sure", "{{widgets.ask.inbound.Body}}", "yes", "look"),
            state("look", "run-function", ("success", "name"), ("fail", "bye"), url="https://example.com/look"),
            split("open", "{{widgets.look.parsed.open}}", "true", "bye"),
            state("ask", "send-and-wait-for-reply", ("incomingMessage", "sure"), ("timeout", None), body="Sure?"),
            state("name", "send-and-wait-for-reply", ("incomingMessage", "open"), ("timeout", None), body="Who?"),
            state(
                "bye",
                "send-message",
                ("sent", None),
                body="Bye {{widgets.look.parsed.customer.name}} {{trigger.message.ProfileName}}",
            ),
        ],
        "initial_state": "Trigger",
    }
