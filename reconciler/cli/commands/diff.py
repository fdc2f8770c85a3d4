"""`reconciler diff`."""

from __future__ import annotations

from typing import Final, Unpack

import click

from reconciler.cli import compose, exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import VariableFlags, address_argument, variable_options, variables_of
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.views import human, machine
from reconciler.workflows.diff import compare_revisions

_MOST: Final = 2


class _Revision(click.ParamType[int]):
    """The number of a revision."""

    name = "REV"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a number."""
        text = str(value)
        if not text.isascii() or not text.isdigit() or int(text) < 1:
            self.fail(f"{text!r} is no revision: write its number", param, ctx)
        return int(text)


@make("diff")
@address_argument
@click.argument("rev", type=_Revision(), nargs=-1, metavar="[REV] [REV]")
@variable_options
def command(app: App, address: Address, rev: tuple[int, ...], **flags: Unpack[VariableFlags]) -> int:
    """Compare live, manifest and revisions of a flow.

    Without REV live with the manifest; with one, that revision with the manifest; with two, the first with the second.
    """
    if len(rev) > _MOST:
        raise UsageError("at most two revisions can be compared", hint="See reconciler diff --help.")
    with compose.reading(app, variables_of(flags)) as found:
        compared = compare_revisions(found.world, found.desired, address, rev, found.blank)
    console = app.console
    if app.common.json:
        console.result(machine.render_compared(compared, sensitive=console.covered))
    else:
        console.result(human.render_compared(compared, console.style, sensitive=console.covered))
    return exits.DONE
