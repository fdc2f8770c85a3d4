"""How a node becomes a box: its lines of text, its ways out along the lower border, its size. No places yet.

The names of transitions stand inside the box, above the point where the line leaves: so they never lie on each other,
however the boxes are placed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.definition.graph import Edge, Graph, Node, Note, Overlay
from reconciler.views.graph.caption import badge_of
from reconciler.views.graph.text import fitted, width_of

NAME_SIZE: Final = 14
SMALL: Final = 12
PADDING: Final = 14
ICON: Final = 22
LINE: Final = 18
HEAD: Final = 46
PORTS: Final = 28
_LEAST: Final = 210
_MOST: Final = 620
_NAME_ROOM: Final = 330
_DETAIL_ROOM: Final = 290
_ENDS_ROOM: Final = 250
_PORT_ROOM: Final = 170
_LEAST_PORT: Final = 34
_PORT_PADDING: Final = 14
_SIGNS: Final = {"added": "+ ", "removed": "\N{MINUS SIGN} ", "changed": "~ ", "renamed": "~ "}


@dataclass(frozen=True, slots=True)
class Port:
    """Where an edge leaves its box.

    Attributes:
        edge: the edge.
        text: what stands above the point, cut to its room.
        x: of the point, from the left border of the box.
        width: of the room for the text.
        note: what an overlay says of the edge.
    """

    edge: Edge
    text: str
    x: float
    width: float
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its size and everything that is written in it.

    Attributes:
        node: the node.
        width: in pixels.
        height: in pixels.
        name: the node's name, cut to its room.
        badge: how the node differs from the other side, in words; may be empty.
        lines: below the name and the type: what it does, what it was called, ways out that lead nowhere.
        ports: from left to right.
        note: what an overlay says of the node.
    """

    node: Node
    width: float
    height: float
    name: str
    badge: str
    lines: tuple[str, ...]
    ports: tuple[Port, ...]
    note: Note | None = None


def boxes_of(graph: Graph, overlay: Overlay) -> tuple[Box, ...]:
    """Give the box of each node, in their order."""
    ways: dict[str, list[Edge]] = {node.key: [] for node in graph.nodes}
    for edge in graph.edges:
        ways[edge.source].append(edge)
    return tuple(_box(node, ways[node.key], overlay) for node in graph.nodes)


def _box(node: Node, edges: Sequence[Edge], overlay: Overlay) -> Box:
    note, badge = overlay.nodes.get(node.key), badge_of(node)
    wired = [edge for edge in edges if edge.target is not None]
    texts = _port_texts(wired, overlay.edges)
    extra = width_of(badge, SMALL, bold=True) + 24 if badge else 0
    head = ICON + 10 + min(width_of(node.name, NAME_SIZE, bold=True), _NAME_ROOM) + extra
    lines = _lines(node, [edge for edge in edges if edge.target is None])
    body = max((min(width_of(line, SMALL), _DETAIL_ROOM) for line in lines), default=0)
    said = width_of(note.text, SMALL, bold=True) + 30 if note else 0
    ports = sum(width for _, width in texts)
    width = _even(max(_LEAST, max(head, body, said) + 2 * PADDING, ports + PADDING))
    room = width - 2 * PADDING
    height = HEAD + LINE * (len(lines) + (note is not None)) + (PORTS if wired else 8)
    return Box(
        node,
        width,
        height,
        fitted(node.name, NAME_SIZE, room - ICON - 10 - extra, bold=True),
        badge,
        tuple(fitted(line, SMALL, room) for line in lines),
        tuple(_ports(wired, texts, width, overlay.edges)),
        note,
    )


def _lines(node: Node, loose: Iterable[Edge]) -> list[str]:
    lines = [node.detail] if node.detail else []
    if node.was is not None:
        lines.append(f"was {node.was}")
    ends = [_signed(edge) for edge in loose]
    return [*lines, *_wrapped("ends at: ", ends)] if ends else lines


def _wrapped(first: str, words: Sequence[str]) -> list[str]:
    lines = [first + words[0]]
    for word in words[1:]:
        longer = f"{lines[-1]}, {word}"
        if width_of(longer, SMALL) <= _ENDS_ROOM:
            lines[-1] = longer
        else:
            lines[-1] += ","
            lines.append(word)
    return lines


def _signed(edge: Edge) -> str:
    return _SIGNS.get(edge.mark or "", "") + edge.text


def _port_texts(edges: Sequence[Edge], notes: Mapping[tuple[str, str], Note]) -> list[tuple[str, float]]:
    """Give the text of each way out with its room; many ways out get less room each."""
    room = _PORT_ROOM
    while True:
        texts = [fitted(_signed(edge), SMALL, room) for edge in edges]
        widths = [
            max(width_of(text, SMALL), _note_width(_note(edge, notes))) for text, edge in zip(texts, edges, strict=True)
        ]
        widths = [max(width, _LEAST_PORT) + _PORT_PADDING for width in widths]
        if sum(widths) <= _MOST or room <= _LEAST_PORT * 2:
            return list(zip(texts, widths, strict=True))
        room -= 8


def _note(edge: Edge, notes: Mapping[tuple[str, str], Note]) -> Note | None:
    # What a note says of a re-wired transition it says of where that leads now.
    return None if edge.mark == "removed" else notes.get(edge.key)


def _note_width(note: Note | None) -> float:
    return width_of(note.text, SMALL, bold=True) + 8 if note else 0


def _ports(
    edges: Sequence[Edge], texts: Sequence[tuple[str, float]], width: float, notes: Mapping[tuple[str, str], Note]
) -> Iterable[Port]:
    if not edges:
        return
    gap = (width - sum(room for _, room in texts)) / len(edges)
    left = 0.0
    for edge, (text, room) in zip(edges, texts, strict=True):
        yield Port(edge, text, round(left + (room + gap) / 2), room + gap, _note(edge, notes))
        left += room + gap


def _even(value: float) -> float:
    return float(2 * round(value / 2 + 0.5))
