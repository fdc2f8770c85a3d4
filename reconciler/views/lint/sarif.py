"""Lint findings as SARIF 2.1.0, with what GitHub's code scanning needs of it."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import quote

from reconciler.definition.lint.rule import Rule
from reconciler.model.jsontypes import Json, JsonObject
from reconciler.views.lint.facts import PAGE, Report, file_of, fingerprint
from reconciler.workflows.lint import Linted

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_SOURCE: Final = "%SRCROOT%"


def render(report: Report, *, version: str) -> str:
    """Give one run with every rule that something was found of.

    Args:
        report: suppressed findings are in it, marked as such.
        version: ours.
    """
    rules = report.rules()
    places: dict[str, int] = {rule.id: index for index, rule in enumerate(rules)}
    listed: list[Json] = [_result(one, report, places) for one in (*report.shown(), *report.suppressed())]
    driver: JsonObject = {"name": "reconciler", "version": version, "rules": [_rule(rule) for rule in rules]}
    run: JsonObject = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": listed}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def _rule(rule: Rule) -> JsonObject:
    text = f"{rule.why} {rule.remedy} See {PAGE}#{rule.id}."
    return {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": f"{rule.summary}."},
        "fullDescription": {"text": rule.why},
        "help": {"text": text, "markdown": f"{rule.why}\n\n```\n{rule.example}\n```\n\n{rule.remedy}"},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": ["twilio-studio"], "problem.severity": _SEVERITY[rule.severity]},
    }


_SEVERITY: Final = {"error": "error", "warning": "warning", "note": "recommendation"}


def _result(one: Linted, report: Report, places: dict[str, int]) -> JsonObject:
    finding = one.finding
    result: JsonObject = {
        "ruleId": finding.rule,
        "level": finding.severity,
        "message": {"text": report.text(_sentence(one))},
        "locations": [_location(one, report)],
        "partialFingerprints": {"reconcilerFinding/v1": fingerprint(one)},
    }
    if finding.rule in places:
        result["ruleIndex"] = places[finding.rule]
    if one.suppressed is not None:
        result["suppressions"] = [{"kind": "external", "justification": report.text(one.suppressed)}]
    return result


def _sentence(one: Linted) -> str:
    inside = f"{one.finding.widget}: " if one.finding.widget else ""
    hint = f" {one.finding.hint}" if one.finding.hint else ""
    return f"{inside}{one.finding.message}.{hint}"


def _location(one: Linted, report: Report) -> JsonObject:
    place = one.finding.place
    artifact: JsonObject = {"uri": quote(report.root + file_of(one)), "uriBaseId": _SOURCE}
    physical: JsonObject = {"artifactLocation": artifact}
    # GitHub shows nothing without a line: what concerns a whole file is shown at its beginning.
    region: JsonObject = {"startLine": (place.line if place else 0) or 1}
    if place is not None and place.column:
        region["startColumn"] = place.column
    physical["region"] = region
    inside = [part for part in (str(one.address), one.finding.widget, one.finding.property) if part]
    logical: JsonObject = {"fullyQualifiedName": "/".join(inside), "name": inside[-1], "kind": "member"}
    return {"physicalLocation": physical, "logicalLocations": [logical]}
