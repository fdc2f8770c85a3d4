"""What happened in flows, as text for people, as JSON, as CSV, and as notes on a picture of the flow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.views.lazily import importer

if TYPE_CHECKING:
    from reconciler.views.traffic.comma import render_csv
    from reconciler.views.traffic.compared import render_compared
    from reconciler.views.traffic.human import render_report
    from reconciler.views.traffic.machine import render_json
    from reconciler.views.traffic.picture import traffic_picture

_HOMES: Final = {
    "render_compared": "reconciler.views.traffic.compared",
    "render_csv": "reconciler.views.traffic.comma",
    "render_json": "reconciler.views.traffic.machine",
    "render_report": "reconciler.views.traffic.human",
    "traffic_picture": "reconciler.views.traffic.picture",
}
__getattr__ = importer(_HOMES)

__all__ = ["render_compared", "render_csv", "render_json", "render_report", "traffic_picture"]
