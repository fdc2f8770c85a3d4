"""Two definitions as one graph: what both have, what only one has, and what was renamed, changed or re-wired."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from reconciler.definition.compare import differences
from reconciler.definition.difference import (
    Difference,
    TransitionChanged,
    ValueChanged,
    WidgetAdded,
    WidgetRemoved,
    WidgetRenamed,
    WidgetsMoved,
)
from reconciler.definition.graph import Edge, Graph, Node, graph_of, missing
from reconciler.model.definition import Definition


@dataclass(slots=True)
class _Found:
    """What differs, by the widget's name on the second side."""

    old_names: dict[str, str] = field(default_factory=dict)
    changes: dict[str, list[str]] = field(default_factory=dict)


def compared_graph(before: Definition, after: Definition) -> Graph:
    """Give the graph of the second side, with what the first side has beyond it, and marks on all that differs.

    A transition that leads elsewhere is two edges: one removed, one added. A moved widget is not marked.
    """
    first, second = graph_of(before), graph_of(after)
    found = _found(differences(before, after))
    known = {node.key for node in first.nodes if node.family != "missing"}
    here = {node.key for node in second.nodes if node.family != "missing"}
    nodes = [_marked(node, found, known) for node in second.nodes if node.family != "missing"]
    gone = known - here - set(found.old_names.values())
    nodes += [replace(node, mark="removed") for node in first.nodes if node.key in gone]
    new_names = {old: new for new, old in found.old_names.items()}
    edges = list(_edges(nodes, [_followed(edge, new_names) for edge in first.edges], second.edges))
    return Graph((*nodes, *missing(edges, [node.key for node in nodes])), tuple(edges), second.start, compared=True)


def _found(items: Iterable[Difference]) -> _Found:
    found = _Found()
    for item in items:
        match item:
            case WidgetRenamed():
                found.old_names[item.after] = item.before
            case ValueChanged():
                if item.widget is not None:
                    found.changes.setdefault(item.widget, []).append(item.path)
            case TransitionChanged():
                found.changes.setdefault(item.widget, []).append(item.event)
            case WidgetAdded() | WidgetRemoved() | WidgetsMoved():
                pass
            case _:
                assert_never(item)
    return found


def _marked(node: Node, found: _Found, known: set[str]) -> Node:
    changes, was = tuple(found.changes.get(node.key, ())), found.old_names.get(node.key)
    if was is not None:
        return replace(node, mark="renamed", was=was, changes=changes)
    if node.key not in known:
        return replace(node, mark="added")
    return replace(node, mark="changed", changes=changes) if changes else node


def _followed(edge: Edge, names: Mapping[str, str]) -> Edge:
    target = names.get(edge.target, edge.target) if edge.target is not None else None
    return replace(edge, source=names.get(edge.source, edge.source), target=target)


def _edges(nodes: Iterable[Node], first: Iterable[Edge], second: Iterable[Edge]) -> Iterator[Edge]:
    mine, theirs = _by_source(first), _by_source(second)
    for node in nodes:
        old = {(edge.label, edge.target) for edge in mine.get(node.key, ())}
        new = {(edge.label, edge.target) for edge in theirs.get(node.key, ())}
        for edge in theirs.get(node.key, ()):
            yield edge if (edge.label, edge.target) in old else replace(edge, mark="added")
        for edge in mine.get(node.key, ()):
            # That a way out led nowhere before is told by where it leads now.
            if (edge.label, edge.target) not in new and edge.target is not None:
                yield replace(edge, mark="removed")


def _by_source(edges: Iterable[Edge]) -> dict[str, list[Edge]]:
    found: dict[str, list[Edge]] = {}
    for edge in edges:
        found.setdefault(edge.source, []).append(edge)
    return found
