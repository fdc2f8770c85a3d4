"""What a flow does, in the words of scripts, and what a script says, in plain words."""

from __future__ import annotations

import pytest

from reconciler.scenario.result import Seen
from reconciler.scenario.seen import fits, seen_of
from reconciler.scenario.values import (
    Comes,
    ContactDoes,
    Contains,
    Exactly,
    Expects,
    Like,
    Line,
    Matches,
    Skips,
    StandsAt,
    Waits,
)
from reconciler.scenario.words import duration, event_words, line_words, rest_words, trigger_words, words_of
from reconciler.simulate import (
    Answered,
    Began,
    Dialled,
    Effect,
    FunctionCalled,
    HungUp,
    IncomingCall,
    IncomingConversationMessage,
    IncomingMessage,
    IncomingParent,
    IncomingRequest,
    Outcome,
    Pressed,
    Queued,
    Redirected,
    Replied,
    Request,
    Requested,
    Said,
    Sent,
    Spoke,
    SubflowEntered,
    TimedOut,
    Troubled,
    VariablesSet,
)

EFFECTS: list[tuple[Effect, str, dict]] = [
    (Said("w", "Hello", details={"voice": "alice"}), 'says "Hello"', {"voice": "alice"}),
    (Said("w", play="https://example.org/a.mp3"), "plays https://example.org/a.mp3", {}),
    (Said("w", digits="12"), "plays 12", {}),
    (Sent("w", "+1", "+2", "Hi", {"media_url": "u"}), 'sends "Hi"', {"from": "+1", "to": "+2", "media_url": "u"}),
    (Sent("w", "+1", "+2", details={"content_sid": "HX1"}), 'sends "" by the template HX1', {"content_sid": "HX1"}),
    (
        Requested("w", "POST", "https://example.org", "b", {"a": "1"}, "text/plain"),
        'calls POST https://example.org with a: "1"',
        {"method": "POST", "body": "b", "contentType": "text/plain", "parameters": {"a": 1}},
    ),
    (FunctionCalled("w", "https://a.example", {"a": 1}), "calls https://a.example with a: 1", {"parameters": {"a": 1}}),
    (Dialled("w", "number", "+1", "+2", {"timeout": "20"}), "dials +2", {"noun": "number", "timeout": 20}),
    (Dialled("w", "number", "+1", ""), "dials nobody in particular", {}),
    (Queued("w", "support", '{"a": 1}', {"priority": "0"}), "queues support", {"attributes": {"a": 1}, "priority": 0}),
    (Queued("w", "support", "not JSON"), "queues support", {"attributes": "not JSON"}),
    (Redirected("w", "POST", "https://example.org"), "redirects https://example.org", {"method": "POST"}),
    (VariablesSet("w", {"a": 1, "b": "c"}), 'sets a: 1, b: "c"', {"values": {"b": "c"}}),
    (SubflowEntered("w", "FW1", 1, {"a": "b"}), 'enters other with a: "b"', {"parameters": {"a": "b"}}),
    (Began("w", "record-voicemail", {"trim": "no"}), "begins record-voicemail", {"trim": "no"}),
]  # fmt: skip


@pytest.mark.parametrize(("effect", "words", "details"), EFFECTS)
def test_what_a_flow_does(effect, words, details):
    """Every effect is something that a script can expect, with details, and can be told."""
    seen = seen_of(effect, "menu", "other")
    assert seen is not None
    assert words_of(seen) == words
    assert fits(Expects(seen.verb, Exactly(seen.text), "menu/w", details), seen)
    assert fits(Expects(seen.verb, widget="w"), seen)
    assert not fits(Expects(seen.verb, widget="other/w"), seen)
    assert not fits(Expects(seen.verb, details={"other": 1}), seen)


def test_what_nobody_notices():
    """A prompt of no words and a remark of the debugger are nothing to expect."""
    assert seen_of(Said("w", "  "), "menu") is None
    assert seen_of(Troubled("w", "liquid", "wrong"), "menu") is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (Expects("says", Exactly("Hi")), 'says "Hi"'),
        (Expects("says", Exactly("a" * 400)), f'says "{"a" * 300}…"'),
        (Expects("sends", Contains(("a", "b")), "w"), 'sends something that contains "a" and "b", by w'),
        (Expects("sends", Matches("^a")), "sends something that matches ^a"),
        (Expects("sends"), "sends something"),
        (Expects("sends", details={"to": "+1"}), "sends with to +1"),
        (Expects("calls", Like("https://*"), details={"parameters": {"a": 1}}), "calls https://* with a: 1"),
        (Expects("sets", details={"values": {"a": "b"}}), 'sets a: "b"'),
        (Expects("begins", widget="w"), "begins, by w"),
        (StandsAt("w"), "waits at w"),
        (Skips(), "whatever is said and sent"),
        (ContactDoes(Replied("Hi", ("u",))), 'the contact writes "Hi" with u'),
        (ContactDoes(Spoke("Hi")), 'the contact says "Hi"'),
        (ContactDoes(Pressed("")), "the contact presses no key"),
        (ContactDoes(HungUp()), "the contact hangs up"),
        (Comes(Outcome("busy", {"a": "b"}), "w"), 'w comes to busy with a: "b"'),
        (Comes(TimedOut()), "what waits times out"),
        (Comes(Answered(200, "x" * 400)), f"what waits answers 200 {'x' * 300}…"),
        (Waits(90), "90s pass"),
    ],
)
def test_what_a_line_says(line: Line, words: str):
    """Every line can be told in words."""
    assert line_words(line) == words


@pytest.mark.parametrize(
    ("trigger", "words"),
    [
        (IncomingMessage("+1", "+2", "Hi"), 'writes "Hi"'),
        (IncomingConversationMessage("+1", "+2", "Hi"), 'writes "Hi" in a conversation'),
        (IncomingCall("+1", "+2"), "calls"),
        (IncomingRequest("+1", "+2", {"a": 1}), "is contacted by a request of the REST API with a: 1"),
        (IncomingParent(IncomingCall("+1", "+2")), "comes from a parent flow"),
    ],
)
def test_how_it_begins(trigger, words: str):
    """Every trigger can be told in words."""
    assert trigger_words(trigger) == words


def test_what_is_waited_for():
    """Whoever reads a failure learns what could have happened instead."""
    needs = [rest_words(Request("w", "t", need, ("a", "b"))) for need in ("reply", "input", "response", "outcome")]
    assert needs == ["for a reply", "for keys or speech", "for an answer", "for one of a, b"]


def test_durations():
    """Durations are written as scripts do."""
    assert [duration(seconds) for seconds in (0.5, 59, 60, 90, 3_600, 172_800)] == [
        "0.5s",
        "59s",
        "1m",
        "90s",
        "1h",
        "2d",
    ]


def test_an_event_without_words_of_its_own():
    """An empty answer is told without a body."""
    assert event_words(Answered(204, "")) == "answers 204"
    assert words_of(Seen("enters", "menu", "w", "other")) == "enters other"
