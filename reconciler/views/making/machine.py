"""Scenario tests that were made, as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.jsontypes import JsonObject
from reconciler.plan.replay_shape import WayShape
from reconciler.scenario.generate.propose import Proposal
from reconciler.scenario.replay.follow import Another, Way
from reconciler.scenario.replay.recording import Recording
from reconciler.views.machine.text import document
from reconciler.views.making.shapes import TestGenerateShape, TestRecordShape


def render_generated(found: Proposal, documents: Sequence[JsonObject]) -> str:
    """Give proposed scenarios. `documents`: the same as they are written."""
    data: TestGenerateShape = {
        "format": 1,
        "flow": found.flow,
        "transitions": found.asked,
        "covered": found.covered,
        "scenarios": [*documents],
        "unreached": [
            {
                "widget": one.widget,
                "transition": one.transition,
                "event": one.event,
                "next": one.next,
                "cause": one.cause,
                "reason": one.reason,
            }
            for one in found.unreached
        ],
    }
    return document(data)


def render_recorded(found: Recording, written: JsonObject) -> str:
    """Give a recorded scenario. `written`: the same as it is written."""
    another = found.followed if isinstance(found.followed, Another) else None
    data: TestRecordShape = {
        "format": 1,
        "execution": found.execution,
        "flow": found.scenario.flow,
        "same": found.same,
        "difference": None
        if another is None
        else {
            "flow": found.flow_name(another.flow),
            "widget": another.widget,
            "recorded": _way(another.recorded),
            "now": _way(another.now),
        },
        "reason": found.reason,
        "kept": [*found.kept],
        "scenario": written,
    }
    return document(data)


def _way(way: Way) -> WayShape:
    return {"event": way.event, "to": way.to}
