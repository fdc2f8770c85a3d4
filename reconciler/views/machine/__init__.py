"""Values → JSON text. Every function gives text without a newline at its end; nothing is printed here.

Each document has a `format` number and a JSON Schema in `schemas/`.
"""

from reconciler.views.machine.apply import render_event, render_summary
from reconciler.views.machine.findings import render_error, render_findings
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
from reconciler.views.machine.state import render_history, render_state_list, render_state_show

__all__ = [
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
    "render_summary",
    "render_verified",
    "render_version",
]
