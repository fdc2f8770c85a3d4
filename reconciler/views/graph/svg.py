"""A scene as SVG: valid XML, the same bytes for the same input, readable by people and by screen readers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from reconciler.definition.graph import Graph
from reconciler.views.graph import shapes
from reconciler.views.graph.caption import Caption
from reconciler.views.graph.legend import LINE, FamilyItem, Item, LineItem, MarkItem, item_width, items_of, rows_of
from reconciler.views.graph.markup import classes, moved, number, plain, size, text_at
from reconciler.views.graph.palette import Theme, style_of
from reconciler.views.graph.scene import Scene
from reconciler.views.graph.text import width_of

_MARGIN: Final = 32.0
_HEADER: Final = 64.0
_LEAST_WIDTH: Final = 640.0


def draw(graph: Graph, scene: Scene, caption: Caption, theme: Theme) -> str:
    """Give the picture as an SVG document."""
    room = max(scene.width, _LEAST_WIDTH, width_of(caption.title, 18, bold=True), width_of(caption.summary, 13))
    rows = rows_of(items_of(graph), room)
    width = room + 2 * _MARGIN
    legend_top = _MARGIN + _HEADER + scene.height + 40
    height = legend_top + LINE * len(rows) + _MARGIN - 10
    view = f'viewBox="0 0 {number(width)} {number(height)}" role="img" aria-labelledby="title desc"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size(width, height)} {view}>',
        f'<title id="title">{plain(caption.title)}</title>',
        f'<desc id="desc">{plain(_described(graph, caption))}</desc>',
        f"<style>\n{style_of(theme)}</style>",
        f'<rect class="ground" {size(width, height)} rx="12"/>',
        text_at(caption.title, (_MARGIN, _MARGIN + 14), "title"),
        text_at(caption.summary, (_MARGIN, _MARGIN + 36), "sub", "faint"),
        f"<g {moved((_MARGIN + (room - scene.width) / 2, _MARGIN + _HEADER))}>",
        *(line for wire in scene.wires for line in shapes.wire(wire)),
        *(line for placed in scene.boxes for line in shapes.box(placed)),
        *(line for wire in scene.wires for line in shapes.wire_note(wire)),
        "</g>",
        *_legend(rows, legend_top),
        "</svg>",
    ]
    return "\n".join(parts)


def _described(graph: Graph, caption: Caption) -> str:
    ways: dict[str, list[str]] = {}
    for edge in graph.edges:
        mark = f" ({edge.mark})" if edge.mark else ""
        ways.setdefault(edge.source, []).append(f"{edge.text} to {edge.target or 'nowhere'}{mark}")
    lines = [f"{shapes.said_of(node)}: {'; '.join(ways.get(node.key, ['no way out']))}." for node in graph.nodes]
    return "\n".join([caption.summary, *lines])


def _legend(rows: Sequence[Sequence[Item]], top: float) -> Iterator[str]:
    yield "<g>"
    for line, row in enumerate(rows):
        x, y = _MARGIN, top + line * LINE
        for item in row:
            yield f"<g {moved((x, y))}>{_sample(item)}{text_at(item.text, (34, 15))}</g>"
            x += item_width(item)
    yield "</g>"


def _sample(item: Item) -> str:
    match item:
        case FamilyItem():
            return f"<g {classes(item.family)}>{shapes.icon(item.family)}</g>"
        case LineItem():
            return f'<path class="{item.classes}" d="M0 11 H28"/>'
        case MarkItem():
            return shapes.badge(item.badge, item.mark, (0, 1.5), 28)
