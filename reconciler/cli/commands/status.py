"""`reconciler status`."""

from __future__ import annotations

from typing import Unpack

from reconciler.cli import compose, exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import (
    ScopeFlags,
    VariableFlags,
    scope_of,
    scope_options,
    variable_options,
    variables_of,
)
from reconciler.plan.options import PlanOptions
from reconciler.plan.scope import addresses
from reconciler.views import human, machine
from reconciler.workflows.status import read_status


class _Flags(ScopeFlags, VariableFlags):
    """All options of status."""


@make("status")
@variable_options
@scope_options
def command(app: App, **flags: Unpack[_Flags]) -> int:
    """Show how every resource stands, one a line.

    With --json also SID and webhook URL. Writes nothing; it has no means to.
    """
    options = PlanOptions(scope=scope_of(flags), refresh=flags["refresh"])
    with compose.reading(app, variables_of(flags)) as found:
        statuses = read_status(found.world, found.desired, options, found.blank)
        chosen = addresses(found.desired, found.world.state.read() or found.blank, options.scope)
    statuses = tuple(status for status in statuses if chosen is None or status.address in chosen)
    console = app.console
    console.progress.close()
    console.result(machine.render_status(statuses) if app.common.json else human.render_status(statuses, console.style))
    return exits.DONE
