"""What came of running a scenario: values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from reconciler.model.finding import Place
from reconciler.model.jsontypes import JsonObject
from reconciler.scenario.values import Scenario, Verb
from reconciler.simulate import Assumption, EndReason

Who: TypeAlias = Literal["contact", "flow", "world", "clock", "trouble", "end"]
"""Whose doing a line is; `world` are answers and outcomes, `trouble` is what Studio's debugger tells."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that the flow did.

    Attributes:
        verb, text: see `Expects`.
        flow: name of the flow that did it, which may be a subflow; its SID where it has no name.
        widget: which widget did it.
        details: `parameters`, `method`, `body` of what is called; `values` that are set; `to`, `from`, `voice` …
    """

    verb: Verb
    flow: str
    widget: str
    text: str = ""
    details: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the transcript.

    Attributes:
        text: what happened; of what the flow did, with its verb before it.
        widget: which widget did it or waited for it, as `NAME` or `FLOW/NAME`.
        at: when, in seconds since 1970.
    """

    who: Who
    text: str
    widget: str | None = None
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a scenario failed: clauses without a dot.

    Attributes:
        expected: what the line expects, or does.
        real: what the flow really did, or waits for.
        place: where that line is written.
        hint: what may help.
        kind: `expectation` when the flow goes another way; `error` when the scenario cannot be run at all.
    """

    expected: str
    real: str
    place: Place | None = None
    hint: str | None = None
    kind: Literal["expectation", "error"] = "expectation"


@dataclass(frozen=True, slots=True, order=True)
class Visit:
    """A transition was taken.

    Attributes:
        flow: the flow's name.
        widget: where it leads out of.
        transition: which one, counted from 0; None for an event that the widget has no transition for.
    """

    flow: str
    widget: str
    transition: int | None = None


@dataclass(frozen=True, slots=True, order=True)
class Decided:
    """A condition of a split was asked for, and held or did not."""

    flow: str
    widget: str
    transition: int
    condition: int
    held: bool


@dataclass(frozen=True, slots=True)
class Passed:
    """What one run, or several, went through.

    Attributes:
        widgets: that ran or waited, by flow and name.
        transitions: that were taken.
        conditions: that were asked for.
    """

    widgets: frozenset[tuple[str, str]] = frozenset()
    transitions: frozenset[Visit] = frozenset()
    conditions: frozenset[Decided] = frozenset()

    def __or__(self, other: Passed) -> Passed:
        """Give what either of them went through."""
        return Passed(
            self.widgets | other.widgets, self.transitions | other.transitions, self.conditions | other.conditions
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one scenario.

    Attributes:
        failure: None when it passed.
        transcript: what happened, up to the failure.
        path: the widgets that ran, in order; those of subflows as `FLOW/NAME`.
        passed: for coverage.
        steps: how many there were.
        ended: why the run is over; None when it still waits.
        assumptions: what the run relied upon.
    """

    scenario: Scenario
    failure: Failure | None = None
    transcript: tuple[Entry, ...] = ()
    path: tuple[str, ...] = ()
    passed: Passed = Passed()
    steps: int = 0
    ended: EndReason | None = None
    assumptions: frozenset[Assumption] = frozenset()

    @property
    def ok(self) -> bool:
        """Whether it passed."""
        return self.failure is None
