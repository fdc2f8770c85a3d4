"""Scenario tests as JSON."""

from __future__ import annotations

from reconciler.scenario.coverage import Coverage, FlowCoverage, Share
from reconciler.scenario.result import Entry, Failure, Result
from reconciler.simulate import SENTENCES
from reconciler.views.machine.text import document
from reconciler.views.scenarios.facts import TestReport
from reconciler.views.scenarios.shapes import (
    CoverageShape,
    FlowCoverageShape,
    ShareShape,
    TestEntryShape,
    TestFailureShape,
    TestOutcome,
    TestReportShape,
    TestShape,
)


def render_json(report: TestReport) -> str:
    """Give everything that is known of the tests."""
    data: TestReportShape = {
        "format": 1,
        "ok": report.ok,
        "summary": {
            "passed": len(report.results) - report.failed - report.broken,
            "failed": report.failed,
            "errors": report.broken,
            "steps": report.steps,
        },
        "tests": [_test(one, report) for one in report.results],
        "coverage": None if report.coverage is None else _coverage(report.coverage, report),
        "assumptions": {str(name): SENTENCES[name] for name in report.used()},
    }
    return document(data)


def outcome_of(result: Result) -> TestOutcome:
    """Give the word for what came of a test."""
    if result.failure is None:
        return "passed"
    return "failed" if result.failure.kind == "expectation" else "error"


def _test(result: Result, report: TestReport) -> TestShape:
    return {
        "name": result.scenario.name,
        "flow": result.scenario.flow,
        "place": report.place(result.scenario.place),
        "outcome": outcome_of(result),
        "steps": result.steps,
        "ended": result.ended,
        "path": list(result.path),
        "assumptions": sorted(map(str, result.assumptions)),
        "failure": None if result.failure is None else _failure(result, result.failure, report),
    }


def _failure(result: Result, failure: Failure, report: TestReport) -> TestFailureShape:
    return {
        "place": report.place(failure.place),
        "expected": report.cover(failure.expected),
        "real": report.cover(failure.real),
        "hint": None if failure.hint is None else report.cover(failure.hint),
        "conversation": [_entry(entry, result.scenario.at, report) for entry in result.transcript],
    }


def _entry(entry: Entry, start: float, report: TestReport) -> TestEntryShape:
    return {
        "seconds": round(entry.at - start, 3),
        "who": entry.who,
        "widget": entry.widget,
        "text": report.cover(entry.text),
    }


def _coverage(found: Coverage, report: TestReport) -> CoverageShape:
    return {
        "widgets": _share(found.widgets),
        "transitions": _share(found.transitions),
        "conditions": _share(found.conditions),
        "wanted": report.wanted,
        "flows": [_flow(one, report) for one in found.flows],
    }


def _flow(one: FlowCoverage, report: TestReport) -> FlowCoverageShape:
    return {
        "flow": one.flow,
        "widgets": _share(one.widget_share),
        "transitions": _share(one.transition_share),
        "conditions": _share(one.condition_share),
        "missedWidgets": [name for name, ran in one.widgets if not ran],
        "missedTransitions": [
            {"widget": way.widget, "transition": report.cover(way.label), "next": way.target}
            for way in one.ways
            if not way.taken
        ],
        "missedConditions": [
            {
                "widget": condition.widget,
                "transition": report.cover(condition.label),
                "condition": condition.condition,
                "held": condition.held,
                "failed": condition.failed,
            }
            for condition in one.conditions
            if not (condition.held and condition.failed)
        ],
    }


def _share(share: Share) -> ShareShape:
    return {"covered": share.covered, "total": share.total, "percent": round(share.percent, 2)}
