"""What scenario tests came to: for people, as JSON, as JUnit XML, and coverage as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.views.lazily import importer

if TYPE_CHECKING:
    from reconciler.views.scenarios.human import render_failure, render_human
    from reconciler.views.scenarios.junit import render_junit
    from reconciler.views.scenarios.machine import render_json
    from reconciler.views.scenarios.picture import coverage_picture

_HOMES: Final = {
    "coverage_picture": "reconciler.views.scenarios.picture",
    "render_failure": "reconciler.views.scenarios.human",
    "render_human": "reconciler.views.scenarios.human",
    "render_json": "reconciler.views.scenarios.machine",
    "render_junit": "reconciler.views.scenarios.junit",
}
__getattr__ = importer(_HOMES)

__all__ = ["coverage_picture", "render_failure", "render_human", "render_json", "render_junit"]
