"""What happened in flows, as JSON."""

from __future__ import annotations

from datetime import datetime

from reconciler.views.machine.text import document
from reconciler.views.traffic.covering import covered
from reconciler.views.traffic.shapes import (
    FlowShape,
    PathShape,
    ReportShape,
    RevisionShape,
    SpreadShape,
    WayShape,
    WidgetShape,
)
from reconciler.workflows.traffic.summary import (
    FlowSummary,
    PathSummary,
    Report,
    RevisionSummary,
    Spread,
    Way,
    WidgetSummary,
)


def render_json(report: Report, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give a report. `sensitive`: texts to cover, default none."""
    report = covered(report, sensitive)
    data: ReportShape = {
        "format": 1,
        "source": report.source,
        "since": _moment(report.since),
        "until": _moment(report.until),
        "executions": report.executions,
        "steps": report.steps,
        "flows": [_flow(flow) for flow in report.flows],
        "notes": list(report.notes),
    }
    return document(data)


def _flow(flow: FlowSummary) -> FlowShape:
    return {
        "address": None if flow.address is None else str(flow.address),
        "sid": flow.sid,
        "revisions": [_revision(revision) for revision in flow.revisions],
    }


def _revision(revision: RevisionSummary) -> RevisionShape:
    return {
        "revision": revision.revision,
        "runs": revision.runs,
        "finished": revision.finished,
        "dropped": revision.dropped,
        "active": revision.active,
        "withoutSteps": revision.unknown,
        "failures": revision.failures,
        "silences": revision.silences,
        "unseenMoves": revision.unseen,
        "reasons": [{"reason": reason, "count": count} for reason, count in revision.reasons],
        "seconds": _spread(revision.time),
        "first": _moment(revision.first),
        "last": _moment(revision.last),
        "definition": revision.side,
        "widgets": [_widget(widget) for widget in revision.widgets],
        "neverEntered": list(revision.idle),
        "paths": [_path(path) for path in revision.paths],
        "morePaths": revision.more_paths,
        "pathsCut": revision.paths_cut,
    }


def _widget(widget: WidgetSummary) -> WidgetShape:
    return {
        "name": widget.name,
        "type": widget.type,
        "known": widget.known,
        "entered": widget.entered,
        "wentOn": widget.went_on,
        "finished": widget.finished,
        "dropped": widget.dropped,
        "stopped": widget.stopped,
        "active": widget.active,
        "failures": widget.failures,
        "silences": widget.silences,
        "ways": [_way(way) for way in widget.ways],
        "seconds": _spread(widget.time),
    }


def _way(way: Way) -> WayShape:
    return {
        "event": way.event,
        "target": way.target,
        "count": way.number,
        "trouble": way.trouble,
        "transitions": list(way.transitions),
        "known": way.known,
    }


def _path(path: PathSummary) -> PathShape:
    return {
        "widgets": list(path.widgets),
        "last": path.last,
        "event": path.event,
        "end": path.end,
        "count": path.number,
    }


def _spread(spread: Spread) -> SpreadShape:
    return {
        "count": spread.number,
        "median": _rounded(spread.median),
        "p90": _rounded(spread.p90),
        "max": _rounded(spread.most),
        "mean": _rounded(spread.mean),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
