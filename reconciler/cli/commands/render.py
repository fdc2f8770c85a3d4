"""`reconciler render`."""

from __future__ import annotations

from typing import Unpack

import click

from reconciler.cli import compose, exits, runtime
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import VariableFlags, address_argument, variable_options, variables_of
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.model.desired import DesiredFlow
from reconciler.model.finding import Finding
from reconciler.views import authoring
from reconciler.workflows.sides import wanted_here


class _Flags(VariableFlags):
    """The options of render."""

    canonical: bool
    show_sensitive: bool


@make("render")
@address_argument
@click.option(
    "--canonical", is_flag=True, help="One line, keys sorted, as digests are made. Default: the file's order."
)
@click.option("--show-sensitive", is_flag=True, help="Print secrets too, instead of (sensitive).")
@variable_options
def command(app: App, address: Address, **flags: Unpack[_Flags]) -> int:
    """Print the definition that will be sent.

    Offline: includes are put together, placeholders replaced, identifiers those of the environment. The SID of a
    managed flow is known once the state has it; until then its reference stays, and that is told.
    """
    found = compose.project(app, variables_of(flags))
    with runtime.reading(app) as run:
        state = compose.state_store(found, run).read() or compose.blank(found, run)
    definition = wanted_here(found.desired, state, address)
    app.warn([*found.desired.flows[address].unbound, *_waiting(found.desired.flows[address], definition)])
    sensitive = None if flags["show_sensitive"] else app.console.covered
    if app.common.json:
        app.console.result(authoring.render_definition(address, definition, sensitive))
    else:
        app.console.result(authoring.definition_text(definition, sensitive, canonical=flags["canonical"]))
    return exits.DONE


def _waiting(flow: DesiredFlow, definition: Definition) -> list[Finding]:
    """Say which references have no SID yet."""
    return [
        Finding("no-sid-yet", "note", f"{Address('Flow', name)} has no SID yet; its reference stays", flow.place)
        for name in definition.references
    ]
