"""Values → text for people. Every function gives text without a newline at its end; nothing is printed here."""

from reconciler.views.human.apply import render_applied, render_event
from reconciler.views.human.findings import render_error, render_findings
from reconciler.views.human.installation import render_checks, render_version
from reconciler.views.human.plan import render_plan
from reconciler.views.human.recovery import render_rebuilt, render_verified
from reconciler.views.human.resources import (
    render_compared,
    render_drift,
    render_explanation,
    render_history,
    render_imported,
    render_rolled_back,
    render_state_list,
    render_state_show,
    render_status,
)

__all__ = [
    "render_applied",
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
    "render_rebuilt",
    "render_rolled_back",
    "render_state_list",
    "render_state_show",
    "render_status",
    "render_verified",
    "render_version",
]
