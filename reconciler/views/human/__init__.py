"""Values → text for people. Every function gives text without a newline at its end; nothing is printed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.views.lazily import importer

if TYPE_CHECKING:
    from reconciler.views.human.apply import render_applied, render_event
    from reconciler.views.human.findings import render_error, render_findings
    from reconciler.views.human.history import render_blamed, render_history
    from reconciler.views.human.installation import render_checks, render_version
    from reconciler.views.human.plan import render_plan
    from reconciler.views.human.pulling import render_pull
    from reconciler.views.human.recovery import render_rebuilt, render_verified
    from reconciler.views.human.resources import (
        render_compared,
        render_drift,
        render_explanation,
        render_imported,
        render_rolled_back,
        render_state_list,
        render_state_show,
        render_status,
    )

_HOMES: Final = {
    "render_applied": "reconciler.views.human.apply",
    "render_blamed": "reconciler.views.human.history",
    "render_checks": "reconciler.views.human.installation",
    "render_compared": "reconciler.views.human.resources",
    "render_drift": "reconciler.views.human.resources",
    "render_error": "reconciler.views.human.findings",
    "render_event": "reconciler.views.human.apply",
    "render_explanation": "reconciler.views.human.resources",
    "render_findings": "reconciler.views.human.findings",
    "render_history": "reconciler.views.human.history",
    "render_imported": "reconciler.views.human.resources",
    "render_plan": "reconciler.views.human.plan",
    "render_pull": "reconciler.views.human.pulling",
    "render_rebuilt": "reconciler.views.human.recovery",
    "render_rolled_back": "reconciler.views.human.resources",
    "render_state_list": "reconciler.views.human.resources",
    "render_state_show": "reconciler.views.human.resources",
    "render_status": "reconciler.views.human.resources",
    "render_verified": "reconciler.views.human.recovery",
    "render_version": "reconciler.views.human.installation",
}
__getattr__ = importer(_HOMES)

__all__ = [
    "render_applied",
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
    "render_verified",
    "render_version",
]
