"""`reconciler executions list`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Unpack

import click

from reconciler.cli import exits, runs
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import VariableFlags, variable_options, variables_of
from reconciler.model.address import Address
from reconciler.model.execution import ExecutionFilter, ExecutionStatus
from reconciler.views.executions import human, machine
from reconciler.workflows.executions.listing import Wanted, list_runs


class _Flags(VariableFlags):
    """The options of list."""

    status: ExecutionStatus | None
    contact: str | None
    sender: str | None
    recipient: str | None
    since: datetime | timedelta | None
    until: datetime | timedelta | None
    limit: int
    show_personal: bool


@make("list")
@click.argument("addresses", metavar="[ADDRESS]…", type=runs.FLOW, nargs=-1)
@click.option("--status", type=click.Choice(["active", "ended"]), help="Only these.")
@click.option("--contact", metavar="NUMBER", help="Only those with this person, whoever began.")
@click.option("--from", "sender", metavar="NUMBER", help="Only those that came from there; reads each context.")
@click.option("--to", "recipient", metavar="NUMBER", help="Only those that went there; reads each context.")
@runs.since_options
@click.option(
    "--limit", type=click.IntRange(min=0), default=50, metavar="N", help="The newest N, 0 for all.  [default: 50]"
)
@runs.personal_option
@variable_options
def command(app: App, addresses: tuple[Address | str, ...], **flags: Unpack[_Flags]) -> int:
    """List executions of one flow, or of all.

    By flow, the newest first. A contact is one end of an execution; the number of the flow stands in the context alone,
    so --from and --to cost one request for each execution: narrow them down by --since or --contact.
    """
    personal = flags["show_personal"]
    with runs.looking(app, variables_of(flags)) as found:
        which = ExecutionFilter(flags["status"], found.moment(flags["since"]), found.moment(flags["until"]))
        wanted = Wanted(which, flags["contact"], flags["sender"], flags["recipient"], flags["limit"])
        listed = list_runs(found.world, found.flows(addresses), wanted)
    console = app.console
    if app.common.json:
        console.result(machine.render_listed(listed, personal=personal))
    else:
        console.result(human.render_listed(listed, console.style, personal=personal))
    return exits.DONE
