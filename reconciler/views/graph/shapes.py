"""Boxes, lines and badges as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.definition.families import Family
from reconciler.definition.graph import Node
from reconciler.views.graph.boxes import HEAD, ICON, LINE, PADDING, SMALL, Box, Port
from reconciler.views.graph.caption import badge_of
from reconciler.views.graph.icons import GLYPHS
from reconciler.views.graph.markup import classes, moved, number, pair, path, plain, size, text_at
from reconciler.views.graph.placement import Point
from reconciler.views.graph.scene import Placed, Wire
from reconciler.views.graph.text import width_of

_BADGE_HEIGHT: Final = 19.0
_CUT: Final = 12.0
_ARROW: Final = "\N{RIGHTWARDS ARROW}"


def said_of(node: Node) -> str:
    """Say of a node what its box shows, for who cannot see it."""
    parts = [node.key, node.type or _untyped(node), badge_of(node), f"was {node.was}" if node.was else ""]
    return ", ".join(part for part in parts if part)


def wire(drawn: Wire) -> Iterator[str]:
    """Draw a line with its arrowhead."""
    edge, note = drawn.port.edge, drawn.port.note
    kind = ("error" if edge.error else "", edge.mark)
    x, y = drawn.points[-1]
    width = ""
    if note is not None and note.weight is not None:
        width = f' style="stroke-width:{number(1.2 + 5 * min(max(note.weight, 0.0), 1.0))}px"'
    mark = f" ({edge.mark})" if edge.mark else ""
    yield f"<g><title>{plain(f'{edge.source}: {edge.label} {_ARROW} {edge.target}{mark}')}</title>"
    yield f'<path {classes("line", *kind)}{width} d="{path((*drawn.points[:-1], (x, y - 5)))}"/>'
    yield f'<path {classes("head", *kind)} d="M{pair((x - 5, y - 10))} H{number(x + 5)} L{pair((x, y - 1))} Z"/></g>'


def wire_note(drawn: Wire) -> Iterator[str]:
    """Write what an overlay says of a line, beside its beginning."""
    note = drawn.port.note
    if note is not None:
        x, y = drawn.points[0]
        yield text_at(note.text, (x + 7, y + 15), "strong", "halo", note.tone)


def box(placed: Placed) -> Iterator[str]:
    """Draw a box with all that is written in it."""
    drawn, node = placed.box, placed.box.node
    yield f"<g {classes(node.family, node.mark)} {moved(placed.at)}>"
    said = "\n".join([said_of(node), *node.changes, node.detail]).rstrip()
    yield f"<title>{plain(said)}</title>"
    yield _outline(drawn)
    yield from _head(drawn)
    y = HEAD + 12.0
    for line in drawn.lines:
        yield text_at(line, (PADDING, y))
        y += LINE
    if drawn.note is not None:
        yield f'<circle {classes(drawn.note.tone)} cx="{number(PADDING + 5)}" cy="{number(y - 4)}" r="4.5"/>'
        yield text_at(drawn.note.text, (PADDING + 16, y), "strong", drawn.note.tone)
    for port in drawn.ports:
        yield from _port(port, drawn.height)
    yield "</g>"


def icon(family: Family) -> str:
    """Draw the sign of a family."""
    return f'<rect class="tile" {size(ICON, ICON)} rx="5"/><path class="glyph" d="{GLYPHS[family]}"/>'


def badge(text: str, mark: str, at: Point, width: float) -> str:
    """Draw a badge: a word in white on the colour of its meaning."""
    rect = f'<rect x="{number(at[0])}" y="{number(at[1])}" {size(width, _BADGE_HEIGHT)} rx="9.5"/>'
    return f"<g {classes('badge', mark)}>{rect}{text_at(text, (at[0] + width / 2, at[1] + 13.5), 'mid')}</g>"


def _untyped(node: Node) -> str:
    return "missing widget" if node.family == "missing" else "no type"


def _outline(drawn: Box) -> str:
    width, height = drawn.width, drawn.height
    if drawn.node.family == "decision":
        corners = [(_CUT, 0.0), (width - _CUT, 0.0), (width, _CUT), (width, height - _CUT)]
        corners += [(width - _CUT, height), (_CUT, height), (0.0, height - _CUT), (0.0, _CUT)]
        return f'<path class="box" d="M{" L".join(map(pair, corners))} Z"/>'
    radius = 24 if drawn.node.family == "trigger" else 7
    rect = f'<rect class="box" {size(width, height)} rx="{radius}"/>'
    if drawn.node.family != "flow":
        return rect
    return f'{rect}<path class="box" d="M5 1 V{number(height - 1)} M{number(width - 5)} 1 V{number(height - 1)}"/>'


def _head(drawn: Box) -> Iterator[str]:
    node, text = drawn.node, float(PADDING + ICON + 10)
    yield f"<g {moved((PADDING, 11))}>{icon(node.family)}</g>"
    yield text_at(drawn.name, (text, 22), "name")
    yield text_at(node.type or _untyped(node), (text, 38), "faint")
    if drawn.badge:
        width = width_of(drawn.badge, SMALL, bold=True) + 14
        yield badge(drawn.badge, node.mark or "changed", (drawn.width - width - 10, 8), width)


def _port(port: Port, height: float) -> Iterator[str]:
    edge = port.edge
    kind = ("error" if edge.error else "", edge.mark)
    name = classes("mid", "port", *kind, "strong" if edge.mark else "")
    yield f'<text {name} x="{number(port.x)}" y="{number(height - 10)}">{plain(port.text)}</text>'
    yield f'<circle {classes("dot", *kind)} cx="{number(port.x)}" cy="{number(height)}" r="3.5"/>'
