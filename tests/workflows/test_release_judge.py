"""What steps say, by values alone."""

from datetime import UTC, datetime, timedelta

import pytest

from reconciler.model.execution import Execution, ExecutionStep
from reconciler.model.release import ERROR_EVENTS, Expectation, Health, Watch
from reconciler.workflows.release.judge import error_events, judge_health, judge_smoke, reached

AT = datetime(2026, 1, 1, tzinfo=UTC)
FLOW = "FW00000000000000000000000000000001"


def step(number: int, before: str, after: str, event: str = "sent", parent: str | None = None) -> ExecutionStep:
    """One move from a widget to the next."""
    return ExecutionStep(f"FT{number}", "FN1", FLOW, event, before, after, None, parent, AT + timedelta(seconds=number))


STEPS = (
    step(4, "call", "Ended", "completed"),
    step(3, "hello", "Ended", "failed", parent="FT2"),
    step(2, "greet", "call"),
    step(1, "Trigger", "greet", "incomingRequest"),
)


def run(status: str = "ended") -> Execution:
    """An execution."""
    return Execution("FN1", FLOW, "active" if status == "active" else "ended")


def test_a_path_is_of_the_flow_itself():
    """Widgets stand in the order in which they were reached, whatever Studio's order; sub-flows are left out."""
    assert reached(FLOW, STEPS) == ["Trigger", "greet", "call"]


@pytest.mark.parametrize(
    ("expect", "status", "verdict"),
    [
        (Expectation(("greet", "call")), "ended", "passed"),
        (Expectation(("greet",)), "active", "passed"),
        (Expectation(("sorry",)), "active", "open"),
        (Expectation(("greet",), ("call",)), "ended", "failed"),
        (Expectation(("greet",), ends=True), "active", "open"),
        (Expectation(("greet",), ends=True), "ended", "passed"),
        (Expectation(ends=False), "ended", "failed"),
        (Expectation(("greet",), ends=False), "active", "passed"),
        (Expectation(avoids=("hello",)), "ended", "passed"),
    ],
)
def test_verdicts(expect, status, verdict):
    """What is met passes, what is avoided fails, what may still come is open; those of sub-flows do not count."""
    assert judge_smoke(expect, run(status), STEPS)[0] == verdict


def test_errors_in_sub_flows_count():
    """An error event of a sub-flow is one of the execution that ran it."""
    assert error_events(STEPS, ERROR_EVENTS) == 1
    assert error_events(STEPS, ("completed", "sent")) == 2


@pytest.mark.parametrize(
    ("watch", "health", "bad"),
    [
        (Watch(), Health(100, 6, 6), True),
        (Watch(), Health(100, 5, 9), False),
        (Watch(), Health(19, 19, 19), False),
        (Watch(min_executions=1, max_failed_ratio=0.0), Health(1, 1, 1), True),
        (Watch(max_failed_ratio=None), Health(100, 100, 100), False),
        (Watch(max_failed_ratio=None, max_errors=3), Health(1, 1, 4), True),
        (Watch(max_failed_ratio=None, max_errors=3), Health(1, 1, 3), False),
        (Watch(), Health(), False),
    ],
)
def test_limits(watch, health, bad):
    """A share counts from enough executions on, a number of errors at once; a limit itself is allowed."""
    assert (judge_health(watch, health) is not None) == bad
