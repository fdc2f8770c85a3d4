"""Two revisions of a flow side by side: where people are lost now, and where they were before."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from reconciler.definition.compare import renames_between
from reconciler.definition.secrets import masked_text
from reconciler.views.human.text import joined, plain
from reconciler.views.style import Style, Tone
from reconciler.views.traffic.figures import lasting, share, when
from reconciler.views.traffic.human import cut
from reconciler.workflows.traffic.summary import FlowSummary, Report, RevisionSummary, WidgetSummary

_CERTAIN: Final = 1.96
"""Standard deviations beyond which a difference is told as no chance: nineteen of twenty."""

_NAME: Final = 40
_POINT: Final = 100
_CHANGE: Final = 3
"""The column that tells by how much more or less is lost."""

_ABSENT: Final = "-"
_NOTHING: Final = frozenset({"-", "0 %", "0s"})

_Row: TypeAlias = tuple[tuple[str, ...], Tone | None]
"""The cells, and how the change among them looks."""


def render_compared(
    report: Report, sides: tuple[int, int], style: Style, *, sensitive: frozenset[str] = frozenset()
) -> str:
    """Give two revisions of each flow side by side.

    Args:
        report: what happened in both.
        sides: their numbers, the earlier one first.
        style: how it is to look.
        sensitive: texts to cover, default none.
    """
    lines: list[str] = []
    for flow in report.flows:
        found = {revision.revision: revision for revision in flow.revisions}
        before, after = found.get(sides[0]), found.get(sides[1])
        if before is not None and after is not None:
            lines += [""] if lines else []
            lines += [masked_text(line, sensitive) for line in _flow(flow, before, after, style)]
    time = when(report)
    lines += ["", f"Executions {time}, from {report.source}." if time else f"From {report.source}."]
    lines.append("DROPPED and ERRORS are shares of those who entered; ! is more than chance (95 %).")
    return joined(lines)


def _flow(flow: FlowSummary, before: RevisionSummary, after: RevisionSummary, style: Style) -> Iterator[str]:
    name = style.paint(str(flow.address or flow.sid), "strong")
    yield f"{name}: revision {before.revision} {style.arrow} {after.revision}"
    yield ""
    rows = [_total(before, after, style)]
    rows += [_row(name, one, other, style) for name, one, other in _paired(before, after)]
    heads = ("WIDGET", "ENTERED", "DROPPED", "", "ERRORS", "MEDIAN")
    widths = [
        max(len(cells[column]) for cells in (heads, *(cells for cells, _ in rows))) for column in range(len(heads))
    ]
    yield style.paint(_line(heads, widths, None, style), "faint")
    yield from (_line(cells, widths, tone, style) for cells, tone in rows)


def _paired(
    before: RevisionSummary, after: RevisionSummary
) -> Iterator[tuple[str, WidgetSummary | None, WidgetSummary | None]]:
    """Put the widgets of both sides beside each other; those that were only renamed too."""
    renamed = _renamed(before, after)
    olds = {renamed.get(widget.name, widget.name): widget for widget in before.widgets}
    for widget in after.widgets:
        was = olds.pop(widget.name, None)
        name = widget.name if was is None or was.name == widget.name else f"{widget.name} (was {was.name})"
        yield name, was, widget
    yield from ((widget.name, widget, None) for widget in olds.values())


def _renamed(before: RevisionSummary, after: RevisionSummary) -> Mapping[str, str]:
    if before.definition is None or after.definition is None:
        return {}
    return renames_between(before.definition.data(), after.definition.data()).names


def _total(before: RevisionSummary, after: RevisionSummary, style: Style) -> _Row:
    change, tone = _change((before.dropped, before.runs), (after.dropped, after.runs))
    cells = (
        "(all executions)",
        _pair(f"{before.runs:,}", f"{after.runs:,}", style),
        _pair(share(before.dropped, before.runs), share(after.dropped, after.runs), style),
        change,
        "",
        _pair(lasting(before.time.median) or _ABSENT, lasting(after.time.median) or _ABSENT, style),
    )
    return cells, tone


def _row(name: str, before: WidgetSummary | None, after: WidgetSummary | None, style: Style) -> _Row:
    change, tone = ("", None)
    if before is not None and after is not None:
        change, tone = _change((before.dropped, before.entered), (after.dropped, after.entered))
    cells = (
        cut(plain(name), _NAME, style),
        _pair(_entered(before), _entered(after), style),
        _pair(_lost(before), _lost(after), style),
        change,
        _pair(_failed(before), _failed(after), style),
        _pair(_median(before), _median(after), style),
    )
    return cells, tone


def _change(before: tuple[int, int], after: tuple[int, int]) -> tuple[str, Tone | None]:
    """Say by how many points a share differs, and whether that is more than chance (a test of two proportions)."""
    (lost, of), (lost_now, of_now) = before, after
    if not of or not of_now:
        return "", None
    points = _POINT * (lost_now / of_now - lost / of)
    if abs(points) < 1 / 2:
        return "", None
    together = (lost + lost_now) / (of + of_now)
    deviation = math.sqrt(together * (1 - together) * (1 / of + 1 / of_now))
    certain = deviation > 0 and abs(points) / _POINT > _CERTAIN * deviation
    tone: Tone | None = None if not certain else "remove" if points > 0 else "good"
    return f"{points:+.0f}{' !' if certain else ''}", tone


def _entered(widget: WidgetSummary | None) -> str:
    return _ABSENT if widget is None else f"{widget.entered:,}"


def _lost(widget: WidgetSummary | None) -> str:
    return _ABSENT if widget is None else share(widget.dropped, widget.entered)


def _failed(widget: WidgetSummary | None) -> str:
    return _ABSENT if widget is None else share(widget.failures, widget.entered)


def _median(widget: WidgetSummary | None) -> str:
    return _ABSENT if widget is None else lasting(widget.time.median) or _ABSENT


def _pair(one: str, other: str, style: Style) -> str:
    """Give both sides; nothing where there is nothing on either."""
    return "" if {one, other} <= _NOTHING else f"{one} {style.arrow} {other}"


def _line(cells: tuple[str, ...], widths: list[int], tone: Tone | None, style: Style) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, widths, strict=True)]
    padded[_CHANGE] = style.paint(padded[_CHANGE], tone)
    return "  " + "  ".join(padded)
