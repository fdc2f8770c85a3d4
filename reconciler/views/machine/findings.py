"""Findings and errors as JSON."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.definition.secrets import masked_text
from reconciler.errors import InvalidDefinitionError, LoadError, ReconcilerError, StudioError
from reconciler.model.finding import Finding
from reconciler.views.facts import sorted_findings
from reconciler.views.machine.shapes import ErrorDetailShape, ErrorShape, FindingShape, FindingsShape
from reconciler.views.machine.text import document


def render_findings(findings: Iterable[Finding], *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give findings by place, and their number. `sensitive`: texts to cover, default none."""
    ordered = sorted_findings(findings)
    data: FindingsShape = {
        "format": 1,
        "summary": {
            "error": sum(1 for finding in ordered if finding.severity == "error"),
            "warning": sum(1 for finding in ordered if finding.severity == "warning"),
            "note": sum(1 for finding in ordered if finding.severity == "note"),
        },
        "findings": [finding_shape(finding, sensitive) for finding in ordered],
    }
    return document(data)


def render_error(error: ReconcilerError, *, exit_code: int, sensitive: frozenset[str] = frozenset()) -> str:
    """Give an error instead of a result. `sensitive`: texts to cover, default none."""
    data: ErrorShape = {"format": 1, "exitCode": exit_code, "error": error_detail(error, sensitive)}
    return document(data)


def error_detail(error: ReconcilerError, sensitive: frozenset[str]) -> ErrorDetailShape:
    """Give what an error says."""
    studio = error if isinstance(error, StudioError) else None
    findings = error.findings if isinstance(error, LoadError | InvalidDefinitionError) else ()
    return {
        "message": masked_text(error.message, sensitive),
        "hint": None if error.hint is None else masked_text(error.hint, sensitive),
        "retry": error.retry,
        "ambiguous": error.ambiguous,
        "httpStatus": studio.status if studio else None,
        "twilioCode": studio.code if studio else None,
        "findings": [finding_shape(finding, sensitive) for finding in sorted_findings(findings)],
    }


def finding_shape(finding: Finding, sensitive: frozenset[str]) -> FindingShape:
    """Give one finding, with what is sensitive covered."""
    place = finding.place
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": masked_text(finding.message, sensitive),
        "file": place.file if place else None,
        "line": (place.line or None) if place else None,
        "column": (place.column or None) if place else None,
        "widget": finding.widget,
        "property": finding.property,
        "hint": None if finding.hint is None else masked_text(finding.hint, sensitive),
    }
