"""`reconciler executions end`."""

from __future__ import annotations

from datetime import timedelta
from typing import Unpack

import click

from reconciler.cli import runs
from reconciler.cli.app import App
from reconciler.cli.ending import Wish, perform
from reconciler.cli.group import command as make
from reconciler.cli.options import VariableFlags, variable_options, variables_of


class _Flags(VariableFlags):
    """The options of end."""

    all_active: bool
    older_than: timedelta | None
    auto_approve: bool


@make("end")
@click.argument("words", metavar="[ADDRESS]… [SID]…", nargs=-1)
@click.option("--all-active", is_flag=True, help="All active ones, of these flows or of all that are recorded.")
@click.option("--older-than", type=runs.AGO, metavar="TIME", help="Of them those that began so long ago: 90s, 2h, 7d.")
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@variable_options
def command(app: App, words: tuple[str, ...], **flags: Unpack[_Flags]) -> int:
    """End active executions: their contacts are free again.

    An active execution takes every message of its contact and keeps others from being started; one that is stuck does
    so for 30 days. Several are shown as a number first, and approved. What has ended meanwhile is no failure.
    """
    wish = Wish("end", words, every=flags["all_active"], older_than=flags["older_than"], auto=flags["auto_approve"])
    return perform(app, wish, variables_of(flags))
