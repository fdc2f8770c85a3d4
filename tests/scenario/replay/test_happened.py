from __future__ import annotations

import pytest

from reconciler.scenario.replay.happened import event_of
from reconciler.scenario.replay.paths import leaves, only, put
from reconciler.scenario.replay.tape import Taken
from reconciler.simulate import Answered, Outcome, Pressed, Replied, Request, Spoke, TimedOut

GATHER = Request("w", "gather-input-on-call", "input", ("keypress", "speech", "timeout"), deadline=5.0)
REPLY = Request("w", "send-and-wait-for-reply", "reply", ("incomingMessage", "timeout"), deadline=5.0)
ASK = Request("w", "run-function", "response", ("success", "fail"), deadline=10.0)
DIAL = Request("w", "connect-call-to", "outcome", ("callCompleted", "hangup"), usual="callCompleted")


def step(event, saved=None, kind=""):
    return Taken("FW1", "w", event, None, kind, None, saved)


def test_keys_and_speech_are_what_was_saved():
    """Keys and speech come back with everything that was saved with them; what was not saved was not recorded."""
    assert event_of(step("keypress", {"Digits": "12"}), GATHER) == Pressed("12", {"Digits": "12"})
    said = {"SpeechResult": "sales", "Confidence": "0.91"}
    assert event_of(step("speech", said), GATHER) == Spoke("sales", 0.91, said)
    assert event_of(step("speech", {"SpeechResult": "x", "Confidence": "?"}), GATHER).confidence is None
    assert event_of(step("keypress", {}), GATHER) is None
    assert event_of(step("speech"), GATHER) is None
    assert event_of(step("hangup"), GATHER) == Outcome("hangup")


def test_replies_come_with_their_pictures():
    """A reply comes with its media; a message that could not be delivered is an outcome; silence is a time-out."""
    inbound = {"Body": "Look", "MediaUrl0": "https://example.com/1"}
    found = event_of(step("incomingMessage", {"inbound": inbound}), REPLY)
    assert found == Replied("Look", ("https://example.com/1",), inbound)
    assert event_of(step("incomingMessage", {"outbound": {}}), REPLY) is None
    assert event_of(step("deliveryFailure"), REPLY) == Outcome("deliveryFailure")
    assert event_of(step("timeout"), REPLY) == TimedOut()


@pytest.mark.parametrize(
    ("event", "saved", "expected"),
    [
        (
            "success",
            {"status_code": 201, "body": "hi", "content_type": "text/plain"},
            Answered(201, "hi", "text/plain"),
        ),
        ("success", {"status_code": "200", "parsed": {"a": 1}}, Answered(200, '{"a":1}')),
        ("success", {"parsed": {"a": 1}}, Answered(200, '{"a":1}')),
        ("success", {}, None),
        ("success", None, None),
        ("fail", {}, TimedOut()),
        ("fail", {"status_code": 200, "body": "{}"}, TimedOut()),
        ("fail", {"status_code": 502, "body": "bad"}, Answered(502, "bad")),
        ("failed", {"status_code": 404}, Answered(404, "")),
    ],
)
def test_answers_are_what_was_saved(event, saved, expected):
    """An answer comes back with status and body; a failure that saved nothing new was no answer at all."""
    assert event_of(step(event, saved, "run-function"), ASK) == expected


def test_another_kind_of_widget_answers_nothing():
    """What was a message cannot say what a Function answers; an outcome comes with what was saved, but for messages."""
    assert event_of(step("sent", {}, "send-message"), ASK) is None
    saved = {"DialCallStatus": "completed", "outbound": {"Body": "x"}}
    assert event_of(step("callCompleted", saved), DIAL) == Outcome("callCompleted", {"DialCallStatus": "completed"})


def test_values_inside_of_json_are_found_and_replaced():
    """Each value has a path, and is replaced alone; the given JSON stays as it is."""
    whole = {"a": {"b": [1, {"c": "x"}]}, "d": None}
    assert leaves(whole) == [("a", "b", 0), ("a", "b", 1, "c"), ("d",)]
    assert put(whole, ("a", "b", 1, "c"), "y") == {"a": {"b": [1, {"c": "y"}]}, "d": None}
    assert put(whole, ("a", "z"), "y") == whole
    assert only(whole, [("d", "e"), ()]) == {"d": None}
    assert whole["a"]["b"][1] == {"c": "x"}
