"""`reconciler show`."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli import exits, saved
from reconciler.cli.app import App
from reconciler.cli.commands.plan import show_plan
from reconciler.cli.group import command as make
from reconciler.cli.options import FILE


@make("show")
@click.argument("file", type=FILE)
def command(app: App, file: Path) -> int:
    """Show a saved plan, without network.

    FILE is what `plan --out` wrote. The exit code is 3 when guards object, as for `plan`.
    """
    plan = saved.read(file)
    show_plan(app, plan)
    return exits.of_plan(plan)
