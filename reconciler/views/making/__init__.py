"""Scenario tests that were made, from a flow or from an execution, for people and for machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.views.lazily import importer

if TYPE_CHECKING:
    from reconciler.views.making.human import generated_words, recorded_words
    from reconciler.views.making.machine import render_generated, render_recorded

_HOMES: Final = {
    "generated_words": "reconciler.views.making.human",
    "recorded_words": "reconciler.views.making.human",
    "render_generated": "reconciler.views.making.machine",
    "render_recorded": "reconciler.views.making.machine",
}
__getattr__ = importer(_HOMES)

__all__ = ["generated_words", "recorded_words", "render_generated", "render_recorded"]
