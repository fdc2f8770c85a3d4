"""Lint findings as commands that GitHub's runner turns into annotations of a pull request."""

from __future__ import annotations

from typing import Final

from reconciler.model.finding import Severity
from reconciler.views.lint.facts import Report, file_of
from reconciler.workflows.lint import Linted

_COMMANDS: Final[dict[Severity, str]] = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: Report) -> str:
    """Give one line a finding; suppressed ones are left out."""
    return "\n".join(_line(one, report) for one in report.shown())


def _line(one: Linted, report: Report) -> str:
    finding = one.finding
    parts = {"file": report.root + file_of(one)}
    if finding.place is not None and finding.place.line:
        parts |= {"line": str(finding.place.line), "col": str(finding.place.column or 1)}
    parts["title"] = finding.rule
    listed = ",".join(f"{key}={_property(value)}" for key, value in parts.items())
    inside = f"{finding.widget}: " if finding.widget else ""
    return f"::{_COMMANDS[finding.severity]} {listed}::{_data(report.text(inside + finding.message))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
