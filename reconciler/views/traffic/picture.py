"""Put what happened in a revision onto its graph: how many came, how many were lost, and which way they went."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from reconciler.definition.graph import Edge, EdgeKey, Graph, Node, Note, Overlay, Tone, graph_of
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.views.traffic.figures import counted, share
from reconciler.workflows.graph import Pictured
from reconciler.workflows.traffic.summary import FlowSummary, RevisionSummary, Way, WidgetSummary

_MANY: Final = 0.1
"""From which share of those who entered a widget on what is lost there is shown as bad."""

_NOBODY: Final = Note("nobody came", "faint")


def traffic_picture(flow: FlowSummary, revision: RevisionSummary, when: str) -> Pictured:
    """Give the graph of a revision with its traffic; widgets and ways that the definition lacks are added to it.

    Args:
        flow: the flow.
        revision: what happened in one of its revisions.
        when: the time that was looked at, in words; may be empty.

    Raises:
        UsageError: nobody has the definition that ran.
    """
    if revision.definition is None:
        raise UsageError(
            f"the definition that ran in {flow.address or flow.sid} cannot be had",
            hint="Studio must be reachable, or the flow declared in the manifests.",
        )
    parts = (revision.side, counted(revision.runs, "execution" if revision.revision is not None else "run"), when)
    graph = _complete(graph_of(revision.definition), revision.widgets)
    came = {widget.name: _note(widget) for widget in revision.widgets}
    notes = {node.key: came.get(node.name, _NOBODY) for node in graph.nodes}
    return Pictured(
        flow.address or Address("Flow", flow.sid),
        graph,
        " · ".join(part for part in parts if part),
        overlay=Overlay(notes, dict(_edges(graph, revision.widgets))),
    )


def _note(widget: WidgetSummary) -> Note:
    parts = [f"{widget.entered:,} entered"]
    parts += [f"{widget.dropped:,} dropped ({share(widget.dropped, widget.entered)})"] if widget.dropped else []
    parts += [counted(widget.failures, "error")] if widget.failures else []
    parts += [f"{widget.finished:,} finished"] if widget.finished else []
    parts += [f"{widget.active:,} active"] if widget.active else []
    tone: Tone = "warn" if widget.dropped or widget.failures else "plain"
    return Note(" · ".join(parts), "bad" if widget.dropped >= _MANY * widget.entered > 0 else tone)


def _complete(graph: Graph, widgets: Iterable[WidgetSummary]) -> Graph:
    names = {node.name for node in graph.nodes}
    strays = [widget for widget in widgets if widget.name not in names]
    nodes = [Node(one.name, one.name, one.type or "", "missing", "not in this definition") for one in strays]
    found = [*graph.nodes, *nodes]
    keys = _keys(found)
    order = {node.key: place for place, node in enumerate(found)}
    edges = [edge for widget in widgets for edge in _strays(widget, keys)]
    # Edges stand by their source: `Graph` says so, and pictures rely on it.
    ways = sorted([*graph.edges, *edges], key=lambda edge: order[edge.source])
    return replace(graph, nodes=tuple(found), edges=tuple(ways))


def _keys(nodes: Iterable[Node]) -> dict[str, str]:
    """Give the key of the first node of each name."""
    found: dict[str, str] = {}
    for node in nodes:
        found.setdefault(node.name, node.key)
    return found


def _strays(widget: WidgetSummary, keys: Mapping[str, str]) -> Iterator[Edge]:
    for way in widget.ways:
        if way.target is not None and way.target in keys and not way.transitions:
            yield Edge(keys[widget.name], _label(way), way.event or "not recorded", keys[way.target])


def _label(way: Way) -> str:
    return f"{way.event or ''} to {way.target}"


def _edges(graph: Graph, widgets: Iterable[WidgetSummary]) -> Iterator[tuple[EdgeKey, Note]]:
    taken: dict[EdgeKey, tuple[int, bool]] = {}
    keys = _keys(graph.nodes)
    for widget in widgets:
        for way in widget.ways:
            labels = way.transitions or (_label(way),)
            for label in labels:
                taken[keys[widget.name], label] = (way.number, len(labels) > 1)
    most = max((number for number, _ in taken.values()), default=1)
    for edge in graph.edges:
        number, together = taken.get(edge.key, (0, False))
        text = f"{number:,} together" if together else f"{number:,}"
        yield edge.key, Note(text, "plain" if number else "faint", number / most if number else None)
