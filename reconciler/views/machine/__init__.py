"""Values → JSON text. Every function gives text without a newline at its end; nothing is printed here.

Each document has a `format` number and a JSON Schema in `schemas/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.views.lazily import importer

if TYPE_CHECKING:
    from reconciler.views.machine.apply import render_event, render_summary
    from reconciler.views.machine.findings import render_error, render_findings
    from reconciler.views.machine.history import render_blamed, render_history
    from reconciler.views.machine.pulling import render_pull
    from reconciler.views.machine.recovery import render_rebuilt, render_verified
    from reconciler.views.machine.results import (
        render_checks,
        render_compared,
        render_drift,
        render_explanation,
        render_imported,
        render_plan,
        render_rolled_back,
        render_status,
        render_version,
    )
    from reconciler.views.machine.state import render_state_list, render_state_show

_HOMES: Final = {
    "render_blamed": "reconciler.views.machine.history",
    "render_checks": "reconciler.views.machine.results",
    "render_compared": "reconciler.views.machine.results",
    "render_drift": "reconciler.views.machine.results",
    "render_error": "reconciler.views.machine.findings",
    "render_event": "reconciler.views.machine.apply",
    "render_explanation": "reconciler.views.machine.results",
    "render_findings": "reconciler.views.machine.findings",
    "render_history": "reconciler.views.machine.history",
    "render_imported": "reconciler.views.machine.results",
    "render_plan": "reconciler.views.machine.results",
    "render_pull": "reconciler.views.machine.pulling",
    "render_rebuilt": "reconciler.views.machine.recovery",
    "render_rolled_back": "reconciler.views.machine.results",
    "render_state_list": "reconciler.views.machine.state",
    "render_state_show": "reconciler.views.machine.state",
    "render_status": "reconciler.views.machine.results",
    "render_summary": "reconciler.views.machine.apply",
    "render_verified": "reconciler.views.machine.recovery",
    "render_version": "reconciler.views.machine.results",
}
__getattr__ = importer(_HOMES)

__all__ = [
    "render_blamed",
    "render_checks",
    "render_compared",
    "render_drift",
    "render_error",
    "render_event",
    "render_explanation",
    "render_findings",
    "render_history",
    "render_imported",
    "render_plan",
    "render_pull",
    "render_rebuilt",
    "render_rolled_back",
    "render_state_list",
    "render_state_show",
    "render_status",
    "render_summary",
    "render_verified",
    "render_version",
]
