"""`reconciler init`."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli import exits, starting
from reconciler.cli.app import App
from reconciler.cli.commands.validate import show_findings
from reconciler.cli.group import command as make
from reconciler.cli.options import FILE
from reconciler.errors import UsageError
from reconciler.manifest.scaffold import Scaffolded, flows_from_folder, new_project, project_from_definitions
from reconciler.views import human


@make("init")
@click.argument("directory", type=FILE, default=".", metavar="[DIR]")
@click.option("--from-folder", type=FILE, metavar="SRC", help="Take the exported definitions of this folder along.")
@click.option("--from-account", is_flag=True, help="Take everything in the account along, and record it.")
def command(app: App, directory: Path, *, from_folder: Path | None, from_account: bool) -> int:
    """Make a new project folder.

    By default a small project with one flow for the embedded emulator. With --from-folder one with a document for each
    exported JSON file in SRC. With --from-account one with everything in the account that the credentials belong to,
    and its state, so that the next plan is empty; --endpoint says where Studio is. DIR is the current folder by
    default; one that has manifests already is left alone.
    """
    if from_folder is not None and from_account:
        raise UsageError("--from-folder and --from-account exclude each other")
    if from_account:
        done = starting.from_account(app, directory)
    elif from_folder is not None:
        flows, skipped = flows_from_folder(from_folder)
        done = project_from_definitions(directory, flows, warnings=skipped)
    else:
        done = new_project(directory)
    app.console.progress.close()
    return _tell(app, done, recorded=from_account)


def _tell(app: App, done: Scaffolded, *, recorded: bool) -> int:
    console = app.console
    if app.common.json:
        return show_findings(app, done.warnings)
    if done.warnings:
        console.say(human.render_findings(done.warnings, console.message_style) + "\n")
    number = "1 flow" if len(done.names) == 1 else f"{len(done.names)} flows"
    console.result(f"{done.directory / 'manifests'}: a project with {number}{', recorded' if recorded else ''}.")
    enter = "" if done.directory.resolve() == Path.cwd() else f"cd {done.directory} && "
    console.say(f"\nNext: {enter}reconciler plan")
    return exits.DONE
