"""Lint findings as JUnit XML: a suite a flow, a case a finding; a flow without any has one case that passes."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from reconciler.model.address import Address
from reconciler.views.lint.facts import Report, page_of
from reconciler.workflows.lint import Linted

_FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a reference."""


def render(report: Report, addresses: Iterable[Address]) -> str:
    """Give all suites.

    Args:
        report: suppressed findings count as skipped.
        addresses: the flows that were linted.
    """
    by_flow: dict[Address, list[Linted]] = {address: [] for address in sorted(addresses)}
    for one in (*report.shown(), *report.suppressed()):
        by_flow.setdefault(one.address, []).append(one)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {_numbers(report.found, by_flow)}>"]
    for address, found in by_flow.items():
        lines += _suite(address, found, report)
    return "\n".join([*lines, "</testsuites>"])


def _numbers(found: Iterable[Linted], by_flow: dict[Address, list[Linted]]) -> str:
    listed = list(found)
    clean = sum(1 for one in by_flow.values() if not one)
    skipped = sum(1 for one in listed if one.suppressed is not None)
    return (
        f'name="reconciler lint" tests="{len(listed) + clean}" failures="{len(listed) - skipped}" skipped="{skipped}"'
    )


def _suite(address: Address, found: Sequence[Linted], report: Report) -> Iterator[str]:
    skipped = sum(1 for one in found if one.suppressed is not None)
    name = _quoted(str(address))
    tests, failures = max(len(found), 1), len(found) - skipped
    yield f'  <testsuite name={name} tests="{tests}" failures="{failures}" errors="0" skipped="{skipped}">'
    if not found:
        yield f'    <testcase classname={name} name="lint"/>'
    for one in found:
        yield from _case(one, name, report)
    yield "  </testsuite>"


def _case(one: Linted, name: str, report: Report) -> Iterator[str]:
    finding = one.finding
    title = " ".join(part for part in (finding.rule, finding.widget, finding.property) if part)
    yield f"    <testcase classname={name} name={_quoted(report.text(title))}>"
    if one.suppressed is not None:
        yield f"      <skipped message={_quoted(report.text(one.suppressed))}/>"
    else:
        place = f"{report.root}{finding.place}" if finding.place else str(one.address)
        message = report.text(finding.message)
        body = html.escape(_clean(f"{place}: {message}\n{page_of(one)}"), quote=False)
        yield f"      <failure type={_quoted(finding.severity)} message={_quoted(message)}>{body}</failure>"
    yield "    </testcase>"


def _quoted(text: str) -> str:
    return f'"{html.escape(_clean(text))}"'.replace("\n", "&#10;")


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
