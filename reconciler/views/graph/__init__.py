"""Flows as pictures: SVG and PNG drawn by us, DOT and Mermaid for other tools. Nothing is printed or written here.

What is drawn is a `Pictured`: a graph of `reconciler.definition.graph`, which side it is, and an overlay with notes by
node and edge (traffic, coverage). Every function covers the texts in `sensitive`; the same input gives the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.views.lazily import importer

if TYPE_CHECKING:
    from reconciler.views.graph.dot import render_dot
    from reconciler.views.graph.mermaid import render_mermaid
    from reconciler.views.graph.picture import render_svg
    from reconciler.views.graph.png import render_png

_HOMES: Final = {
    "render_dot": "reconciler.views.graph.dot",
    "render_mermaid": "reconciler.views.graph.mermaid",
    "render_png": "reconciler.views.graph.png",
    "render_svg": "reconciler.views.graph.picture",
}
__getattr__ = importer(_HOMES)

__all__ = ["render_dot", "render_mermaid", "render_png", "render_svg"]
