"""`replay` as JSON, and what `plan --replay` adds to the plan's document."""

from __future__ import annotations

from reconciler.plan.document import encode_time
from reconciler.plan.replay_shape import (
    FlowReplayShape,
    ReplayDifferenceShape,
    ReplayedShape,
    ReplayOpenShape,
    WayShape,
)
from reconciler.scenario.replay.follow import Way
from reconciler.scenario.replay.summary import Difference, FlowReplay, Open
from reconciler.views.machine.text import document
from reconciler.views.replay.shapes import ReplayShape
from reconciler.workflows.replaying import ReplayReport


def render_json(report: ReplayReport) -> str:
    """Give what came of the executions."""
    data: ReplayShape = {"format": 1, **replayed(report)}
    return document(data)


def replayed(report: ReplayReport) -> ReplayedShape:
    """Give the same as a part of another document."""
    return {
        "since": encode_time(report.period.since) or "",
        "executions": report.executions,
        "same": report.same,
        "another": report.differing,
        "unknown": report.stuck,
        "flows": [_flow(flow) for flow in report.flows],
    }


def _flow(flow: FlowReplay) -> FlowReplayShape:
    return {
        "flow": flow.flow,
        "executions": flow.executions,
        "same": flow.same,
        "another": flow.differing,
        "unknown": flow.stuck,
        "more": flow.more,
        "differences": [_difference(one) for one in flow.differences],
        "open": [_open(one) for one in flow.open],
    }


def _difference(one: Difference) -> ReplayDifferenceShape:
    return {
        "flow": one.flow,
        "widget": one.widget,
        "recorded": _way(one.recorded),
        "now": _way(one.now),
        "executions": one.count,
        "examples": [*one.examples],
    }


def _open(one: Open) -> ReplayOpenShape:
    return {
        "flow": one.flow,
        "widget": one.widget,
        "reason": one.reason,
        "executions": one.count,
        "examples": [*one.examples],
    }


def _way(way: Way) -> WayShape:
    return {"event": way.event, "to": way.to}
