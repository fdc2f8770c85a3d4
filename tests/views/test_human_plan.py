import re

import pytest

from reconciler.definition.difference import ValueChanged
from reconciler.model.address import Address, flow
from reconciler.plan.values import Basis, ContactsChanged, Drift, ForeignRevision, Plan, Step
from reconciler.views.human import render_plan
from reconciler.views.style import Style

NAMES = [
    "empty", "first", "small-update", "insertion", "every-difference", "drift-stop", "drift-deleted", "three-way",
    "delete", "test-users", "record-only", "publish",
]  # fmt: skip


def an_update(*items, **rest) -> Plan:
    basis = Basis("FW00000000000000000000000000000001", 7, 7, "sha256:1", "sha256:2")
    step = Step(flow("x"), "update", "behaviour", "changed", basis, (), items, **rest)
    return Plan("p", "e", None, "http://127.0.0.1:8080", "l", 1, "m", (step,))


def test_every_sample_is_tried(plans):
    """The list of names below is that of the samples."""
    assert sorted(plans) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_plan_as_expected(plans, golden, name: str):
    """A plan at 80 columns in ASCII reads as its expected text."""
    golden(f"plan-{name}.txt", render_plan(plans[name], Style()))


def test_plan_in_colour_and_unicode(plans, golden):
    """Colours and ornaments are as expected where the place can show them."""
    golden("plan-every-difference-colour.txt", render_plan(plans["every-difference"], Style(color=True, unicode=True)))


@pytest.mark.parametrize("name", NAMES)
def test_colours_say_nothing_of_their_own(plans, name: str):
    """Without its colours, a coloured plan is the plain one."""
    coloured = render_plan(plans[name], Style(color=True))

    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render_plan(plans[name], Style())


@pytest.mark.parametrize("width", [20, 40, 80, 200])
@pytest.mark.parametrize("name", NAMES)
def test_values_fit_the_width(plans, name: str, width: int):
    """Whatever the width, a plan is rendered, and from 80 columns on no line is longer."""
    lines = render_plan(plans[name], Style(width=width)).splitlines()

    assert width < 80 or max(map(len, lines)) <= width


@pytest.mark.parametrize("name", ["small-update", "insertion", "test-users", "publish", "record-only"])
def test_a_small_change_fits_a_screen(plans, name: str):
    """A small change takes less than 24 lines."""
    assert len(render_plan(plans[name], Style()).splitlines()) < 24


def test_secrets_and_sensitive_texts_are_covered():
    """Neither a secret property nor a sensitive text shows, not even in part where a text is cut."""
    token = "tok-" + "x9" * 20
    url = f"https://x.example/{'a' * 50}?token={token}"
    plan = an_update(
        ValueChanged("call", "properties.sip_password", "hunter2", "hunter3", secret=True),
        ValueChanged("ask", "properties.url", url, url + "&more=1"),
        ValueChanged("ask", "properties.header", None, token),
        notes=(f"sends {token}",),
    )

    text = render_plan(plan, Style(), sensitive=frozenset({token}))

    assert "hunter" not in text
    assert "x9x9" not in text
    assert "properties.header: (sensitive)" in text


def test_other_peoples_texts_cannot_steer_the_terminal():
    """Escape sequences, line breaks and direction marks in a value are shown, not sent."""
    plan = an_update(
        ValueChanged("ask\x1b[2J", "properties.body", "a\x1b[31m", "b\u202e"), notes=("see \x1b]0;title\x07 this",)
    )

    text = render_plan(plan, Style())

    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", text)


def test_a_change_deep_in_a_long_value_is_what_is_shown():
    """Of two long values the cut ones still differ, and show the change."""
    plan = an_update(ValueChanged("ask", "properties.body", "x" * 500 + "A" + "y" * 500, "x" * 500 + "B" + "y" * 500))

    text = render_plan(plan, Style())

    assert re.search(r"- \.\.\.x+Ay+\.\.\.\n +\+ \.\.\.x+By+\.\.\.", text)


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("a\nb\n", "a\r\nb\r\n", "(only line ends differ)"),
        (1, True, "1 -> true"),
        ("", "x", '"" -> "x"'),
        (None, "a\nb", "+ a"),
        ("a\nb", None, "- b"),
        ([1], {"a": 1}, '[1] -> {"a": 1}'),
    ],
)
def test_values_of_every_kind(before, after, shown: str):
    """Whatever the types of the two sides, what differs can be read."""
    assert shown in render_plan(an_update(ValueChanged("w", "properties.p", before, after)), Style())


def test_a_long_address_leaves_its_reason_a_line():
    """A reason that does not fit behind its address stands below it."""
    basis = Basis(None, 0, None, None, None)
    step = Step(flow("a" * 63), "create", "behaviour", "an-unknown-reason", basis)
    lines = render_plan(Plan("p", "e", None, None, "l", 1, "m", (step,)), Style()).splitlines()

    assert lines[4:6] == [f"  + Flow/{'a' * 63}  create:", "      an unknown reason"]


def test_drift_of_every_shape_is_told():
    """Drift without a move of revisions, ours, or with many revisions is told; what is too much is counted."""
    revisions = tuple(ForeignRevision(n, "draft", None, None, None, ours=n == 9) for n in range(2, 10))
    drifts = (
        Drift(flow("x"), "none", 1, 9, revisions),
        Drift(Address("TestUsers", "t"), "contacts", None, None, (), (ContactsChanged((), ("+15558675310",)),)),
        Drift(flow("gone"), "deleted", None, None),
    )
    text = render_plan(Plan("p", "e", None, None, "l", 1, "m", (), drifts, unchanged=1), Style())

    assert (
        "Flow/x: same content, revision 1 -> 9\n      3 earlier revisions not shown\n      revision 5 (draft)" in text
    )
    assert "revision 9 (draft) by reconciler, in a run that is not recorded\n        time unknown" in text
    assert "TestUsers/t: contacts\n      - +15558675310" in text
    assert "Flow/gone: deleted\n" in text
    assert text.endswith("No changes. The one resource is as declared.")


def test_lines_that_come_or_move_apart_are_shown():
    """Distant changes of a long text are shown apart, and lines that only one side has with their sign."""
    before = [f"line {number}" for number in range(30)]
    after = ["first", *before[:20], *before[21:]]
    text = render_plan(an_update(ValueChanged("w", "properties.p", "\n".join(before), "\n".join(after))), Style())

    assert "+ first\n" in text
    assert "- line 20\n" in text
    assert "line 10" not in text


def test_an_empty_project_is_said():
    """A project that declares nothing says so."""
    text = render_plan(Plan("p", "e", None, None, "l", 1, "m", ()), Style())

    assert text.endswith("Nothing in scope is declared or recorded.")
