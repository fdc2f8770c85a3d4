"""What every picture of a flow says in words, and how texts that nobody may see are covered in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

from reconciler.definition.graph import Graph, Node, Overlay
from reconciler.definition.secrets import masked_text
from reconciler.views.human.text import count
from reconciler.workflows.graph import Pictured


@dataclass(frozen=True, slots=True)
class Caption:
    """What stands above a picture. `summary` is also what a screen reader is told of it."""

    title: str
    summary: str


def caption_of(pictured: Pictured) -> Caption:
    """Say what is pictured, and how much of it there is."""
    graph = pictured.graph
    widgets = [node for node in graph.nodes if node.family != "missing"]
    parts = [pictured.side if pictured.against is None else f"{pictured.side}, compared with {pictured.against}"]
    parts.append(count(sum(node.mark != "removed" for node in widgets), "widget"))
    parts.append(count(sum(edge.target is not None and edge.mark != "removed" for edge in graph.edges), "transition"))
    parts += _differences(graph)
    absent = len(graph.nodes) - len(widgets)
    if absent:
        parts.append(f"{count(absent, 'widget')} missing")
    return Caption(str(pictured.address), " · ".join(parts))


def badge_of(node: Node) -> str:
    """Say in words how a node differs from the other side; empty when it does not."""
    if node.mark == "renamed":
        sign = "\N{RIGHTWARDS ARROW} renamed"
        return f"{sign}, changed" if node.changes else sign
    return {"added": "+ added", "removed": "\N{MINUS SIGN} removed", "changed": "~ changed"}.get(node.mark or "", "")


def covered(pictured: Pictured, sensitive: frozenset[str]) -> Pictured:
    """Cover texts that nobody may see, wherever they stand, names included."""
    if not sensitive:
        return pictured

    def cover(text: str) -> str:
        return masked_text(text, sensitive)

    def cover_some(text: str | None) -> str | None:
        return None if text is None else cover(text)

    graph, overlay = pictured.graph, pictured.overlay
    nodes = tuple(
        replace(
            node,
            key=cover(node.key),
            name=cover(node.name),
            type=cover(node.type),
            detail=cover(node.detail),
            was=cover_some(node.was),
            changes=tuple(map(cover, node.changes)),
        )
        for node in graph.nodes
    )
    edges = tuple(
        replace(
            edge,
            source=cover(edge.source),
            label=cover(edge.label),
            text=cover(edge.text),
            target=cover_some(edge.target),
        )
        for edge in graph.edges
    )
    notes = Overlay(
        {cover(key): replace(note, text=cover(note.text)) for key, note in overlay.nodes.items()},
        {(cover(a), cover(b)): replace(note, text=cover(note.text)) for (a, b), note in overlay.edges.items()},
    )
    return replace(
        pictured, graph=replace(graph, nodes=nodes, edges=edges, start=cover_some(graph.start)), overlay=notes
    )


def _differences(graph: Graph) -> list[str]:
    if not graph.compared:
        return []
    marks = Counter(node.mark for node in graph.nodes if node.mark)
    wires = sum(edge.mark is not None and edge.target is not None for edge in graph.edges)
    found = [f"{marks[mark]} {mark}" for mark in ("added", "removed", "renamed", "changed") if marks[mark]]
    found += [f"{count(wires, 'transition')} added or removed"] if wires else []
    return found or ["no difference"]
