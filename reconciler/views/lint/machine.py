"""Lint findings as JSON."""

from __future__ import annotations

from typing import cast

from reconciler.definition.lint.rule import Rule
from reconciler.views.lint.facts import Report, counts, page_of
from reconciler.views.lint.shapes import LintFindingShape, LintRuleShape, LintShape
from reconciler.views.machine.findings import finding_shape
from reconciler.views.machine.text import document
from reconciler.workflows.lint import Linted


def render(report: Report) -> str:
    """Give findings by place, suppressed ones last, with their number."""
    shown, suppressed = report.shown(), report.suppressed()
    numbers = counts(shown)
    data: LintShape = {
        "format": 1,
        "summary": {
            "error": numbers["error"],
            "warning": numbers["warning"],
            "note": numbers["note"],
            "suppressed": len(suppressed),
            "fixable": sum(1 for one in shown if one.fix is not None),
        },
        "findings": [_finding(one, report) for one in (*shown, *suppressed)],
        "repaired": [{"file": one.file, "diff": report.text(one.diff)} for one in report.repaired],
    }
    return document(data)


def render_rule(rule: Rule) -> str:
    """Give everything about one rule."""
    data: LintRuleShape = {
        "format": 1,
        "rule": rule.id,
        "severity": rule.severity,
        "summary": rule.summary,
        "why": rule.why,
        "example": rule.example,
        "remedy": rule.remedy,
        "fixes": rule.fixes or None,
        "documentation": rule.page,
    }
    return document(data)


def _finding(one: Linted, report: Report) -> LintFindingShape:
    more = {
        "address": str(one.address),
        "documentation": page_of(one),
        "fix": None if one.fix is None else report.text(one.fix.summary),
        "suppressed": None if one.suppressed is None else report.text(one.suppressed),
    }
    return cast("LintFindingShape", {**finding_shape(one.finding, report.sensitive), **more})
