"""`reconciler import`."""

from __future__ import annotations

import re
from typing import Final, Unpack

import click

from reconciler.cli import compose, exits
from reconciler.cli.app import App
from reconciler.cli.doing import lock_timeout as timeout_of
from reconciler.cli.group import command as make
from reconciler.cli.options import VariableFlags, address_argument, lock_option, variable_options, variables_of
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.views import human, machine
from reconciler.workflows.importing import import_flow

_SID: Final = re.compile(r"FW[0-9a-fA-F]{32}")


@make("import")
@address_argument
@click.argument("sid")
@click.option("--take-over", is_flag=True, help="Also when it carries another project's mark.")
@lock_option
@variable_options
def command(
    app: App, address: Address, sid: str, *, take_over: bool, lock_timeout: float | None, **flags: Unpack[VariableFlags]
) -> int:
    """Take over an existing flow.

    Records the flow SID (FW…) as ADDRESS, which the manifests declare. Sends nothing; the next plan shows how the live
    flow differs from its manifest.
    """
    if not _SID.fullmatch(sid):
        raise UsageError(
            f"{sid!r} is no SID of a flow", hint="It begins with FW and has 32 hexadecimal digits after it."
        )
    with compose.writing(app, variables_of(flags)) as found:
        done = import_flow(
            found.world,
            found.desired,
            address,
            sid,
            blank=found.blank,
            take_over=take_over,
            lock_timeout=timeout_of(lock_timeout),
        )
    console = app.console
    console.result(machine.render_imported(done) if app.common.json else human.render_imported(done, console.style))
    if not app.common.json:
        console.say(f"\nSee how it differs from its manifest: {app.common.program} plan --target {address}")
    return exits.DONE
