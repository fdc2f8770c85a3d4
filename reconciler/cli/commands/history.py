"""`reconciler history`."""

from __future__ import annotations

from reconciler.cli import compose, exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import address_argument
from reconciler.model.address import Address
from reconciler.views import human, machine
from reconciler.workflows.history import read_history


@make("history")
@address_argument
def command(app: App, address: Address) -> int:
    """Show the revisions of a flow.

    Whose they are, when, and what they said: from the state, without network.
    """
    with compose.stored(app) as store:
        history = read_history(store, address)
    console = app.console
    if app.common.json:
        console.result(machine.render_history(history, sensitive=console.covered))
    else:
        console.result(human.render_history(history, console.style, sensitive=console.covered))
    return exits.DONE
