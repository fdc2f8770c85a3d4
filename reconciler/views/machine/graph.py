"""A flow as a graph, as JSON: what other tools draw, count or compare."""

from __future__ import annotations

from typing import Literal

from pydantic import with_config
from typing_extensions import TypedDict

from reconciler.plan.shape import STRICT
from reconciler.views.graph.caption import covered
from reconciler.views.machine.text import document
from reconciler.workflows.graph import Pictured

_Mark = Literal["added", "removed", "changed", "renamed"]


class PointShape(TypedDict):
    """A place on the canvas."""

    x: float
    y: float


class NodeShape(TypedDict):
    """A widget, or the place of one that does not exist (family `missing`). `changes`: paths of what differs."""

    key: str
    name: str
    type: str
    family: str
    detail: str
    offset: PointShape | None
    mark: _Mark | None
    was: str | None
    changes: list[str]


class EdgeShape(TypedDict):
    """A transition; `target` is null when it leads nowhere."""

    source: str
    label: str
    target: str | None
    error: bool
    mark: _Mark | None


@with_config(STRICT)
class GraphShape(TypedDict):
    """What `graph` gives. `against`: the side that it is compared with, null when it is not."""

    format: Literal[1]
    address: str
    side: str
    against: str | None
    start: str | None
    nodes: list[NodeShape]
    edges: list[EdgeShape]


def render_graph(pictured: Pictured, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give the nodes and edges of a flow. `sensitive`: texts to cover, default none."""
    shown = covered(pictured, sensitive)
    data: GraphShape = {
        "format": 1,
        "address": str(shown.address),
        "side": shown.side,
        "against": shown.against,
        "start": shown.graph.start,
        "nodes": [
            {
                "key": node.key,
                "name": node.name,
                "type": node.type,
                "family": node.family,
                "detail": node.detail,
                "offset": None if node.offset is None else {"x": node.offset[0], "y": node.offset[1]},
                "mark": node.mark,
                "was": node.was,
                "changes": list(node.changes),
            }
            for node in shown.graph.nodes
        ],
        "edges": [
            {
                "source": edge.source,
                "label": edge.label,
                "target": edge.target,
                "error": edge.error,
                "mark": edge.mark,
            }
            for edge in shown.graph.edges
        ],
    }
    return document(data)
