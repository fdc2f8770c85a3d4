"""`reconciler executions export`."""

from __future__ import annotations

import os
from dataclasses import replace
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
from reconciler.exports.single import form_of, opened_file
from reconciler.model.address import Address
from reconciler.model.export import ExportSettings
from reconciler.views.executions import doing_human, doing_machine
from reconciler.views.executions.human import retention
from reconciler.workflows.executions.exporting import Exported, ExportRequest, export
from reconciler.workflows.executions.listing import lost_before


class _Flags(VariableFlags):
    """The options of export."""

    output: Path
    form: Format | None
    since: datetime | timedelta | None
    until: datetime | timedelta | None
    contexts: bool
    include_active: bool
    show_personal: bool


@make("export")
@click.argument("addresses", metavar="[ADDRESS]…", type=runs.FLOW, nargs=-1)
@click.option(
    "--output", type=FILE, metavar="DIR|FILE", required=True, help="A folder, or one file: FILE.jsonl, .csv, .parquet."
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), help="How files look.  [default: what FILE ends with, else jsonl]"
)
@runs.since_options
@click.option("--contexts/--no-contexts", help="Variables too: one request more for each execution and each step.")
@click.option("--include-active", is_flag=True, help="Also what has not ended; it comes again when it has.")
@click.option("--show-personal", is_flag=True, help="Contacts as they are, not as pseudonyms.")
@variable_options
def command(app: App, addresses: tuple[Address | str, ...], **flags: Unpack[_Flags]) -> int:
    """Export executions, steps and contexts into files.

    Each execution once, when it has ended. A folder remembers how far it is: the same command again goes on there,
    after a kill too. Studio keeps executions for 30 days, so export at least that often. One file has a row for each
    step, and knows nothing of other exports. Contacts become pseudonyms, unless --show-personal asks for them; contexts
    are full of personal data and want it too.
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
        asked = ExportRequest(flows, settings, _unchanged, since, until, app.console.covered)
        return _to_file(found, flags, asked) or _to_folder(found, flags, asked)


def _to_file(found: runs.Runs, flags: _Flags, asked: ExportRequest) -> Exported | None:
    """Export to one file; None when a folder is meant."""
    output = flags["output"]
    form = form_of(output)
    if form is None or output.is_dir():
        return None
    if flags["form"] not in {None, form}:
        raise UsageError(f"--format {flags['form']}, and {output} ends with .{form}", hint="Leave --format out.")
    if asked.settings.contexts:
        raise UsageError("--contexts: one file has no place for them", hint="Name a folder: --output DIR")
    with opened_file(output, form) as file:
        return export(found.world, file, _covered(asked, key_of(dict(os.environ), None)))


def _to_folder(found: runs.Runs, flags: _Flags, asked: ExportRequest) -> Exported:
    output = flags["output"]
    key = b"" if asked.settings.personal else key_of(dict(os.environ), output)
    with opened(output, flags["form"] or "jsonl", fingerprint(key) if key else "") as folder:
        return export(found.world, folder, _covered(asked, key))


def _covered(asked: ExportRequest, key: bytes) -> ExportRequest:
    """Give the request with pseudonyms for contacts, unless they were asked for as they are."""
    return asked if asked.settings.personal else replace(asked, pseudonym=pseudonym_maker(key))


def _unchanged(contact: str) -> str:
    return contact
