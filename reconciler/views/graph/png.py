"""A flow as a PNG image: the SVG, drawn by resvg. It is an optional part: `pip install 'reconciler[png]'`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from reconciler.errors import UsageError
from reconciler.views.graph.palette import FONT, Theme
from reconciler.views.graph.picture import render_svg
from reconciler.views.graph.scene import Layout
from reconciler.workflows.graph import Pictured

_ZOOM: Final = 2.0
"""Sharp on today's screens; less where the image would become too large to be opened."""

_MOST_PIXELS: Final = 60_000_000
_SIZE: Final = re.compile(r'width="([\d.]+)" height="([\d.]+)"')
_PROBE: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">'
    f'<text y="15" font-family="{FONT}">{{}}</text></svg>'
)


def render_png(
    pictured: Pictured,
    *,
    layout: Layout | None = None,
    theme: Theme = "auto",
    sensitive: frozenset[str] = frozenset(),
) -> bytes:
    """Draw a flow as a PNG image. The arguments are those of `render_svg`.

    Raises:
        UsageError: resvg is not installed, or there is no font to write with.
    """
    to_png = _drawer()
    if to_png(_PROBE.format("M"), 1.0) == to_png(_PROBE.format(""), 1.0):
        raise UsageError(
            "there is no font on this machine to draw a PNG with",
            hint="Install one (the package fonts-dejavu-core, for instance), or take --format svg.",
        )
    svg = render_svg(pictured, layout=layout, theme=theme, sensitive=sensitive)
    size = _SIZE.search(svg)
    pixels = float(size[1]) * float(size[2]) if size else 1.0
    return to_png(svg, min(_ZOOM, (_MOST_PIXELS / pixels) ** 0.5))


@cache
def _drawer() -> Callable[[str, float], bytes]:
    try:
        import resvg_py  # noqa: PLC0415 - an optional part, which only a PNG needs
    except ImportError as error:
        raise UsageError(
            "a PNG needs the package resvg-py, which is not installed",
            hint="Install the optional part, pip install 'reconciler[png]', or take --format svg.",
        ) from error

    def drawn(svg: str, zoom: float) -> bytes:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=zoom))

    return drawn
