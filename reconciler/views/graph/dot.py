"""A flow as DOT, for Graphviz and what reads its language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.definition.families import Family
from reconciler.definition.graph import Edge, Graph, Mark, Node, Overlay
from reconciler.views.graph.caption import badge_of, caption_of, covered
from reconciler.views.graph.text import drawable
from reconciler.workflows.graph import Pictured

_SHAPES: Final[dict[Family, str]] = {
    "trigger": "oval",
    "decision": "diamond",
    "message": "note",
    "voice": "box",
    "data": "cylinder",
    "code": "component",
    "flow": "box3d",
    "people": "house",
    "other": "box",
    "missing": "box",
}
_COLOURS: Final[dict[Mark, str]] = {
    "added": "#1a7f37",
    "removed": "#c92a2a",
    "changed": "#9a5b00",
    "renamed": "#1864ab",
}
_SIGNS: Final[dict[Mark, str]] = {"added": "+ ", "removed": "- ", "changed": "~ ", "renamed": "~ "}


def render_dot(pictured: Pictured, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give a flow as a DOT document. `sensitive`: texts to cover, default none."""
    shown = covered(pictured, sensitive)
    caption, graph = caption_of(shown), shown.graph
    ids = {node.key: f"w{number}" for number, node in enumerate(graph.nodes)}
    return "\n".join(
        [
            "digraph flow {",
            f"  graph [rankdir=TB, labelloc=t, label={_quoted(caption.title, caption.summary)}];",
            '  graph [fontname="Helvetica"];',
            '  node [fontname="Helvetica", fontsize=11];',
            '  edge [fontname="Helvetica", fontsize=10];',
            *_nodes(graph, ids, shown.overlay),
            *_edges(graph, ids, shown.overlay),
            "}",
        ]
    )


def _nodes(graph: Graph, ids: dict[str, str], overlay: Overlay) -> Iterator[str]:
    ends: dict[str, list[str]] = {}
    for edge in graph.edges:
        if edge.target is None:
            ends.setdefault(edge.source, []).append(_label(edge))
    for node in graph.nodes:
        note = overlay.nodes.get(node.key)
        lines = [node.name, node.type, f"was {node.was}" if node.was else "", badge_of(node), note.text if note else ""]
        if loose := ends.get(node.key):
            lines.append(f"ends at: {', '.join(loose)}")
        if node.family == "missing":
            lines.append("no such widget")
        label = _quoted(*(line for line in lines if line))
        yield f"  {ids[node.key]} [label={label}, shape={_SHAPES[node.family]}{_look(node)}];"
    if graph.start is not None:
        yield f"  {{ rank=source; {ids[graph.start]}; }}"


def _look(node: Node) -> str:
    if node.family == "missing":
        return f', style=dashed, color="{_COLOURS["removed"]}"'
    if node.mark is None:
        return ""
    style = "dashed" if node.mark == "removed" else "bold"
    return f', style={style}, color="{_COLOURS[node.mark]}"'


def _edges(graph: Graph, ids: dict[str, str], overlay: Overlay) -> Iterator[str]:
    for edge in graph.edges:
        if edge.target is None:
            continue
        note = overlay.edges.get(edge.key)
        label = _quoted(*(line for line in (_label(edge), note.text if note else "") if line))
        style = "dotted" if edge.mark == "removed" else "dashed" if edge.error else "solid"
        colour = f', color="{_COLOURS[edge.mark]}", penwidth=2' if edge.mark else ""
        yield f"  {ids[edge.source]} -> {ids[edge.target]} [label={label}, style={style}{colour}];"


def _label(edge: Edge) -> str:
    return (_SIGNS[edge.mark] if edge.mark else "") + edge.text


def _quoted(*lines: str) -> str:
    parts = [drawable(line).replace("\\", "\\\\").replace('"', '\\"') for line in lines]
    return '"' + "\\n".join(parts) + '"'
