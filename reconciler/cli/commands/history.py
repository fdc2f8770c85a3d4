"""`reconciler history`."""

from __future__ import annotations

from typing import Unpack

import click

from reconciler.cli import compose, exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import VariableFlags, address_argument, variable_options, variables_of
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.views import human, machine
from reconciler.workflows.history import LookBack, look_back, read_history
from reconciler.workflows.results import History


class _Flags(VariableFlags):
    """The options of history."""

    number: int
    patch: bool
    offline: bool


@make("history")
@address_argument
@click.option(
    "--number",
    type=click.IntRange(min=0),
    default=20,
    metavar="N",
    help="The newest N, 0 for all.  [default: 20]",
)
@click.option("--patch", is_flag=True, help="Show what each revision changed, widget by widget.")
@click.option("--offline", is_flag=True, help="Ask nobody: what the state knows, all of it.")
@variable_options
def command(app: App, address: Address, **flags: Unpack[_Flags]) -> int:
    """Show the revisions of a flow, one a line.

    Whose they are, when, and what they said. Names come from Twilio's Monitor, where these credentials may read it.
    With --offline from the state alone: revisions that others made since the last plan or apply are missing then.
    """
    history = _offline(app, address, flags) if flags["offline"] else _online(app, address, flags)
    console = app.console
    console.progress.close()
    if app.common.json:
        console.result(machine.render_history(history, sensitive=console.covered))
    else:
        console.result(human.render_history(history, console.style, sensitive=console.covered))
    return exits.DONE


def _offline(app: App, address: Address, flags: _Flags) -> History:
    if flags["patch"]:
        raise UsageError("--patch needs the bodies, which only Studio has", hint="Leave --offline out.")
    with compose.stored(app) as store:
        return read_history(store, address)


def _online(app: App, address: Address, flags: _Flags) -> History:
    asked = LookBack(address, newest=flags["number"], patch=flags["patch"])
    with compose.reading(app, variables_of(flags)) as found:
        return look_back(found.world, found.audit, found.desired, asked, found.blank)
