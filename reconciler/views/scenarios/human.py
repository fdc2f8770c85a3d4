"""Scenario tests for people: a line a test; of a failure the conversation so far, what was expected and what came."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from reconciler.scenario.coverage import Coverage, FlowCoverage, Share
from reconciler.scenario.result import Entry, Failure, Result
from reconciler.simulate import SENTENCES
from reconciler.views.scenarios.facts import TestReport, counted
from reconciler.views.style import Style, Tone

_LISTED: Final = 20
"""Uncovered transitions of a flow that are listed by name; `--json` has all of them."""

_INDENT: Final = " " * 6
_MARGIN: Final = 19
"""What stands before the text of a line of the conversation: the time, and whose doing it is."""

_WHO: Final[dict[str, tuple[str, Tone | None]]] = {
    "contact": ("contact", "move"),
    "flow": ("flow", None),
    "world": ("answer", "faint"),
    "clock": ("clock", "faint"),
    "trouble": ("trouble", "warn"),
    "end": ("end", "faint"),
}


def render_human(report: TestReport, style: Style) -> str:
    """Give all results, then coverage when it was asked for, and the numbers last."""
    width = max((len(one.scenario.name) for one in report.results), default=0)
    lines: list[str] = []
    for one in report.results:
        if report.listed is not None and one.scenario.name not in report.listed:
            continue
        sign = style.paint("ok  ", "good") if one.ok else style.paint("FAIL", "remove")
        lines.append(f"{sign}  {one.scenario.name.ljust(width)}  {counted(one.steps, 'step')}")
        if one.failure is not None:
            narrower = replace(style, width=style.width - len(_INDENT))
            lines += [f"{_INDENT}{line}".rstrip() for line in _failure(one, one.failure, report, narrower)]
    if report.assumptions:
        lines += ["", *_assumptions(report, style)]
    if report.coverage is not None:
        lines += ["", *_coverage(report, report.coverage, style)]
    return "\n".join([*lines, "", _total(report, style)])


def render_failure(result: Result, report: TestReport, style: Style) -> str:
    """Give one failure alone: the place, the conversation so far, what was expected and what came; empty for none."""
    return "" if result.failure is None else "\n".join(_failure(result, result.failure, report, style))


def _failure(result: Result, failure: Failure, report: TestReport, style: Style) -> Iterator[str]:
    yield style.paint(report.place(failure.place) or "", "strong")
    start = result.scenario.at
    for entry in result.transcript:
        yield from _entry(entry, start, report, style)
    if result.transcript:
        yield ""
    yield from _told("expected", failure.expected, report, style, "good")
    yield from _told("but", _real(failure), report, style, "remove")
    if failure.hint:
        yield from _told("hint", failure.hint, report, style, None)
    if result.assumptions:
        yield from _told("assumed", ", ".join(sorted(result.assumptions)), report, style, "faint")


def _real(failure: Failure) -> str:
    if failure.kind == "error" or failure.real.startswith(("it ", "they ")):
        return failure.real
    return f"the flow {failure.real}"


def _entry(entry: Entry, start: float, report: TestReport, style: Style) -> Iterator[str]:
    who, tone = _WHO[entry.who]
    where = f" ({entry.widget})" if entry.widget and entry.who != "contact" else ""
    first, *more = _wrapped(f"{report.cover(entry.text)}{where}", style.width - _MARGIN)
    yield f"{_moment(entry.at - start)}  {style.paint(who.ljust(8), tone)} {first}"
    for line in more:
        yield f"{' ' * _MARGIN}{line}"


def _moment(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:>2}:{minutes:02}:{rest:02}"


def _told(name: str, text: str, report: TestReport, style: Style, tone: Tone | None) -> Iterator[str]:
    first, *more = _wrapped(report.cover(text), style.width - 10)
    yield f"{style.paint(f'{name}:'.ljust(9), tone)} {first}"
    for line in more:
        yield f"{' ' * 10}{line}"


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 30), break_long_words=False, break_on_hyphens=False) or [""]


def _assumptions(report: TestReport, style: Style) -> Iterator[str]:
    yield style.paint("Assumptions that these runs relied upon", "strong")
    for name in report.used():
        yield from textwrap.wrap(
            f"{name}: {SENTENCES[name]}", style.width, initial_indent="  ", subsequent_indent="    "
        )
    if not report.used():
        yield "  none"


def _coverage(report: TestReport, found: Coverage, style: Style) -> Iterator[str]:
    width = max([len(one.flow) for one in found.flows] + [len("all flows")])
    yield style.paint(f"{'Coverage'.ljust(width)}  {'widgets':>17}  {'transitions':>17}  {'conditions':>17}", "strong")
    for one in found.flows:
        shares = (one.widget_share, one.transition_share, one.condition_share)
        yield f"{one.flow.ljust(width)}  {'  '.join(_share(share) for share in shares)}"
    total = (found.widgets, found.transitions, found.conditions)
    yield f"{'all flows'.ljust(width)}  {'  '.join(_share(share) for share in total)}"
    for one in found.flows:
        yield from _uncovered(one, report, style)


def _share(share: Share) -> str:
    if not share.total:
        return "none".rjust(17)
    # Rounded down: only all is 100 %.
    return f"{share.covered:>5}/{share.total:<5} {int(share.percent):>3} %"


def _uncovered(one: FlowCoverage, report: TestReport, style: Style) -> Iterator[str]:
    missing = [f"{way.widget}: {way.label} {style.arrow} {way.target}" for way in one.ways if not way.taken]
    missing += [
        f"{condition.widget}: {condition.label} never {'held' if not condition.held else 'failed'}"
        for condition in one.conditions
        if condition.held != condition.failed
    ]
    if not missing:
        return
    yield ""
    yield f"Not covered in {one.flow}"
    for line in missing[:_LISTED]:
        first, *more = _wrapped(report.cover(line), style.width - 6)
        yield f"  {first}"
        yield from (f"      {rest}" for rest in more)
    if len(missing) > _LISTED:
        yield f"  {style.ellipsis} and {len(missing) - _LISTED} more"


def _total(report: TestReport, style: Style) -> str:
    passed = len(report.results) - report.failed - report.broken
    parts = [style.paint(f"{passed:,} passed", "good" if passed else None)]
    parts += [style.paint(f"{report.failed:,} failed", "remove")] if report.failed else []
    parts += [style.paint(f"{report.broken:,} could not be run", "remove")] if report.broken else []
    text = f"{', '.join(parts)}; {counted(report.steps, 'step')}."
    if report.coverage is None or report.wanted is None:
        return text
    share = report.coverage.transitions
    least = f"{share.covered}/{share.total} transitions covered, {report.wanted:g} % wanted"
    return f"{text} {style.paint(least, 'remove' if report.too_little else 'good')}."
