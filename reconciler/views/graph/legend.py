"""What a picture's legend says: only what occurs in it, line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reconciler.definition.families import Family
from reconciler.definition.graph import Graph, Mark
from reconciler.views.graph.icons import LABELS
from reconciler.views.graph.text import width_of

GAP: Final = 22.0
LINE: Final = 26.0
SAMPLE: Final = 34.0


@dataclass(frozen=True, slots=True)
class FamilyItem:
    """A family of widgets and its sign."""

    family: Family
    text: str


@dataclass(frozen=True, slots=True)
class LineItem:
    """A kind of line. `classes`: how it is drawn."""

    classes: str
    text: str


@dataclass(frozen=True, slots=True)
class MarkItem:
    """How a difference is shown."""

    mark: Mark
    badge: str
    text: str


Item = FamilyItem | LineItem | MarkItem

_MARKS: Final = (
    MarkItem("added", "+", "added"),
    MarkItem("removed", "\N{MINUS SIGN}", "removed"),
    MarkItem("changed", "~", "changed"),
    MarkItem("renamed", "\N{RIGHTWARDS ARROW}", "renamed"),
)


def items_of(graph: Graph) -> list[Item]:
    """Give what the legend of a graph explains."""
    families = {node.family for node in graph.nodes}
    found: list[Item] = [FamilyItem(family, text) for family, text in LABELS.items() if family in families]
    wired = [edge for edge in graph.edges if edge.target is not None]
    if any(not edge.error for edge in wired):
        found.append(LineItem("line", "next"))
    if any(edge.error for edge in wired):
        found.append(LineItem("line error", "on failure, or when nothing matches"))
    marks = {node.mark for node in graph.nodes} | {edge.mark for edge in graph.edges}
    return [*found, *(item for item in _MARKS if item.mark in marks)]


def item_width(item: Item) -> float:
    """Give the width of an item."""
    return SAMPLE + width_of(item.text, 12) + GAP


def rows_of(items: list[Item], room: float) -> list[list[Item]]:
    """Break items into rows that are no wider than `room`."""
    rows: list[list[Item]] = []
    left = 0.0
    for item in items:
        width = item_width(item)
        if not rows or width > left:
            rows.append([])
            left = room
        rows[-1].append(item)
        left -= width
    return rows
