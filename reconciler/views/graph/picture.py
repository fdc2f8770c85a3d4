"""A flow as an SVG document."""

from __future__ import annotations

from reconciler.views.graph.caption import caption_of, covered
from reconciler.views.graph.palette import Theme
from reconciler.views.graph.scene import Layout, scene_of
from reconciler.views.graph.svg import draw
from reconciler.workflows.graph import Pictured


def render_svg(
    pictured: Pictured,
    *,
    layout: Layout | None = None,
    theme: Theme = "auto",
    sensitive: frozenset[str] = frozenset(),
) -> str:
    """Draw a flow as people know it from the canvas of the Studio, as SVG.

    Args:
        pictured: what is to be drawn.
        layout: `canvas` keeps the places of the definition whatever comes of it, `auto` computes all. None, the
            default, keeps them where there are some and nothing overlaps.
        theme: `auto`, the default, follows the reader's setting.
        sensitive: texts to cover, default none.
    """
    shown = covered(pictured, sensitive)
    scene = scene_of(shown.graph, shown.overlay, layout)
    return draw(shown.graph, scene, caption_of(shown), theme)
