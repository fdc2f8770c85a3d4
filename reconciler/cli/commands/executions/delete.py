"""`reconciler executions delete`."""

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
    """The options of delete."""

    all_ended: bool
    older_than: timedelta | None
    auto_approve: bool


@make("delete")
@click.argument("words", metavar="[ADDRESS]… [SID]…", nargs=-1)
@click.option("--all-ended", is_flag=True, help="All that have ended, of these flows or of all that are recorded.")
@click.option("--older-than", type=runs.AGO, metavar="TIME", help="Of them those that began so long ago: 90s, 2h, 7d.")
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@variable_options
def command(app: App, words: tuple[str, ...], **flags: Unpack[_Flags]) -> int:
    """Delete executions with their steps, for good.

    Studio does so by itself 30 days after they began. They are shown as a number first, and approved; nothing brings
    them back.
    """
    wish = Wish("delete", words, every=flags["all_ended"], older_than=flags["older_than"], auto=flags["auto_approve"])
    return perform(app, wish, variables_of(flags))
