"""`reconciler drift`."""

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
from reconciler.views import human, machine
from reconciler.workflows.plan import make_plan


class _Flags(ScopeFlags, VariableFlags):
    """All options of drift."""


@make("drift")
@variable_options
@scope_options
def command(app: App, **flags: Unpack[_Flags]) -> int:
    """Show what others changed since it was recorded.

    Writes nothing; it has no means to. The exit code is 2 when there is drift; a moved canvas counts only under the
    policy `layout: manage`.
    """
    options = PlanOptions(scope=scope_of(flags), refresh=flags["refresh"])
    with compose.reading(app, variables_of(flags)) as found:
        plan = make_plan(found.world, found.desired, options, found.blank).plan
    console = app.console
    console.progress.close()
    if app.common.json:
        console.result(machine.render_drift(plan, sensitive=console.covered))
    else:
        console.result(human.render_drift(plan, console.style, sensitive=console.covered))
    return exits.of_drift(plan.drift, layout=found.desired.policy.layout == "manage")
