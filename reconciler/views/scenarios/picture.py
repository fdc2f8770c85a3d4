"""Coverage on the graph of a flow: what ran and which ways were taken."""

from __future__ import annotations

from reconciler.definition.graph import Note, Overlay, graph_of
from reconciler.model.address import flow
from reconciler.model.definition import Definition
from reconciler.scenario.coverage import FlowCoverage
from reconciler.workflows.graph import Pictured

_RAN, _NEVER = Note("ran", "good"), Note("never ran", "bad")
_TAKEN, _MISSED = Note("taken", "good", 1.0), Note("never taken", "bad", 0.0)


def coverage_picture(found: FlowCoverage, definition: Definition) -> Pictured:
    """Give the graph of a flow with its coverage. Ways that lead nowhere are not counted, and bear no note."""
    share = found.transition_share
    nodes = {name: _RAN if ran else _NEVER for name, ran in found.widgets}
    edges = {(way.widget, way.label): _TAKEN if way.taken else _MISSED for way in found.ways}
    side = f"coverage {share.covered}/{share.total} transitions"
    return Pictured(flow(found.flow), graph_of(definition), side, overlay=Overlay(nodes, edges))
