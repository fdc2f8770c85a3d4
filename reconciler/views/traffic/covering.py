"""Cover texts that nobody may see, wherever they stand in a report: names of widgets and conditions may hold them."""

from __future__ import annotations

from dataclasses import replace

from reconciler.definition.secrets import masked_text
from reconciler.workflows.traffic.summary import PathSummary, Report, RevisionSummary, Way, WidgetSummary


def covered(report: Report, sensitive: frozenset[str]) -> Report:
    """Give a report without these texts. Its definitions stay as they are: pictures are covered when they are drawn."""
    if not sensitive:
        return report
    flows = tuple(
        replace(flow, revisions=tuple(_revision(revision, sensitive) for revision in flow.revisions))
        for flow in report.flows
    )
    return replace(report, flows=flows)


def _revision(revision: RevisionSummary, sensitive: frozenset[str]) -> RevisionSummary:
    return replace(
        revision,
        widgets=tuple(_widget(widget, sensitive) for widget in revision.widgets),
        idle=_all(revision.idle, sensitive),
        paths=tuple(_path(path, sensitive) for path in revision.paths),
    )


def _widget(widget: WidgetSummary, sensitive: frozenset[str]) -> WidgetSummary:
    ways = tuple(_way(way, sensitive) for way in widget.ways)
    return replace(widget, name=masked_text(widget.name, sensitive), ways=ways)


def _way(way: Way, sensitive: frozenset[str]) -> Way:
    return replace(
        way,
        event=_some(way.event, sensitive),
        target=_some(way.target, sensitive),
        transitions=_all(way.transitions, sensitive),
        texts=_all(way.texts, sensitive),
    )


def _path(path: PathSummary, sensitive: frozenset[str]) -> PathSummary:
    return replace(
        path,
        widgets=_all(path.widgets, sensitive),
        last=masked_text(path.last, sensitive),
        event=_some(path.event, sensitive),
    )


def _all(texts: tuple[str, ...], sensitive: frozenset[str]) -> tuple[str, ...]:
    return tuple(masked_text(text, sensitive) for text in texts)


def _some(text: str | None, sensitive: frozenset[str]) -> str | None:
    return None if text is None else masked_text(text, sensitive)
