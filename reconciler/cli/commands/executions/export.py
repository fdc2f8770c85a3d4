"""`reconciler executions export`."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Unpack

import click

from reconciler.cli import exits, runs
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import FILE, VariableFlags, variable_options, variables_of
from reconciler.errors import UsageError
from reconciler.exports.folder import opened
from reconciler.exports.formats import FORMATS, Format
from reconciler.exports.pseudonyms import fingerprint, key_of, pseudonym_maker
from reconciler.model.address import Address
from reconciler.model.export import ExportSettings
from reconciler.views.executions import doing_human, doing_machine
from reconciler.views.executions.human import retention
from reconciler.workflows.executions.exporting import Exported, ExportRequest, export
from reconciler.workflows.executions.listing import lost_before


class _Flags(VariableFlags):
    """The options of export."""

    output: Path
    form: Format
    since: datetime | timedelta | None
    until: datetime | timedelta | None
    contexts: bool
    include_active: bool
    show_personal: bool


@make("export")
@click.argument("addresses", metavar="[ADDRESS]…", type=runs.FLOW, nargs=-1)
@click.option("--output", type=FILE, metavar="DIR", required=True, help="The folder; made when it is missing.")
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="jsonl", help="How the files look.  [default: jsonl]"
)
@runs.since_options
@click.option("--contexts/--no-contexts", help="Variables too: one request more for each execution and each step.")
@click.option("--include-active", is_flag=True, help="Also what has not ended; it comes again when it has.")
@click.option("--show-personal", is_flag=True, help="Contacts as they are, not as pseudonyms.")
@variable_options
def command(app: App, addresses: tuple[Address | str, ...], **flags: Unpack[_Flags]) -> int:
    """Export executions, steps and contexts into files.

    Each execution once, when it has ended. The folder remembers how far it is: the same command again goes on there,
    after a kill too. Studio keeps executions for 30 days, so export at least that often. Contacts become pseudonyms,
    unless --show-personal asks for them; contexts are full of personal data and want it too.
    """
    settings = ExportSettings(flags["show_personal"], flags["contexts"], flags["include_active"])
    if settings.contexts and not settings.personal:
        raise UsageError("--contexts: what people wrote is personal data", hint="Say --show-personal too.")
    exported = _exported(app, addresses, flags, settings)
    console, output = app.console, str(flags["output"])
    if app.common.json:
        console.result(doing_machine.render_exported(exported, output))
    else:
        console.result(doing_human.render_exported(exported, output, console.style))
    return exits.DONE


def _exported(app: App, addresses: tuple[Address | str, ...], flags: _Flags, settings: ExportSettings) -> Exported:
    with runs.looking(app, variables_of(flags)) as found:
        flows = found.flows(addresses)
        since, until = found.moment(flags["since"]), found.moment(flags["until"])
        lost = lost_before(since, found.world.clock.now())
        if lost is not None:
            app.console.say(retention(lost))
        output = flags["output"]
        key = b"" if settings.personal else key_of(dict(os.environ), output)
        pseudonym = _unchanged if settings.personal else pseudonym_maker(key)
        asked = ExportRequest(flows, settings, pseudonym, since, until)
        with opened(output, flags["form"], fingerprint(key) if key else "") as folder:
            return export(found.world, folder, asked)


def _unchanged(contact: str) -> str:
    return contact
