from __future__ import annotations

import copy
import json
from collections import Counter

import pytest

from reconciler.definition.document import of
from reconciler.scenario.flows import Flows
from reconciler.scenario.replay.follow import Against, Another, Same, Stuck, Way, follow
from reconciler.simulate import Answered, IncomingMessage, Outcome, Replied, TimedOut

CONTACT, ADDRESS = "+15550100001", "+15550100002"


def test_whatever_ran_goes_the_same_way_again(recorder, sample):
    """Whatever a sample flow did by chance, its recording goes the same way on it again, to the last step."""
    flows = recorder(sample)
    for name in sample:
        for seed in range(25):
            found = flows.by_chance(name, seed)
            followed = follow(found.tape(), Against(flows.flows))
            assert isinstance(followed, Same), (name, seed, followed)
            assert len(followed.events) >= len(found.events) - 1


@pytest.mark.slow
def test_real_flows_go_the_same_way_again(recorder, real):
    """The same holds for real flows, whatever stands in them."""
    outcomes: Counter[type] = Counter()
    for file, data in real.items():
        flows = recorder({"flow": data})
        for seed in range(4):
            found = flows.by_chance("flow", seed, most=40)
            if found is None or not found.steps:
                continue
            followed = follow(found.tape(), Against(flows.flows))
            assert isinstance(followed, Same), (file, seed, followed)
            outcomes[type(followed)] += 1
    assert outcomes[Same] > 200


def test_an_edit_is_found_where_it_is(recorder, sample):
    """Of a transition that leads elsewhere now, executions that took it go another way there, and no others do."""
    flows = recorder(sample)
    for name in ("support-bot", "appointment-reminder", "satisfaction-survey"):
        runs = [flows.by_chance(name, seed) for seed in range(12)]
        for widget, event, target in {
            (s.transitioned_from, s.name, s.transitioned_to) for run in runs for s in run.steps
        }:
            edited = copy.deepcopy(sample)
            if not _redirect(edited[name], widget, event, target):
                continue
            changed = Against(Flows({key: of(data) for key, data in edited.items()}))
            for run in runs:
                taken = any(
                    (s.transitioned_from, s.name, s.transitioned_to) == (widget, event, target)
                    for s in run.steps
                    if s.flow == run.launch.flow.sid
                )
                found = follow(run.tape(), changed)
                assert isinstance(found, Another) == taken
                if isinstance(found, Another):
                    assert (found.widget, found.recorded) == (widget, Way(event, None if target == "Ended" else target))
                    assert found.now == Way(event, "elsewhere")


def test_renamed_widgets_are_the_same(recorder, sample):
    """A widget that was only renamed, and its references with it, changes no way; unknown to be renamed it does."""
    flows = recorder(sample)
    text = json.dumps(sample["satisfaction-survey"])
    renamed = json.loads(
        text.replace('"ask_score"', '"ask_points"').replace("widgets.ask_score.", "widgets.ask_points.")
    )
    now = Flows({**{name: of(data) for name, data in sample.items()}, "satisfaction-survey": of(renamed)})
    runs = (flows.by_chance("satisfaction-survey", seed) for seed in range(20))
    run = next(run for run in runs if any(step.transitioned_from == "ask_score" for step in run.steps))
    sid = run.launch.flow.sid
    assert isinstance(follow(run.tape(), Against(now, {sid: {"ask_score": "ask_points"}})), Same)
    unknown = follow(run.tape(), Against(now))
    assert isinstance(unknown, Another)
    assert unknown.now.to == "ask_points"


def test_a_reply_after_the_new_time_out_comes_too_late(recorder, asking):
    """A reply that came after ten minutes is a time-out where the definition now waits for one minute only."""
    tape = _late(
        recorder({"flow": asking("3600")}).play("flow", IncomingMessage(CONTACT, ADDRESS, "Hi"), Replied("Yes"))
    )
    assert isinstance(follow(tape, Against(_flows(asking("3600")))), Same)
    found = follow(tape, Against(_flows(asking("60"))))
    assert isinstance(found, Another)
    assert (found.widget, found.recorded, found.now) == ("ask", Way("incomingMessage", "thanks"), Way("timeout", None))


def test_silence_goes_on(recorder, asking):
    """A contact who did not answer in time does not answer in a longer time either."""
    run = recorder({"flow": asking("60")}).play("flow", IncomingMessage(CONTACT, ADDRESS, "Hi"), TimedOut())
    assert isinstance(follow(run.tape(), Against(_flows(asking("7200")))), Same)


def test_input_that_was_not_recorded_is_named(recorder, asking):
    """Where a widget now needs an answer that nobody gave then, it cannot be told, and the reason names no content."""
    run = recorder({"flow": asking("60")}).play("flow", IncomingMessage(CONTACT, ADDRESS, "Hi"), Replied("My secret"))
    data = asking("60")
    data["states"][1]["type"] = "make-http-request"
    found = follow(run.tape(), Against(_flows(data)))
    assert isinstance(found, Stuck)
    assert found.widget == "ask"
    assert "secret" not in repr(found)


def test_a_flow_that_is_gone_is_said(recorder, asking):
    """An execution of a flow that no longer exists cannot be followed."""
    run = recorder({"flow": asking("60")}).play("flow", IncomingMessage(CONTACT, ADDRESS, "Hi"))
    assert isinstance(follow(run.tape(), Against(_flows({"states": []}, name="other"))), Stuck)


def test_what_is_cut_short_is_followed_so_far(recorder, asking):
    """An execution that waits, or was stopped while it waited, goes the same way as far as it went."""
    run = recorder({"flow": asking("60")}).play("flow", IncomingMessage(CONTACT, ADDRESS, "Hi"))
    assert isinstance(follow(run.tape(), Against(_flows(asking("60")))), Same)


def test_answers_come_again(recorder):
    """What a URL answered in each of several runs of a widget is answered again, failures and silence too."""
    states = [
        {
            "name": "T",
            "type": "trigger",
            "transitions": [{"event": "incomingMessage", "next": "ask"}],
            "properties": {},
        },
        {
            "name": "ask",
            "type": "make-http-request",
            "transitions": [{"event": "success", "next": "ok"}, {"event": "failed", "next": "ask"}],
            "properties": {"url": "https://example.com"},
        },
        {
            "name": "ok",
            "type": "split-based-on",
            "transitions": [
                {"event": "noMatch", "next": "ask"},
                {
                    "event": "match",
                    "conditions": [{"type": "equal_to", "value": "yes", "arguments": ["{{widgets.ask.parsed.ok}}"]}],
                },
            ],
            "properties": {"input": "{{widgets.ask.parsed.ok}}"},
        },
    ]
    data = {"states": states, "initial_state": "T"}
    answers = [
        Answered(200, '{"ok":"no"}'),
        TimedOut(),
        Answered(503, "busy", "text/plain"),
        Outcome("failed"),
        Answered(200, '{"ok":"yes"}'),
    ]
    run = recorder({"flow": data}).play("flow", IncomingMessage(CONTACT, ADDRESS, "Hi"), *answers)
    found = follow(run.tape(), Against(_flows(data)))
    assert isinstance(found, Same)
    assert found.events[0] == answers[0]
    assert found.events[2].status == 503


def _redirect(data, widget, event, target):
    """Let a transition lead elsewhere; False where it is not the only one that could be meant."""
    elsewhere = {"name": "elsewhere", "type": "send-message", "transitions": [], "properties": {"body": "?"}}
    data["states"].append(elsewhere)
    for state in data["states"]:
        ways = [t for t in state["transitions"] if t["event"] == event and t.get("next", "Ended") == target]
        if state["name"] == widget and len(ways) == 1:
            ways[0]["next"] = "elsewhere"
            return True
    return False


def _flows(data, name="flow"):
    return Flows({name: of(data)})


def _late(run):
    """Let the reply come ten minutes after the question."""
    tape = run.tape()
    return type(tape)(tape.sid, tape.flow, tape.revision, tape.trigger, tape.at, tuple(map(_later, tape.steps)))


def _later(step):
    return (
        step
        if step.event != "incomingMessage" or step.widget != "ask"
        else type(step)(step.flow, step.widget, step.event, step.to, step.type, step.at + 600, step.saved)
    )


@pytest.fixture
def asking():
    """Make a flow that asks once, and waits for so long."""

    def make(timeout):
        def state(name, kind, *ways, **properties):
            listed = [{"event": event, **({"next": to} if to else {})} for event, to in ways]
            return {"name": name, "type": kind, "transitions": listed, "properties": properties}

        return {
            "states": [
                state("Trigger", "trigger", ("incomingMessage", "ask")),
                state(
                    "ask",
                    "send-and-wait-for-reply",
                    ("incomingMessage", "thanks"),
                    ("timeout", None),
                    body="Well?",
                    timeout=timeout,
                ),
                state("thanks", "send-message", ("sent", None), body="Thanks"),
            ],
            "initial_state": "Trigger",
        }

    return make
