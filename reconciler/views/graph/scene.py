"""A graph with a place for everything: what a picture is drawn from. Numbers and texts, no colours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from reconciler.definition.graph import Graph, Overlay
from reconciler.views.graph.boxes import Box, Port, boxes_of
from reconciler.views.graph.canvas import canvas_places, routed
from reconciler.views.graph.layered import layered
from reconciler.views.graph.placement import Block, Link, Point

Layout: TypeAlias = Literal["auto", "canvas"]
"""Where widgets stand: in computed layers, or where people put them on the canvas of the Studio."""

_NOTE_ROOM: Final = 16.0
_ERROR_STRENGTH: Final = 0.35
"""What is usual stands in a line; where it goes when something fails makes way."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A box and its upper left corner."""

    box: Box
    at: Point


@dataclass(frozen=True, slots=True)
class Wire:
    """A line from a way out to where it leads: its corners."""

    port: Port
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything in its place; the upper left corner of it all is (0, 0)."""

    boxes: tuple[Placed, ...]
    wires: tuple[Wire, ...]
    width: float
    height: float
    layout: Layout


def scene_of(graph: Graph, overlay: Overlay, layout: Layout | None) -> Scene:
    """Give everything its place.

    Args:
        graph: what is to be drawn.
        overlay: what is said of its nodes and edges.
        layout: None takes the canvas where the definition has places that do not overlap, else layers.
    """
    boxes = boxes_of(graph, overlay)
    index = {box.node.key: number for number, box in enumerate(boxes)}
    blocks = [Block(box.width, box.height, box.node.offset, stray=box.node.family == "missing") for box in boxes]
    ports = [(number, port) for number, box in enumerate(boxes) for port in box.ports]
    links = [
        Link(number, port.x, index[port.edge.target or ""], _ERROR_STRENGTH if port.edge.error else 1.0)
        for number, port in ports
    ]
    room = _NOTE_ROOM if any(port.note for _, port in ports) else 0.0
    places = None if layout == "auto" else canvas_places(blocks, links, forced=layout == "canvas")
    if places is None:
        start = index.get(graph.start) if graph.start is not None else None
        placement = layered(blocks, links, start, room)
    else:
        placement = routed(blocks, links, places, room)
    placed = tuple(Placed(box, at) for box, at in zip(boxes, placement.places, strict=True))
    wires = tuple(Wire(port, points) for (_, port), points in zip(ports, placement.routes, strict=True))
    corners = [(at[0] + box.width, at[1] + box.height) for box, at in zip(boxes, placement.places, strict=True)]
    corners += [point for wire in wires for point in wire.points]
    return Scene(
        placed,
        wires,
        max((x for x, _ in corners), default=0.0),
        max((y for _, y in corners), default=0.0),
        "auto" if places is None else "canvas",
    )
