"""Which transitions of a graph a step of an execution may have taken: a step names widgets and event, no condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from reconciler.definition.graph import Edge, Graph

ENDED: Final = "Ended"
"""What a step is said to lead to when nothing follows."""

Move: TypeAlias = tuple[str, str, str | None]
"""Of a step: the widget that it leaves, its event, and the widget that it leads to, None when nothing follows."""


def target_of(widget: str | None) -> str | None:
    """Give the widget that a step leads to, None when nothing follows."""
    return None if widget in {None, "", ENDED} else widget


@dataclass(frozen=True, slots=True)
class Moves:
    """The transitions of a graph by what steps say of them.

    Attributes:
        names: of the widgets.
        edges: by widget, event and target; several where conditions that lead to the same widget cannot be told apart.
    """

    names: frozenset[str]
    edges: Mapping[Move, tuple[Edge, ...]]

    def of(self, move: Move) -> tuple[Edge, ...]:
        """Give the transitions that the move may have been. Empty when the graph has none."""
        return self.edges.get(move, ())


def moves_of(graph: Graph) -> Moves:
    """Give the transitions of a graph by what steps say of them."""
    names = {node.key: node.name for node in graph.nodes}
    found: dict[Move, tuple[Edge, ...]] = {}
    for edge in graph.edges:
        move = (names[edge.source], edge.event, None if edge.target is None else names.get(edge.target, edge.target))
        found[move] = (*found.get(move, ()), edge)
    return Moves(frozenset(node.name for node in graph.nodes if node.family != "missing"), found)
