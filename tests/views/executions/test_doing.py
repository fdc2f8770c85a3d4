"""How starts, ends and exports look to people: what happened, why not, and what to type next."""

from dataclasses import replace

import pytest

from reconciler.views.executions import doing_human, doing_machine
from reconciler.views.style import Style
from reconciler.workflows.executions.ending import Chosen, Ended
from reconciler.workflows.executions.exporting import Exported
from reconciler.workflows.executions.flows import SeenRun
from reconciler.workflows.executions.starting import Started
from tests.support.executions import HELLO, MENU, execution, run_sid

STYLE = Style(program="reconciler --environment staging")
TO = "+15550100001"


def test_a_start_says_which_revision_runs():
    """The SID, the contact masked, and whether it is a draft."""
    run = execution(1, status="active")
    draft = Started(TO, "started", run, draft=True)
    assert doing_human.render_started(draft, STYLE, personal=False) == f"+ {run.sid}  +...01  revision 3 (draft)"
    bare = Started(TO, "started", replace(run, revision=None))
    assert doing_human.render_started(bare, STYLE, personal=True) == f"+ {run.sid}  {TO}"


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("conflict", "active already"),
        ("limited", "20 starts a second"),
        ("refused", "refuses"),
        ("not-sent", "nothing was started"),
        ("unknown", "nobody knows"),
    ],
)
def test_a_start_that_failed_says_why(outcome, words):
    """The reason in our words and in Studio's, in which the contact is masked too."""
    one = Started(TO, outcome, message=f"Studio answered: {TO} is busy")
    text = doing_human.render_started(one, STYLE, personal=False)
    assert words in text
    assert "+...01 is busy" in text
    assert TO not in text
    assert TO in doing_human.render_started(one, STYLE, personal=True)
    assert TO not in doing_machine.render_started(HELLO, [one], personal=False)


def test_what_to_do_next_is_about_the_same_environment():
    """Commands to type name the environment of this run."""
    conflict = Started(TO, "conflict", conflicting=run_sid(9))
    assert f"reconciler --environment staging executions end {run_sid(9)}" in doing_human.render_started(
        conflict, STYLE, personal=False
    )
    unknown = doing_human.render_started(Started(TO, "unknown"), STYLE, personal=False)
    assert "reconciler --environment staging executions list --status active" in unknown


def test_outcomes_are_counted():
    """Each kind with its number, nothing with none."""
    done = [Started(TO, "started", execution(1)), Started(TO, "limited"), Started(TO, "limited")]
    assert doing_human.started_total(done) == "Start: 1 started, 2 over the limit"
    ends = [Ended("a", "ended"), Ended("b", "already"), Ended("c", "gone"), Ended("d", "missing")]
    assert doing_human.ended_total("end", ends) == "Ended 1 execution; 1 ended already, 1 gone already, 1 not found."
    assert doing_human.ended_total("delete", [Ended("a", "deleted")] * 2) == "Deleted 2 executions."


def test_what_will_be_ended_is_shown_by_flow():
    """How many of which flow, the oldest, and what it means for people."""
    runs = [SeenRun(HELLO, execution(1, at=60)), SeenRun(HELLO, execution(2)), SeenRun(MENU, execution(3))]
    bare = SeenRun(MENU, replace(execution(4), date_created=None))
    text = doing_human.render_chosen("end", Chosen((*runs, bare)), STYLE)
    assert text.splitlines()[:3] == [
        "4 executions to end:",
        "  Flow/hello: 2, the oldest begun 2025-12-31 23:00:00 UTC",
        "  Flow/menu: 2, the oldest begun 2026-01-01 00:00:00 UTC",
    ]
    assert "Nothing brings them back" in doing_human.render_chosen("delete", Chosen((bare,)), STYLE)


def test_an_end_that_failed_says_why():
    """The SID, what is the matter, and Studio's reason."""
    assert (
        doing_human.render_ended(Ended("FN1", "refused", message="slow down"), STYLE) == "! FN1: refused\n  slow down"
    )


def test_an_export_tells_what_it_does_not_have():
    """What is still open, what was gone, and where there is a gap."""
    assert doing_human.render_exported(Exported({}, 0, 0, ()), "out", STYLE) == (
        "Exported 0 executions with 0 steps to out."
    )
    text = doing_human.render_exported(Exported({"executions": 1, "steps": 2}, 3, 4, (MENU,)), "out", STYLE)
    assert text.startswith("Exported 1 execution with 2 steps to out.\n3 had not ended")
    assert "4 were deleted" in text
    assert "Flow/menu" in text
