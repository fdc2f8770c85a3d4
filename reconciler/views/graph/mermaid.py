"""A flow as a Mermaid flowchart, which GitHub, GitLab and many wikis draw in their pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.definition.families import Family
from reconciler.definition.graph import Edge, Graph, Mark, Node, Overlay
from reconciler.views.graph.caption import badge_of, caption_of, covered
from reconciler.views.graph.text import drawable
from reconciler.workflows.graph import Pictured

_SHAPES: Final[dict[Family, tuple[str, str]]] = {
    "trigger": ("([", "])"),
    "decision": ("{{", "}}"),
    "message": ("(", ")"),
    "voice": ("(", ")"),
    "data": ("[(", ")]"),
    "code": ("[", "]"),
    "flow": ("[[", "]]"),
    "people": ("[/", "\\]"),
    "other": ("[", "]"),
    "missing": (">", "]"),
}
_CLASSES: Final = {
    "added": "stroke:#1a7f37,stroke-width:3px",
    "removed": "stroke:#c92a2a,stroke-width:2px,stroke-dasharray:6 4",
    "changed": "stroke:#9a5b00,stroke-width:3px",
    "renamed": "stroke:#1864ab,stroke-width:3px",
    "missing": "stroke:#c92a2a,stroke-dasharray:6 4",
}
_LINES: Final[dict[Mark, str]] = {
    "added": "stroke:#1a7f37,stroke-width:3px",
    "removed": "stroke:#c92a2a,stroke-width:2px,stroke-dasharray:2 4",
    "changed": "stroke:#9a5b00",
    "renamed": "stroke:#1864ab",
}
_KEPT: Final = frozenset(" ,.:;=!?/+-_@~'≠…·→\N{MINUS SIGN}")


def render_mermaid(pictured: Pictured, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give a flow as a Mermaid document. `sensitive`: texts to cover, default none."""
    shown = covered(pictured, sensitive)
    caption, graph = caption_of(shown), shown.graph
    ids = {node.key: f"w{number}" for number, node in enumerate(graph.nodes)}
    used = {_class(node) for node in graph.nodes} - {""}
    return "\n".join(
        [
            "flowchart TD",
            f"  accTitle: {_plain(caption.title)}",
            f"  accDescr: {_plain(caption.summary)}",
            *_nodes(graph, ids, shown.overlay),
            *_edges(graph, ids, shown.overlay),
            *(f"  classDef {name} {style}" for name, style in _CLASSES.items() if name in used),
        ]
    )


def _nodes(graph: Graph, ids: dict[str, str], overlay: Overlay) -> Iterator[str]:
    ends: dict[str, list[str]] = {}
    for edge in graph.edges:
        if edge.target is None:
            ends.setdefault(edge.source, []).append(_label(edge))
    for node in graph.nodes:
        note = overlay.nodes.get(node.key)
        lines = [node.name, node.type, f"was {node.was}" if node.was else "", _badge(node), note.text if note else ""]
        if loose := ends.get(node.key):
            lines.append(f"ends at: {', '.join(loose)}")
        if node.family == "missing":
            lines.append("no such widget")
        left, right = _SHAPES[node.family]
        text = "<br/>".join(_escaped(line) for line in lines if line)
        kind = _class(node)
        yield f'  {ids[node.key]}{left}"{text}"{right}{f":::{kind}" if kind else ""}'


def _edges(graph: Graph, ids: dict[str, str], overlay: Overlay) -> Iterator[str]:
    marked: list[tuple[int, Mark]] = []
    drawn = [edge for edge in graph.edges if edge.target is not None]
    for number, edge in enumerate(drawn):
        note = overlay.edges.get(edge.key)
        text = "<br/>".join(_escaped(line) for line in (_label(edge), note.text if note else "") if line)
        arrow = "-.->" if edge.error else "-->"
        yield f'  {ids[edge.source]} {arrow}|"{text}"| {ids[edge.target or ""]}'
        if edge.mark is not None:
            marked.append((number, edge.mark))
    yield from (f"  linkStyle {number} {_LINES[mark]}" for number, mark in marked)


def _class(node: Node) -> str:
    return "missing" if node.family == "missing" else node.mark or ""


def _badge(node: Node) -> str:
    return badge_of(node).lstrip("+~\N{MINUS SIGN}\N{RIGHTWARDS ARROW} ")


def _label(edge: Edge) -> str:
    # In words: a label that begins with a sign is a list to Mermaid, which it does not draw.
    return (f"{edge.mark}: " if edge.mark else "") + edge.text


def _escaped(text: str) -> str:
    """Spell every character that Mermaid, its Markdown or HTML may take for its own as a number."""
    spelt = "".join(char if char.isalnum() or char in _KEPT else f"#{ord(char)};" for char in drawable(text))
    # What stands at the beginning might make a list or a heading of it.
    return spelt if spelt[:1].isalpha() or spelt[:1] == "#" or not spelt else f"#{ord(spelt[0])};{spelt[1:]}"


def _plain(text: str) -> str:
    return "".join(char if char.isalnum() or char in _KEPT else " " for char in drawable(text).replace(";", ","))
