"""Scenario tests as JUnit XML: a suite a flow, a case a test; the conversation stands in the failure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from reconciler.scenario.result import Failure, Result
from reconciler.views.scenarios.facts import TestReport
from reconciler.views.scenarios.human import render_failure
from reconciler.views.style import Style

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a reference."""

_PLAIN: Final = Style(unicode=True)


def render_junit(report: TestReport) -> str:
    """Give all suites. There are no times in it: the same tests give the same bytes."""
    by_flow: dict[str, list[Result]] = {}
    for one in report.results:
        by_flow.setdefault(one.scenario.flow, []).append(one)
    numbers = _numbers(list(report.results))
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<testsuites name="reconciler test" {numbers}>']
    for flow, found in sorted(by_flow.items()):
        lines.append(f"  <testsuite name={_quoted(flow)} {_numbers(found)}>")
        for one in found:
            lines += _case(one, report)
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>"])


def _numbers(found: list[Result]) -> str:
    kinds = [one.failure.kind for one in found if one.failure is not None]
    return f'tests="{len(found)}" failures="{kinds.count("expectation")}" errors="{kinds.count("error")}" skipped="0"'


def _case(one: Result, report: TestReport) -> Iterator[str]:
    place = one.scenario.place
    where = f" file={_quoted(f'{report.root}{place.file}')} line={_quoted(str(place.line))}" if place else ""
    opened = f"    <testcase classname={_quoted(one.scenario.flow)} name={_quoted(one.scenario.name)}{where}"
    if one.failure is None:
        yield f"{opened}/>"
        return
    yield f"{opened}>"
    yield f"      {_failure(one, one.failure, report)}"
    yield "    </testcase>"


def _failure(one: Result, failure: Failure, report: TestReport) -> str:
    element = "failure" if failure.kind == "expectation" else "error"
    message = report.cover(f"expected: {failure.expected}; but: {failure.real}")
    body = html.escape(_clean(render_failure(one, report, _PLAIN)), quote=False)
    return f"<{element} type={_quoted(failure.kind)} message={_quoted(message)}>{body}</{element}>"


def _quoted(text: str) -> str:
    return f'"{html.escape(_clean(text))}"'.replace("\n", "&#10;")


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
