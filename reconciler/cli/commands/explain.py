"""`reconciler explain`."""

from __future__ import annotations

from typing import Unpack

from reconciler.cli import compose, exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import PlanFlags, address_argument, options_of, plan_options, variables_of
from reconciler.model.address import Address
from reconciler.views import human, machine
from reconciler.workflows.explain import explain


@make("explain")
@address_argument
@plan_options
def command(app: App, address: Address, **flags: Unpack[PlanFlags]) -> int:
    """Say why a resource is planned as it is.

    Which row, digest and rule decided, and which calls to Studio were saved.
    """
    with compose.reading(app, variables_of(flags)) as found:
        explanation = explain(found.world, found.desired, address, options_of(flags), found.blank)
    console = app.console
    console.progress.close()
    if app.common.json:
        console.result(machine.render_explanation(explanation))
    else:
        console.result(human.render_explanation(explanation, console.style))
    return exits.DONE
