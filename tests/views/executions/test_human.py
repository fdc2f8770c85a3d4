"""How runs look to people: aligned, with personal data masked unless it was asked for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from reconciler.definition.trail import depths_of
from reconciler.views.executions import human
from reconciler.views.executions.personal import contact_shown, context_shown
from reconciler.views.human.times import spoken
from reconciler.views.style import Style
from reconciler.workflows.executions.flows import KnownFlow, SeenRun
from reconciler.workflows.executions.listing import Listed
from reconciler.workflows.executions.path import path_of
from reconciler.workflows.executions.showing import ShownRun
from tests.support.executions import BEGIN, HELLO, execution, step

STYLE = Style()
NOTHING = frozenset()


def shown(run, moves, context=None):
    """Give a run with these steps: number, move, second, parent."""
    steps = [step(number, run, move, at=at, parent=parent) for number, move, at, parent in moves]
    return ShownRun(SeenRun(HELLO, run), context, tuple(steps), path_of(run, steps), depths_of(steps))


def test_a_list_is_grouped_by_flow():
    """Each flow once with its runs, how many there are, and what no longer exists."""
    runs = (SeenRun(HELLO, execution(1, at=5)), SeenRun(KnownFlow("FW" + "9" * 32), execution(2, status="active")))
    text = human.render_listed(Listed(runs, 7, BEGIN), STYLE, personal=False)
    assert text.splitlines() == [
        "Flow/hello  FW00000000000000000000000000000001",
        "FN00000000000000000000000000000001  ended   2025-12-31 23:55  2m  r3  +...01",
        "",
        "FW99999999999999999999999999999999",
        "FN00000000000000000000000000000002  active  2026-01-01 00:00    r3  +...01",
        "",
        "7 executions; the newest 2 are shown, --limit shows more.",
        "Studio keeps executions for 30 days after they begin: of what began before",
        "2026-01-01 00:00:00 UTC nothing is left.",
    ]
    assert "+15550100001" in human.render_listed(Listed(runs, 7), STYLE, personal=True)


def test_a_path_shows_where_the_time_went():
    """Each widget with the time that was spent there and what led away, a sub-flow indented, and the end."""
    run = execution(1)
    moves = [(1, "Trigger incomingMessage call", 0, None), (2, "Trigger incomingParent ask", 1, 1),
             (3, "ask incomingMessage Ended", 61, 1), (4, "call completed Ended", 61, None)]  # fmt: skip
    lines = human.render_shown(shown(run, moves), STYLE, personal=False, sensitive=NOTHING).splitlines()
    assert lines[5:9] == [
        "  00:00:00      0s  Trigger    incomingMessage",
        "  00:00:00      1s    Trigger  incomingParent",
        "  00:00:01      1m    ask      incomingMessage",
        "  00:01:01      0s  call       completed",
    ]
    assert lines[10] == "4 steps. Ended after 2m, at an end of the flow."


@pytest.mark.parametrize(("status", "words"), [("active", "executions end FN"), ("ended", "before the flow did")])
def test_the_end_is_told(status, words):
    """A run that waits says how to end it; one that was cut short says so."""
    run = execution(1, status=status)
    text = human.render_shown(shown(run, [(1, "Trigger x ask", 0, None)]), STYLE, personal=False, sensitive=NOTHING)
    assert words in text
    assert ("(waits here)" in text, "(ended here)" in text) == (status == "active", status == "ended")
    assert "no steps" in human.render_shown(shown(run, []), STYLE, personal=False, sensitive=NOTHING)


def test_personal_data_is_shown_only_when_asked_for():
    """Without being asked for, neither the contact nor a value of the context is shown, and the names of values are."""
    said = {"widgets": {"ask": {"inbound": {"Body": "I am ill-7719"}}}, "list": ["ill-7719", None], "n": 7719}
    data = shown(execution(1), [], said)
    text = human.render_shown(data, STYLE, personal=False, sensitive=NOTHING)
    assert "7719" not in text
    assert "+15550100001" not in text
    assert "  widgets.ask.inbound.Body, list[0], list[1], n" in text
    asked = human.render_shown(data, STYLE, personal=True, sensitive=frozenset({"ill-7719"}))
    assert "+15550100001" in asked
    assert "I am (sensitive)" in asked


def test_contacts_of_any_kind_are_masked():
    """Of a number two digits and the channel stay, of anything else nothing."""
    assert contact_shown("whatsapp:+15550100042", personal=False) == "whatsapp:+...42"
    assert contact_shown("client:alice", personal=False) == "(personal)"
    assert contact_shown("+1", personal=False) == "(personal)"
    assert contact_shown(None, personal=False) is None
    assert context_shown("text", personal=True) == "text"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (59.6, "1m"), (61, "1m 1s"), (7260, "2h 1m"), (90_000, "1d 1h"), (None, "")]
)
def test_spans_have_two_units(seconds, text):
    """A span is told in its two largest units."""
    assert spoken(None if seconds is None else timedelta(seconds=seconds)) == text


def test_what_studio_left_out_is_left_out():
    """A run without dates, revision, contact and names of widgets is shown all the same."""
    bare = replace(execution(1), contact=None, revision=None, date_created=None, date_updated=None, initiated_by=None)
    moves = [step(1, execution(1), "a b c")]
    moves[0] = replace(moves[0], from_widget=None, to_widget=None, event=None, date_created=None)
    data = ShownRun(SeenRun(HELLO, bare), None, tuple(moves), path_of(bare, moves), depths_of(moves))
    assert "?" in human.render_shown(data, STYLE, personal=False, sensitive=NOTHING)
    assert bare.sid in human.render_listed(Listed((SeenRun(HELLO, bare),), 1), STYLE, personal=False)


def test_other_peoples_texts_steer_no_terminal():
    """Names of widgets and events are escaped."""
    data = shown(execution(1, contact="\x1b[2Jx"), [(1, "a\x1b[31m b c", 0, None)])
    text = human.render_shown(data, STYLE, personal=True, sensitive=NOTHING)
    assert "\x1b" not in text


def test_flows_that_are_gone_are_named():
    """Whose executions cannot be told stands below the list, with what to do."""
    text = human.render_listed(Listed((), 0, absent=(HELLO,)), Style(program="reconciler --state x"), personal=False)
    assert text == "0 executions.\nNot in Studio any more: Flow/hello. `reconciler --state x plan` says what to do."
