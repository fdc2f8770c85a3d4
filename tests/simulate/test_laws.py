"""Laws that hold for any flow and any script."""

from __future__ import annotations

import itertools
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.simulate import (
    Answered,
    HungUp,
    IncomingCall,
    IncomingMessage,
    IncomingRequest,
    Launch,
    Outcome,
    Pressed,
    Replied,
    Spoke,
    State,
    TimedOut,
    Turn,
    advance,
    flow_of,
    from_document,
    shelf,
    start,
    to_document,
)
from reconciler.simulate.run import MOST_STEPS
from reconciler.simulate.widgets.kinds import KINDS

from .conftest import ADDRESS, CONTACT, SUBFLOW, condition, definition, widget

quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

NAMES = ["a", "b", "c", "d", "e"]
TEXTS = st.sampled_from([
    "", "1", "yes", "{{flow.variables.n | plus: 1}}", "{{widgets.a.inbound.Body}}", "{{widgets.b.parsed}}",
    "{% if x %}", "{{trigger | to_json}}", "{{'now' | date: '%s'}}", "{% for i in (1..30) %}{{i}}{% endfor %}",
    "{{contact.channel.address}}",
])  # fmt: skip
PAIRS = st.lists(
    st.fixed_dictionaries(
        {"key": st.sampled_from(["n", "m"]), "value": TEXTS},
        optional={"type": st.sampled_from(["string", "json_object"])},
    ),
    max_size=2,
)
PROPERTIES = st.fixed_dictionaries(
    {"input": TEXTS, "body": TEXTS, "say": TEXTS, "url": TEXTS, "variables": PAIRS, "parameters": PAIRS},
    optional={
        "timeout": st.sampled_from([0, 5, "60", "x"]),
        "flow_sid": st.just(SUBFLOW),
        "flow_revision": st.just("4"),
    },
)
CONDITION_TYPES = ["equal_to", "is_blank", "regex", "less_than", "matches_any_of", "is_before_date"]


@st.composite
def widgets(draw: st.DrawFn, name: str) -> dict[str, Any]:
    kind = draw(st.sampled_from([*sorted(set(KINDS) - {"trigger"}), "unheard-of"]))
    events = KINDS[kind].events if kind in KINDS else ("x", "y")
    targets = st.sampled_from([*NAMES, None])
    transitions: list[Any] = [(event, draw(targets)) for event in draw(st.lists(st.sampled_from(events), max_size=4))]
    if kind == "split-based-on":
        for _ in range(draw(st.integers(0, 2))):
            tested = condition(draw(st.sampled_from(CONDITION_TYPES)), draw(TEXTS), draw(TEXTS))
            transitions.append({"event": "match", "next": draw(st.sampled_from(NAMES)), "conditions": [tested]})
    return widget(name, kind, *transitions, **draw(PROPERTIES))


FLOWS = st.tuples(*(widgets(name) for name in NAMES)).map(lambda made: definition(*made))
TRIGGERS = st.sampled_from([
    IncomingMessage(CONTACT, ADDRESS, "yes"),
    IncomingCall(CONTACT, ADDRESS),
    IncomingRequest(CONTACT, ADDRESS, {"n": 1}),
])  # fmt: skip
EVENTS = {
    "reply": [Replied("yes"), Replied("2", ("https://example.com/a",)), TimedOut(), HungUp()],
    "input": [Pressed("12#"), Spoke("Yes.", 0.5), TimedOut(), HungUp()],
    "response": [Answered(200, '{"a": {"b": 1}}'), Answered(500, "x", "text/plain"), TimedOut()],
    "outcome": [],
}
CHOICES = st.lists(st.integers(0, 50), min_size=3, max_size=12)


def prepared(data: dict[str, Any], subflow: dict[str, Any], trigger: Any) -> tuple[Any, Launch]:
    flow = flow_of(data)
    return shelf(flow, flow_of(subflow, SUBFLOW, 4)), Launch(flow, trigger, at=1_700_000_000.0)


def chosen(state: State, choice: int) -> Any:
    """Give one of the events that a run may be given next."""
    assert state.waiting is not None
    some = [*EVENTS[state.waiting.need], *(Outcome(event, {"x": choice}) for event in state.waiting.answers)]
    return some[choice % len(some)]


def played(library: Any, launch: Launch, choices: list[int], between: Any = lambda state: state) -> list[Turn]:
    turns = [start(library, launch)]
    for choice in choices:
        state = between(turns[-1].state)
        if state.waiting is None:
            break
        turns.append(advance(library, state, chosen(state, choice)))
    return turns


def saved_and_read(state: State) -> State:
    read = from_document(json.loads(json.dumps(to_document(state))))
    assert read == state
    return read


@quick
@given(FLOWS, FLOWS, TRIGGERS, CHOICES)
def test_the_same_script_gives_the_same_run(data, subflow, trigger, choices):
    """A run depends on its flows, its launch and its events alone, and leaves the definition as it was."""
    before = json.dumps(data)
    library, launch = prepared(data, subflow, trigger)
    assert played(library, launch, choices) == played(*prepared(data, subflow, trigger), choices)
    assert json.dumps(data) == before


@quick
@given(FLOWS, FLOWS, TRIGGERS, CHOICES)
def test_keeping_a_run_does_not_change_it(data, subflow, trigger, choices):
    """A run whose state is written and read between any two events equals one that goes straight on."""
    library, launch = prepared(data, subflow, trigger)
    assert played(library, launch, choices, saved_and_read) == played(library, launch, choices)


@quick
@given(FLOWS, FLOWS, TRIGGERS, CHOICES)
def test_steps_are_a_path(data, subflow, trigger, choices):
    """Steps are numbered without a gap, have SIDs of their own, follow each other, and never exceed their limit."""
    turns = played(*prepared(data, subflow, trigger), choices)
    steps = [step for turn in turns for step in turn.steps]
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert len({step.sid for step in steps}) == len(steps) <= MOST_STEPS
    assert turns[-1].state.steps == len(steps)
    for flow in {step.flow for step in steps}:
        own = [step for step in steps if step.flow == flow]
        for one, following in itertools.pairwise(own):
            assert following.transitioned_from in (one.transitioned_to, "Trigger")


@quick
@given(FLOWS, FLOWS, TRIGGERS, CHOICES)
def test_a_run_waits_or_has_ended(data, subflow, trigger, choices):
    """After every turn a run either waits for something that can be given, or says why it ended."""
    for turn in played(*prepared(data, subflow, trigger), choices):
        state = turn.state
        assert (state.waiting is None) == (state.ended is not None)
        assert state.waiting is None or state.waiting.usual in (*state.waiting.answers, None)
