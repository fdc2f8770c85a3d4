from dataclasses import replace

import pytest

from reconciler.errors import InvalidDefinitionError, RequestRefusedError
from reconciler.model.address import flow
from reconciler.model.finding import Finding
from reconciler.plan.outcome import Conflicted, Done, Failed, Pending, Refused, Skipped
from reconciler.views.facts import continues
from reconciler.views.human import render_applied, render_event
from reconciler.views.style import Style
from reconciler.workflows.results import Applied, PlanDecided, Recovered, StepEnded, StepStarted


def test_the_end_as_expected(applied, golden):
    """The end lists every kind of outcome with what to do, names what was overwritten, and says how to go on."""
    text = render_applied(applied, Style(), program="reconciler --environment production")

    golden("apply-end.txt", text)


def test_events_as_expected(applied, golden):
    """Each step has a line when it starts and a line when it ends."""
    events = [Recovered(flow("intake"), "was created by the last run; recorded")]
    events += [event for o in applied.outcomes for event in (StepStarted(o.step), StepEnded(o))]

    golden("apply-events.txt", "\n".join(render_event(event, Style()) for event in events))


def test_the_plan_itself_is_no_line(plans):
    """The plan has a view of its own."""
    assert render_event(PlanDecided(plans["first"]), Style()) == ""


def test_declined_and_interrupted_are_said(plans):
    """A declined run says that nothing was done; an interrupted one, and one that lost its lock, how to go on."""
    plan = plans["first"]
    skipped = tuple(Skipped(step, "interrupted") for step in plan.steps)

    assert "nothing was done" in render_applied(Applied(plan, (), declined=True), Style())
    for end in (Applied(plan, skipped, interrupted=True), Applied(plan, skipped, lease_lost=True)):
        text = render_applied(end, Style())
        assert "nothing new was started" in text
        assert text.endswith("To continue: reconciler apply")


def test_an_apply_of_nothing(plans):
    """Where there was nothing to do, nothing is left to do."""
    assert render_applied(Applied(plans["empty"], ()), Style()) == "Apply: nothing to do."


@pytest.mark.parametrize(
    ("kind", "command"),
    [("done", None), ("failed", "r apply"), ("conflict", "r plan"), ("refused", "r plan"), ("pending", "r apply")],
)
def test_the_command_that_continues(plans, kind: str, command: str | None):
    """What is left decides the next command: look again after others wrote, else apply again."""
    step = plans["small-update"].steps[0]
    outcome = {
        "done": Done(step),
        "failed": Failed(step, RequestRefusedError("no")),
        "conflict": Conflicted(step, "moved"),
        "refused": Refused(step, ()),
        "pending": Pending(step, "no answer"),
    }[kind]

    assert continues(Applied(plans["small-update"], (outcome,)), "r") == command


def test_an_invalid_definition_shows_what_studio_says(plans):
    """Studio's findings stand with the step that failed."""
    finding = Finding("studio", "error", "is not valid", None, "ask", "transitions.timeout")
    failed = Failed(plans["small-update"].steps[0], InvalidDefinitionError("Studio refuses the definition", [finding]))

    text = render_applied(Applied(plans["small-update"], (failed,)), Style())

    assert "in widget ask, transitions.timeout" in text
    assert "HTTP 400, Twilio error 81022" in text


def test_sensitive_texts_are_covered(plans, applied):
    """No message, note or error of any outcome shows a sensitive text."""
    step = plans["small-update"].steps[0]
    outcomes = (
        Done(step, notes=("tok-1",), overwritten=(replace(applied.outcomes[0].overwritten[0], message="tok-1"),)),
        Failed(step, RequestRefusedError("tok-1", hint="tok-1")),
        Conflicted(step, "tok-1"),
        Pending(step, "tok-1"),
        Refused(step, (replace(plans["drift-stop"].objections[0], message="tok-1"),)),
    )
    secret = frozenset({"tok-1"})

    assert "tok-1" not in render_applied(Applied(plans["small-update"], outcomes), Style(), sensitive=secret)
    for outcome in outcomes:
        assert "tok-1" not in render_event(StepEnded(outcome), Style(), sensitive=secret)
    assert "tok-1" not in render_event(Recovered(flow("x"), "tok-1"), Style(), sensitive=secret)
