"""Scenarios against a small flow: which pass, and where and why the others fail."""

from __future__ import annotations

import pytest

from reconciler.definition.document import of
from reconciler.scenario.flows import Flows
from reconciler.scenario.run import run
from reconciler.scenario.seen import includes
from reconciler.scenario.values import (
    Comes,
    ContactDoes,
    Contains,
    Exactly,
    Expects,
    Like,
    Matches,
    Scenario,
    Skips,
    StandsAt,
    Stub,
    Waits,
)
from reconciler.simulate import (
    Answered,
    Assumption,
    HungUp,
    IncomingCall,
    IncomingMessage,
    Outcome,
    Pressed,
    Replied,
    TimedOut,
)

QUESTION = "1 or 2?"
OPEN = Stub((Answered(200, "{}"),), url="https://example.org/*")


def sends(text=None, **more):
    return Expects("sends", Exactly(text), **more) if text is not None else Expects("sends", **more)


def writes(text):
    return ContactDoes(Replied(text))


def test_a_whole_conversation(play, ending):
    """What is expected comes in order, from a subflow too, and the end is as it should be."""
    result = play(
        sends(QUESTION),
        StandsAt("ask"),
        writes("1"),
        Expects("enters", Exactly("clerk"), details={"parameters": {"desk": "front"}}),
        Expects("calls", Like("https://*/look"), "clerk/look"),
        Expects("sets", details={"values": {"open": "yes"}}),
        sends("Open: yes", widget="tell", details={"to": "+15550100001"}),
        stubs=(OPEN,),
        ends=ending(widget="tell", passes=("ask", "clerk/note", "tell"), variables={}),
    )
    assert result.failure is None
    assert (result.steps, result.ended) == (8, "FLOW_END")
    assert result.path == ("Trigger", "ask", "choose", "clerk/Trigger", "clerk/look", "clerk/note", "desk", "tell")
    assert Assumption.SUBFLOW_SCOPE in result.assumptions


def test_a_run_is_the_same_every_time(play):
    """Two runs of a scenario give the same value."""
    lines = (sends(QUESTION), writes("1"), sends("Open: yes"))
    assert play(*lines, stubs=(OPEN,)) == play(*lines, stubs=(OPEN,))


def test_what_is_not_expected_goes_by_unless_the_contact_notices(play):
    """Calls, variables and subflows need no line."""
    assert play(sends(QUESTION), writes("1"), sends("Open: yes"), stubs=(OPEN,)).ok


FAILURES = [
    ("another text", [sends("1 or 3?")], 1, f'sends "{QUESTION}" (at ask)'),
    ("another verb", [Expects("says", Exactly(QUESTION))], 1, f'sends "{QUESTION}" (at ask)'),
    ("nothing more", [sends(QUESTION), sends("More")], 2, "waits at ask for a reply"),
    ("unexpected before an act", [writes("1")], 1, f'first sends "{QUESTION}" (at ask)'),
    ("unexpected before a wait", [Waits(1)], 1, f'first sends "{QUESTION}" (at ask)'),
    ("unexpected before a place", [StandsAt("ask")], 1, f'first sends "{QUESTION}" (at ask)'),
    ("unexpected at the end", [], 99, f'first sends "{QUESTION}" (at ask)'),
    ("another place", [sends(QUESTION), StandsAt("tell")], 2, "waits at ask for a reply"),
    ("keys for a message", [sends(QUESTION), ContactDoes(Pressed("1"))], 2, "waits at ask for a reply"),
    ("no such outcome here", [sends(QUESTION), Comes(Outcome("busy"))], 2, "waits at ask for a reply"),
    ("nobody asks", [sends(QUESTION), Comes(Answered())], 2, "waits at ask for a reply"),
    ("another widget", [sends(QUESTION, widget="tell")], 1, f'sends "{QUESTION}" (at ask)'),
    ("another contact", [sends(QUESTION, details={"to": "+1"})], 1, f'sends "{QUESTION}" (at ask)'),
    (
        "nobody answers",
        [sends(QUESTION), writes("3"), sends()],
        3,
        "waits at look for an answer of https://example.org/+15550100001, and no stub answers",
    ),
    (
        "a call that is not made",
        [sends(QUESTION), writes("0"), Expects("calls"), sends(QUESTION)],
        3,
        f'sends "{QUESTION}" (at ask)',
    ),
    ("after the end", [sends(QUESTION), Waits(60), sends("Sorry"), writes("1")], 4, "has ended (FLOW_END)"),
    ("waiting after the end", [sends(QUESTION), Waits(60), sends("Sorry"), Waits(1)], 4, "has ended (FLOW_END)"),
]


@pytest.mark.parametrize(("lines", "line", "real"), [case[1:] for case in FAILURES], ids=[case[0] for case in FAILURES])
def test_failures(play, lines, line, real):
    """A line that is not what the flow does fails at its place, with what the flow did instead."""
    failure = play(*lines).failure
    assert failure is not None
    assert (failure.place.line, failure.real, failure.kind) == (line, real, "expectation")


def test_a_failure_shows_the_conversation_so_far(play):
    """The transcript has everything up to the line that failed, and nothing after it."""
    result = play(sends(QUESTION), writes("1"), sends("Closed"), stubs=(OPEN,))
    assert [(entry.who, entry.text, entry.widget) for entry in result.transcript] == [
        ("contact", 'writes "Hi"', None),
        ("flow", f'sends "{QUESTION}"', "ask"),
        ("contact", 'writes "1"', "ask"),
        ("flow", 'enters clerk with desk: "front"', "desk"),
        ("flow", "calls https://example.org/look", "clerk/look"),
        ("world", "answers 200 {}", "clerk/look"),
        ("flow", 'sets open: "yes"', "clerk/note"),
    ]


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        (Exactly(f" {QUESTION}\n"), True),
        (Exactly("1 or"), False),
        (Contains(("1", "2")), True),
        (Contains(("1", "3")), False),
        (Contains(("OR",)), False),
        (Matches(r"^\d or \d"), True),
        (Matches(r"^or"), False),
        (Like("1*?"), True),
        (Like("*3?"), False),
    ],
)
def test_texts(play, text, matches):
    """A text is expected whole, in parts, by an expression or with `*`."""
    assert play(Expects("sends", text)).ok == matches


def test_skipped_conversation_ends_with_the_next_act(play):
    """After `skips` anything may be said, and a line may still pick something, until something happens."""
    assert play(Skips(), writes("1"), sends("Open: yes"), stubs=(OPEN,)).ok
    assert play(sends(QUESTION), Waits(60), Skips()).ok
    failure = play(Skips(), writes("1"), stubs=(OPEN,)).failure
    assert failure is not None
    assert failure.real == 'first sends "Open: yes" (at tell)'


def test_time_passes_only_where_a_line_says_so(play):
    """A time-out is due when as much time has passed, and not a second before."""
    assert play(sends(QUESTION), Waits(59)).ok
    assert not play(sends(QUESTION), Waits(60)).ok
    assert play(sends(QUESTION), Waits(30), Waits(30), sends("Sorry")).ok
    assert play(sends(QUESTION), Comes(TimedOut()), sends("Sorry")).ok
    assert play(sends(QUESTION), Waits(59), writes("0"), sends(QUESTION), Waits(59)).ok


def test_an_outcome_stands_in_for_the_usual_one(play):
    """A line decides what a call or a message comes to; without one it is the usual."""
    call = (sends(QUESTION), writes("2 now"), Expects("dials", Exactly("+15550100009")))
    assert play(*call, Expects("says", Exactly("Hello"))).ok
    assert play(*call, Comes(Outcome("busy")), sends("Sorry")).ok
    assert play(*call, Comes(Outcome("busy"), "dial"), sends("Sorry")).ok
    told = (sends(QUESTION), writes("1"), sends("Open: yes"), Comes(Outcome("failed")), sends("Sorry"))
    assert play(*told, stubs=(OPEN,)).ok


def test_an_outcome_waits_for_the_widget_that_can_come_to_it(play):
    """Widgets on the way come to what is usual for them."""
    lines = (sends(QUESTION), writes("2 now"), Comes(Outcome("noAnswer")), sends("Sorry"))
    assert play(*lines).ok


def test_an_answer_in_the_script_wins_over_a_stub(play):
    """`answers` is for the request that is waiting, whatever stubs say of it."""
    lines = (sends(QUESTION), writes("3"), Expects("calls", widget="look"), Comes(Answered(500)), sends("Sorry"))
    assert play(*lines, stubs=(OPEN,)).ok
    assert play(*lines).ok


def test_stubs_answer_for_widgets_and_urls(play):
    """The first stub that fits answers, by the name of the widget or the URL."""
    lines = (sends(QUESTION), writes("3"), sends("Sorry"))
    bad, good = (Answered(500),), (Answered(200),)
    assert play(*lines, stubs=(Stub(bad, widget="look"), Stub(good, url="*"))).ok
    assert play(*lines, stubs=(Stub(good, url="https://other/*"), Stub(bad, url="https://example.org/*"))).ok
    assert play(*lines, stubs=(Stub((TimedOut(),), widget="menu/look"),)).ok
    assert play(*lines, stubs=(Stub((Outcome("failed"),), widget="look"),)).ok


def test_a_list_of_answers_is_used_up(play):
    """Answers of a list come one after the other; a request beyond them fails the test."""
    round_ = (writes("3"), sends("Sorry"))
    twice = Stub((Answered(500), TimedOut()), widget="look", endless=False)
    again = (sends(QUESTION), writes("0"))
    assert play(sends(QUESTION), *round_, stubs=(twice,)).ok
    failure = play(*again, sends(QUESTION), *round_, stubs=(Stub((), widget="look", endless=False),)).failure
    assert failure is not None
    assert failure.real.endswith("and its stub has no answer left")


def test_a_stub_stands_for_a_whole_subflow(play):
    """A stubbed subflow sets what the stub says, or fails; none of its steps is told or counted."""
    lines = (sends(QUESTION), writes("1"), Expects("enters", Exactly("clerk")), sends("Open: no"))
    done = Stub((Outcome("completed", {"open": "no", "list": [1]}),), widget="desk")
    result = play(*lines, stubs=(done,))
    assert result.failure is None
    assert result.path == ("Trigger", "ask", "choose", "desk", "tell")
    assert result.steps == 5
    assert {flow for flow, _ in result.passed.widgets} == {"menu"}
    failed = play(sends(QUESTION), writes("1"), sends("Sorry"), stubs=(Stub((Outcome("failed"),), widget="desk"),))
    assert failed.failure is None


def test_a_caller_hangs_up_at_once(play, ending):
    """A hang-up does not wait until everything is said."""
    lines = (Expects("says", Exactly("Hello")), ContactDoes(HungUp()))
    call = IncomingCall("+15550100001", "+15550100002")
    two = (sends(QUESTION), writes("2 now"))
    assert play(*two, *lines, trigger=call, ends=ending(reason="CONTACT_HUNG_UP")).ok
    assert play(*two, *lines, trigger=call, ends=ending()).ok


ENDS = [
    ("not over", [sends(QUESTION)], {}, "waits at ask for a reply"),
    ("another reason", [sends(QUESTION), Waits(60), sends("Sorry")], {"reason": "EXPIRED"}, "has ended (FLOW_END)"),
    ("another widget", [sends(QUESTION), Waits(60), sends("Sorry")], {"widget": "tell"}, "it is sorry"),
    ("another path", [sends(QUESTION), Waits(60), sends("Sorry")], {"path": ("ask",)}, "they are Trigger, ask, sorry"),
    (
        "another order",
        [sends(QUESTION), Waits(60), sends("Sorry")],
        {"passes": ("sorry", "ask")},
        "the widgets are Trigger, ask, sorry",
    ),
    ("no variable", [sends(QUESTION), Waits(60), sends("Sorry")], {"variables": {"a": 1}}, "it is not set"),
]


@pytest.mark.parametrize(("lines", "ends", "real"), [case[1:] for case in ENDS], ids=[case[0] for case in ENDS])
def test_wrong_ends(play, ending, lines, ends, real):
    """An end that is not as said fails at `ends`, with what it is."""
    failure = play(*lines, ends=ending(**ends)).failure
    assert failure is not None
    assert (failure.place.line, failure.real) == (90, real)


def test_a_limit_fails_unless_it_is_named(play, circle, ending):
    """A flow that runs in a circle fails, and passes where the test wants that."""
    failure = play(on=circle).failure
    assert failure is not None
    assert failure.real == "has ended (STEP_LIMIT)"
    assert failure.hint == "If that is right, say so: `ends: {reason: STEP_LIMIT}`."
    assert play(on=circle, ends=ending(reason="STEP_LIMIT")).ok


def test_a_variable_is_compared_with_what_the_flow_holds(play, circle, ending):
    """`variables` of the end names some; a number equals its text."""
    assert play(on=circle, ends=ending(reason="STEP_LIMIT", variables={"n": "1"})).ok
    failure = play(on=circle, ends=ending(reason="STEP_LIMIT", variables={"n": 2})).failure
    assert failure is not None
    assert (failure.expected, failure.real) == ("the variable n is 2", "it is 1")


def test_an_unknown_flow_is_an_error_with_the_nearest_name(flows):
    """A scenario of no flow cannot be run."""
    found = run(Scenario("one", "mneu", IncomingMessage("+1", "+2")), flows)
    assert found.failure is not None
    assert (found.failure.kind, found.failure.hint) == ("error", "Did you mean 'menu'?")


def test_what_the_simulator_refuses_is_an_error(play):
    """An event that the widget cannot take fails the line, and says what it can take."""
    stub = Stub((Outcome("audioComplete"),), widget="ask")
    failure = play(sends(QUESTION), sends("Sorry"), stubs=(stub,)).failure
    assert failure is not None
    assert (failure.kind, failure.place.line) == ("error", 2)


def test_hints_name_what_came_near(play):
    """A call with other parameters, and one that came before, are told."""
    lines = (sends(QUESTION), writes("1"))
    wrong = Expects("enters", Exactly("clerk"), details={"parameters": {"desk": "back"}})
    late = Expects("enters", Exactly("clerk"))
    near = play(*lines, wrong, stubs=(OPEN,)).failure
    before = play(*lines, sends("Open: yes"), late, stubs=(OPEN,)).failure
    assert near is not None
    assert before is not None
    assert near.hint == 'Instead it enters clerk with desk: "front".'
    assert before.hint == "It did so before: lines stand in the order in which things happen."


def test_hints_say_where_a_long_text_parts(play):
    """Of long texts that begin alike the place is told; of a right text, that something else is wrong."""
    done = Stub((Outcome("completed", {"open": "from eight in the morning to six"}),), widget="desk")
    lines = (sends(QUESTION), writes("1"))
    text = play(*lines, sends("Open: from eight in the morning to five"), stubs=(done,)).failure
    other = play(sends(QUESTION, details={"to": "+1"})).failure
    assert text is not None
    assert other is not None
    assert text.hint == 'The texts are the same up to "t in the morning to ".'
    assert other.hint == 'It is not the text: {"from": "+15550100002", "to": "+15550100001"}.'


def test_details_are_compared_in_depth():
    """What a line names must be there; a number equals its text, a list all of a list."""
    whole = {"a": "1", "b": {"c": [1, "2"]}, "d": True}
    assert includes(whole, {})
    assert includes(whole, {"a": 1, "b": {"c": ["1", 2]}})
    assert not includes(whole, {"b": {"c": [1]}})
    assert not includes(whole, {"b": 1})
    assert not includes(whole, {"e": None})
    assert not includes("a", {"a": 1})


def test_a_wait_without_a_time_out_never_times_out(play):
    """`waits: timeout` fails where nothing is due."""
    failure = play(sends(QUESTION), writes("2 now"), Comes(TimedOut())).failure
    assert failure is not None
    assert failure.real == 'first says "Hello" (at hello)'
    failure = play(sends(QUESTION), writes("2 now"), Comes(TimedOut(), "dial")).failure
    assert failure is not None
    assert failure.real.endswith("without a time-out")


def test_a_flow_that_cannot_be_run_is_an_error(play):
    """A flow without a trigger fails before anything happens."""
    found = play(on=Flows({"menu": of({"states": []})}))
    assert found.failure is not None
    assert (found.failure.kind, found.transcript, found.steps) == ("error", (), 0)


def test_a_stub_that_the_widget_cannot_take_fails_at_the_end_too(play):
    """What a stub says wrong is told even where no line follows."""
    stub = Stub((Outcome("audioComplete"),), widget="ask")
    failure = play(sends(QUESTION), stubs=(stub,)).failure
    assert failure is not None
    assert (failure.kind, failure.expected) == ("error", "the flow goes on")


def test_a_subflow_that_is_not_there_fails(play, definitions):
    """A flow that nobody manages is entered by no run; a stub can stand for it."""
    menu, _ = definitions
    lost = {**menu, "states": [_elsewhere(state) for state in menu["states"]]}
    flows = Flows({"menu": of(lost)})
    assert play(sends(QUESTION), writes("1"), sends("Sorry"), on=flows).ok
    done = Stub((Outcome("completed", {"open": "no"}),), widget="desk")
    assert play(sends(QUESTION), writes("1"), sends("Open: no"), on=flows, stubs=(done,)).ok


def _elsewhere(state):
    if state["type"] != "run-subflow":
        return state
    return {**state, "properties": {**state["properties"], "flow_sid": "FW00000000000000000000000000000009"}}


def test_flows_may_have_their_own_sids(play, definitions):
    """A flow is found by the reference to it, whatever SID it is given."""
    sids = {"menu": "FW00000000000000000000000000000008", "clerk": "FW00000000000000000000000000000007"}
    menu, clerk = definitions
    flows = Flows({"menu": of(menu), "clerk": of(clerk)}, sids)
    lines = (sends(QUESTION), writes("1"), Expects("enters", Exactly("clerk")), sends("Open: yes"))
    assert play(*lines, on=flows, stubs=(OPEN,)).ok
    assert flows.name_of(sids["clerk"]) == "clerk"
    assert flows.name_of("FW1") == "FW1"
