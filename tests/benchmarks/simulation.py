"""Steps per second of the simulator, on a conversation with Liquid, splits, variables and replies."""

import json
import time

from reconciler.simulate import (
    Answered,
    IncomingMessage,
    Launch,
    Outcome,
    Replied,
    State,
    advance,
    flow_of,
    from_document,
    shelf,
    start,
    to_document,
)

ROUNDS = 5
RUNS = 10
"""Times that a thousand steps are taken; the best counts."""


def _widget(name: str, kind: str, transitions: list[dict], **properties: object) -> dict:
    return {"name": name, "type": kind, "transitions": transitions, "properties": properties}


def conversation() -> dict:
    """Make a flow that asks, counts, branches, calls a Function and answers, for ever."""
    tested = "{{widgets.ask.inbound.Body}}"
    yes = {"friendly_name": "yes", "type": "matches_any_of", "arguments": [tested], "value": "yes,yeah,sure"}
    late = {
        "friendly_name": "late",
        "type": "greater_than",
        "arguments": ["{{flow.variables.count}}"],
        "value": "100000",
    }
    counted = [
        {"key": "count", "value": "{{flow.variables.count | plus: 1}}"},
        {"key": "who", "value": "{{widgets.call.parsed.name | default: contact.channel.address}}"},
    ]
    loop = [{"event": "sent", "next": "ask"}]
    states = [
        _widget("Trigger", "trigger", [{"event": "incomingMessage", "next": "ask"}]),
        _widget(
            "ask",
            "send-and-wait-for-reply",
            [{"event": "incomingMessage", "next": "count"}],
            body="Well, {{flow.variables.who}}?",
        ),
        _widget("count", "set-variables", [{"event": "next", "next": "split"}], variables=counted),
        _widget(
            "split",
            "split-based-on",
            [
                {"event": "match", "next": "late", "conditions": [late]},
                {"event": "match", "next": "call", "conditions": [yes]},
                {"event": "noMatch", "next": "late"},
            ],
            input=tested,
        ),
        _widget(
            "call",
            "run-function",
            [{"event": "success", "next": "thank"}, {"event": "fail", "next": "late"}],
            url="https://example.com/call",
            parameters=[{"key": "count", "value": "{{flow.variables.count}}"}],
        ),
        _widget(
            "thank",
            "send-message",
            loop,
            body="Thanks, {{flow.variables.who}}: {{flow.variables.count}} of {{trigger.message.Body}}",
        ),
        _widget("late", "send-message", loop, body="Sorry"),
    ]
    return {"description": "", "states": states, "initial_state": "Trigger", "flags": {"allow_concurrent_calls": True}}


def _same(state: State) -> State:
    return state


def _kept(state: State) -> State:
    return from_document(json.loads(json.dumps(to_document(state))))


def _thousand_steps(*, keep: bool) -> int:
    flow = flow_of(conversation())
    library = shelf(flow)
    between = _kept if keep else _same
    events = {
        "reply": Replied("Sure"),
        "response": Answered(200, '{"name": "Ada"}'),
        "outcome": Outcome("sent"),
    }
    turn = start(library, Launch(flow, IncomingMessage("+15550100001", "+15550100002", "10")))
    while turn.state.waiting is not None:
        turn = advance(library, between(turn.state), events[turn.state.waiting.need])
    return turn.state.steps


def steps_per_second(*, keep: bool = False) -> float:
    """Give the steps per second of the best of some rounds.

    Args:
        keep: whether the state is written as JSON and read back before each event, as the emulator does.
    """
    best = 0.0
    _thousand_steps(keep=keep)
    for _ in range(ROUNDS):
        began = time.perf_counter()
        steps = sum(_thousand_steps(keep=keep) for _ in range(RUNS))
        best = max(best, steps / (time.perf_counter() - began))
    return best
