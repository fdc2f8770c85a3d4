"""`replay` for people: per flow how many executions go the same way, and where the others first go another."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.scenario.replay.follow import Way
from reconciler.scenario.replay.summary import FlowReplay
from reconciler.scenario.words import duration
from reconciler.views.human.text import count, joined, moment, plain, wrapped
from reconciler.views.style import Style
from reconciler.workflows.replaying import Period, ReplayReport


def render_human(report: ReplayReport, style: Style) -> str:
    """Give what came of the executions, by flow."""
    lines: list[str] = []
    for flow in report.flows:
        lines += [*_flow(flow, style), ""]
    return joined([*lines, f"{_total(report)}."])


def render_beside(report: ReplayReport, style: Style) -> str:
    """Give the same under a plan."""
    title = wrapped(f"Recorded executions {_when(report.period)}, on what this plan would publish:", 0, style)
    if not report.flows:
        return joined(["", f"No flow of this plan has recorded executions {_when(report.period)}."])
    return joined(["", *title, *(line for flow in report.flows for line in _flow(flow, style))])


def _total(report: ReplayReport) -> str:
    words = _counts(report.same, report.differing, report.stuck)
    return f"{count(report.executions, 'execution')} {_when(report.period)}{f': {words}' if words else ''}"


def _when(period: Period) -> str:
    return (
        f"since {moment(period.since)}" if period.ago is None else f"of the last {duration(period.ago.total_seconds())}"
    )


def _flow(flow: FlowReplay, style: Style) -> Iterator[str]:
    words = _counts(flow.same, flow.differing, flow.stuck)
    more = "; there are more, --limit looks at them" if flow.more else ""
    title = style.paint(plain(flow.flow), "strong")
    yield f"{title}: {count(flow.executions, 'execution')}{f', {words}' if words else ''}{more}"
    for one in flow.differences:
        where = plain(one.widget if one.flow == flow.flow else f"{one.flow}/{one.widget}")
        ways = f"{_way(one.recorded, style)}, now {_way(one.now, style)}"
        yield from wrapped(f"{where}: {ways}; {_some(one.count, one.examples)}", 4, style, first="~ ")
    for stuck in flow.open:
        where = plain(stuck.widget if stuck.flow == flow.flow else f"{stuck.flow}/{stuck.widget}").strip("/")
        told = f"{where}: {plain(stuck.reason)}" if where else plain(stuck.reason)
        yield from wrapped(f"{told}; {_some(stuck.count, stuck.examples)}", 4, style, first="? ")


def _counts(same: int, differing: int, stuck: int) -> str:
    total = same + differing + stuck
    if not total:
        return ""
    if same == total:
        return "all go the same way" if total > 1 else "it goes the same way"
    parts = (
        f"{same} the same way" if same else "",
        f"{differing} another way" if differing else "",
        f"{stuck} cannot be told" if stuck else "",
    )
    return ", ".join(part for part in parts if part)


def _way(way: Way, style: Style) -> str:
    return f"{plain(way.event)} {style.arrow} {plain(way.to) if way.to else 'the end'}"


def _some(number: int, examples: tuple[str, ...]) -> str:
    such = "such as " if number > len(examples) else ""
    return f"{count(number, 'execution')}: {such}{', '.join(examples)}"
