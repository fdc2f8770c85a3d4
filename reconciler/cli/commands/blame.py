"""`reconciler blame`."""

from __future__ import annotations

from typing import Unpack

import click

from reconciler.cli import compose, exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import VariableFlags, address_argument, variable_options, variables_of
from reconciler.definition.secrets import secrets_of
from reconciler.model.address import Address
from reconciler.views import human, machine
from reconciler.workflows.blame import Question, blame


@make("blame")
@address_argument
@click.argument("what", metavar="WIDGET[.PROPERTY]")
@click.option("--every", is_flag=True, help="Look at every revision, back to the change.")
@variable_options
def command(app: App, address: Address, what: str, *, every: bool, **flags: Unpack[VariableFlags]) -> int:
    """Say who last changed a widget, or a property of it.

    Revision, author, time and message of the change, such as for `greet`, `greet.body`, `greet.transitions.failed` or
    `call.parameters[to].value`. Reads few revisions, in growing steps; what was changed away and back again between two
    of them is seen with --every only.
    """
    with compose.reading(app, variables_of(flags)) as found:
        blamed = blame(found.world, found.audit, found.desired, Question(address, what, every=every), found.blank)
    console = app.console
    console.progress.close()
    if blamed.revision.definition is not None:
        console.secrets |= secrets_of(blamed.revision.definition.data())
    if app.common.json:
        console.result(machine.render_blamed(blamed, sensitive=console.covered))
    else:
        console.result(human.render_blamed(blamed, console.style, sensitive=console.covered))
    return exits.DONE
