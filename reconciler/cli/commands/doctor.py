"""`reconciler doctor`."""

from __future__ import annotations

from reconciler.cli import exits
from reconciler.cli.app import App
from reconciler.cli.examining import examine
from reconciler.cli.group import command as make
from reconciler.views import human, machine


@make("doctor")
def command(app: App) -> int:
    """Look for what would keep a plan from working.

    Python, manifests, environment, credentials, state and Studio, each with what to do. Changes nothing, and shows no
    credential. The exit code is 1 when something failed.
    """
    checks = tuple(examine(app))
    console = app.console
    console.result(machine.render_checks(checks) if app.common.json else human.render_checks(checks, console.style))
    return exits.ERROR if any(check.verdict == "failed" for check in checks) else exits.DONE
