"""The shape of `test --json`. Types only; the JSON Schema in `schemas/` is made from them."""

from __future__ import annotations

from typing import Literal

from pydantic import with_config
from typing_extensions import TypedDict

from reconciler.plan.shape import STRICT

TestOutcome = Literal["passed", "failed", "error"]


class TestEntryShape(TypedDict):
    """One line of the conversation. `seconds` since the beginning; `who` as in docs/testing-flows.md."""

    seconds: float
    who: Literal["contact", "flow", "world", "clock", "trouble", "end"]
    widget: str | None
    text: str


class TestFailureShape(TypedDict):
    """Why a test failed. `place` is file:line:column of the line of the script."""

    place: str | None
    expected: str
    real: str
    hint: str | None
    conversation: list[TestEntryShape]


class TestShape(TypedDict):
    """One test. `path` are the widgets in the order they were left; `ended` why the run is over, null when it waits."""

    name: str
    flow: str
    place: str | None
    outcome: TestOutcome
    steps: int
    ended: str | None
    path: list[str]
    assumptions: list[str]
    failure: TestFailureShape | None


class ShareShape(TypedDict):
    """So many of so many, and in percent."""

    covered: int
    total: int
    percent: float


class MissedTransitionShape(TypedDict):
    """A transition that no test took."""

    widget: str
    transition: str
    next: str


class MissedConditionShape(TypedDict):
    """A condition that never held, or always did. `condition` is its number in the transition, from 0."""

    widget: str
    transition: str
    condition: int
    held: bool
    failed: bool


class FlowCoverageShape(TypedDict):
    """The coverage of one flow, and what is not covered."""

    flow: str
    widgets: ShareShape
    transitions: ShareShape
    conditions: ShareShape
    missedWidgets: list[str]
    missedTransitions: list[MissedTransitionShape]
    missedConditions: list[MissedConditionShape]


class CoverageShape(TypedDict):
    """The coverage of the flows, together and one by one."""

    widgets: ShareShape
    transitions: ShareShape
    conditions: ShareShape
    wanted: float | None
    flows: list[FlowCoverageShape]


class TestSummaryShape(TypedDict):
    """How many passed, failed and could not be run, and how many steps they took."""

    passed: int
    failed: int
    errors: int
    steps: int


@with_config(STRICT)
class TestReportShape(TypedDict):
    """What `test` found. `assumptions` has a sentence for each that a test names; `coverage` is null without it."""

    format: Literal[1]
    ok: bool
    summary: TestSummaryShape
    tests: list[TestShape]
    coverage: CoverageShape | None
    assumptions: dict[str, str]
