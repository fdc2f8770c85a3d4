"""What happened in flows, for people: a table of widgets with their ways out, and the ways that most runs went."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.definition.outcomes import Trouble
from reconciler.views.human.text import joined, plain, wrapped
from reconciler.views.human.times import minute
from reconciler.views.style import Style, Tone
from reconciler.views.traffic.covering import covered
from reconciler.views.traffic.figures import bar, counted, lasting, number, share, times, when
from reconciler.workflows.traffic.summary import (
    FlowSummary,
    PathSummary,
    Report,
    RevisionSummary,
    Spread,
    Way,
    WidgetSummary,
)

TROUBLES: Final[dict[Trouble, str]] = {
    "failure": "failed",
    "undelivered": "not delivered",
    "silence": "no answer",
}
"""What went wrong, in words."""

_COLUMNS: Final[tuple[tuple[str, Tone | None], ...]] = (
    ("ENTERED", None),
    ("FINISHED", "good"),
    ("DROPPED", "remove"),
    ("", "remove"),
    ("ERRORS", "warn"),
    ("ACTIVE", None),
    ("MEDIAN", None),
    ("P90", None),
    ("MAX", None),
)
"""The columns behind the name, and how they look; one in which nothing stands is left out."""

_LEAST_NAME: Final = 16
_STOPPED: Final = "(ended here)"
_LEAST_COLUMNS: Final = 5
_ROOM: Final = 9
"""Columns of the screen that one of the table takes at most, with what parts it from the one before."""

_LONGEST: Final = 40
"""Letters of a widget's name in a path."""

_WIDE: Final = 80

_LEAST_EVENT: Final = 6
_BAR: Final = 16
_NOTABLE: Final = 2
"""Ways out of a widget from which on each is told; below that all of it went one way."""


def render_report(report: Report, style: Style, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give a report, flow by flow; of older revisions one line each.

    Args:
        report: what happened.
        style: how it is to look.
        sensitive: texts to cover, default none.
    """
    report = covered(report, sensitive)
    time = when(report)
    lines = [f"{counted(report.executions, 'execution')} with {counted(report.steps, 'step')}"]
    lines[0] += f" {time}" if time else ""
    lines[0] += f", from {report.source}."
    for flow in report.flows:
        lines += ["", *_flow(flow, style)]
    for note in report.notes:
        lines += ["", *wrapped(note, 0, style)]
    return joined(lines)


def revision_name(revision: RevisionSummary) -> str:
    """Name a revision, or the runs as a sub-flow that have none."""
    return "as a sub-flow" if revision.revision is None else f"revision {revision.revision}"


def cut(text: str, room: int, style: Style) -> str:
    """Cut a text to its column."""
    return text if len(text) <= room else text[: room - len(style.ellipsis)] + style.ellipsis


def _flow(flow: FlowSummary, style: Style) -> Iterator[str]:
    title = style.paint(str(flow.address or flow.sid), "strong")
    yield title if flow.address is None else f"{title}  {style.paint(flow.sid, 'faint')}"
    if not flow.revisions:
        yield "  no executions"
    numbered = [revision for revision in flow.revisions if revision.revision is not None]
    older = numbered[1:]
    for place, revision in enumerate(revision for revision in flow.revisions if revision not in older):
        yield from [""] if place else []
        yield from _revision(revision, style)
    if older:
        yield ""
        command = f"{style.program} executions report {flow.address or flow.sid} --revision N"
        yield f"  {style.paint('Earlier revisions', 'strong')}"
        yield from (f"    {_older(revision, style)}" for revision in older)
        yield f"    `{command}` shows one."


def _older(revision: RevisionSummary, style: Style) -> str:
    dropped = f"{revision.dropped:,} dropped ({share(revision.dropped, revision.runs)})"
    runs = counted(revision.runs, "execution")
    return f"{style.paint(revision_name(revision), 'strong')}: {runs}, {style.paint(dropped, 'remove')}"


def _revision(revision: RevisionSummary, style: Style) -> Iterator[str]:
    runs = counted(revision.runs, "execution" if revision.revision is not None else "run")
    began = ""
    if revision.first is not None and style.width >= _WIDE:
        began = f", begun {minute(revision.first) or '?'} to {minute(revision.last) or '?'} UTC"
    yield f"  {style.paint(revision_name(revision), 'strong')}: {runs}{began}"
    yield f"  {_ends(revision, style)}"
    yield from _lasted(revision.time)
    if revision.reasons:
        yield "  ended by " + ", ".join(f"{plain(reason)} {many:,}" for reason, many in revision.reasons)
    if revision.widgets:
        yield ""
        yield from _widgets(revision.widgets, style)
    yield from _paths(revision, style)
    yield from _remarks(revision, style)


def _ends(revision: RevisionSummary, style: Style) -> str:
    runs = revision.runs
    parts: list[tuple[str, int, Tone | None]] = [
        ("finished", revision.finished, "good"),
        ("dropped", revision.dropped, "remove"),
        ("active", revision.active, None),
        ("without steps", revision.unknown, None),
    ]
    said = [style.paint(f"{many:,} {name} ({share(many, runs)})", tone) for name, many, tone in parts if many]
    said += [style.paint(counted(revision.failures, "error event"), "warn")] if revision.failures else []
    said += [f"no answer {times(revision.silences)}"] if revision.silences else []
    return ", ".join(said)


def _lasted(time: Spread) -> Iterator[str]:
    if time.number:
        yield f"  lasted {lasting(time.median)} (median), {lasting(time.p90)} (p90), {lasting(time.most)} at most"


def _widgets(widgets: Sequence[WidgetSummary], style: Style) -> Iterator[str]:
    rows = [_row(widget) for widget in widgets]
    columns = [column for column in range(len(_COLUMNS)) if any(row[column] for row in rows)]
    while len(columns) > _LEAST_COLUMNS and _LEAST_NAME + _ROOM * len(columns) > style.width:
        columns.pop()
    rows = [tuple(row[column] for column in columns) for row in rows]
    heads, tones = zip(*(_COLUMNS[column] for column in columns), strict=True)
    widths = [max(len(cells[column]) for cells in (heads, *rows)) for column in range(len(heads))]
    names = [plain(widget.name) for widget in widgets]
    names += [f"  {_way_text(way, style.width, style)}" for widget in widgets for way in _told(widget)]
    room = min(max(map(len, (*names, "WIDGET"))), style.width - 2 - sum(widths) - 2 * len(widths))
    grid = _Grid(max(room, _LEAST_NAME), tuple(widths), tones, style)
    yield style.paint("  " + "  ".join(grid.padded("WIDGET", heads)), "faint")
    for widget, row in zip(widgets, rows, strict=True):
        yield grid.line(plain(widget.name), row)
        yield from (_way(way, widget, grid) for way in _told(widget))
        if widget.stopped:
            yield _share_line(_STOPPED, widget.stopped, widget.entered, "", grid)


@dataclass(frozen=True, slots=True)
class _Grid:
    """The columns of a table: how wide the first one is and the others are, and how they look."""

    name: int
    widths: tuple[int, ...]
    tones: tuple[Tone | None, ...]
    style: Style

    def padded(self, name: str, cells: Sequence[str]) -> list[str]:
        return [name.ljust(self.name), *(cell.rjust(width) for cell, width in zip(cells, self.widths, strict=True))]

    def line(self, name: str, cells: Sequence[str]) -> str:
        first, *rest = self.padded(cut(name, self.name, self.style), cells)
        painted = (
            self.style.paint(cell, tone) if cell.strip() else cell for cell, tone in zip(rest, self.tones, strict=True)
        )
        return "  " + "  ".join([self.style.paint(first, "strong"), *painted])


def _row(widget: WidgetSummary) -> tuple[str, ...]:
    time = widget.time
    took = time.most is not None and time.most > 0  # most widgets take no time, and that need not be read
    return (
        f"{widget.entered:,}",
        number(widget.finished),
        number(widget.dropped),
        share(widget.dropped, widget.entered) if widget.dropped else "",
        number(widget.failures),
        number(widget.active),
        lasting(time.median) if took else "",
        lasting(time.p90) if took else "",
        lasting(time.most) if took else "",
    )


def _told(widget: WidgetSummary) -> tuple[Way, ...]:
    ways = widget.ways
    notable = any(way.trouble is not None or way.known is False or way.event is None for way in ways)
    return ways if len(ways) >= _NOTABLE or notable else ()


def _way_text(way: Way, room: int, style: Style) -> str:
    """Say where a way leads; what leads there is cut before where it leads."""
    event = "(no step tells)" if way.event is None else " or ".join(way.texts) or way.event
    rest = f" {style.arrow} {plain(way.target or '(end)')}"
    return cut(cut(plain(event), max(room - len(rest), _LEAST_EVENT), style) + rest, room, style)


def _way(way: Way, widget: WidgetSummary, grid: _Grid) -> str:
    words = [TROUBLES[way.trouble]] if way.trouble is not None else []
    words += ["not in the definition"] if way.known is False else []
    text = _way_text(way, grid.name - 2, grid.style)
    return _share_line(text, way.number, widget.entered, ", ".join(words), grid)


def _share_line(text: str, part: int, whole: int, remark: str, grid: _Grid) -> str:
    """Tell how many of those who entered a widget left it one way, or did not leave it."""
    style = grid.style
    drawn = style.paint(bar(part, whole, _BAR, unicode=style.unicode), "faint")
    figures = f"{part:>{grid.widths[0]},}  {share(part, whole):>5}"
    return f"    {text:<{grid.name - 2}}  {figures}  {drawn}  {style.paint(remark, 'warn')}"


def _paths(revision: RevisionSummary, style: Style) -> Iterator[str]:
    if not revision.paths:
        return
    yield ""
    yield f"  {style.paint('Most frequent paths', 'strong')}"
    width = max(len(f"{path.number:,}") for path in revision.paths)
    for path in revision.paths:
        first = f"    {path.number:>{width},}  {share(path.number, revision.runs):>5}  "
        yield from wrapped(_path_text(path, style), len(first), style, first=first)
    if revision.more_paths:
        least = "at least " if revision.paths_cut else ""
        yield f"    and {least}{counted(revision.more_paths, 'other path')}"


def _path_text(path: PathSummary, style: Style) -> str:
    widgets = path.widgets if path.last == path.widgets[-1] else (*path.widgets, path.last)
    way = f" {style.arrow} ".join(cut(plain(widget), _LONGEST, style) for widget in widgets)
    end: str = path.end
    if end == "dropped":
        end += f": {plain(path.event)}" if path.event is not None else ": ended there"
    return f"{way} ({end})"


def _remarks(revision: RevisionSummary, style: Style) -> Iterator[str]:
    strays = [plain(widget.name) for widget in revision.widgets if widget.known is False]
    if revision.idle:
        yield ""
        yield from wrapped(f"Nobody came to: {', '.join(map(plain, revision.idle))}", 2, style)
    if strays:
        yield ""
        yield from wrapped(f"Not in the definition ({revision.side}): {', '.join(strays)}", 2, style)
    if revision.unseen:
        yield ""
        moves = counted(revision.unseen, "move")
        yield from wrapped(f"Of {moves} between widgets no step tells: the counts there have no event.", 2, style)
