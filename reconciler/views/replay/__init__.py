"""What recorded executions come to on the desired definitions, for people and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.views.lazily import importer

if TYPE_CHECKING:
    from reconciler.views.replay.human import render_beside, render_human
    from reconciler.views.replay.machine import render_json, replayed

_HOMES: Final = {
    "render_beside": "reconciler.views.replay.human",
    "render_human": "reconciler.views.replay.human",
    "render_json": "reconciler.views.replay.machine",
    "replayed": "reconciler.views.replay.machine",
}
__getattr__ = importer(_HOMES)

__all__ = ["render_beside", "render_human", "render_json", "replayed"]
