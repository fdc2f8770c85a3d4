"""`reconciler replay`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Unpack

import click

from reconciler.cli import exits, runs
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import VariableFlags, variable_options, variables_of
from reconciler.cli.replaying import replayed
from reconciler.model.address import Address
from reconciler.views import replay as views
from reconciler.workflows.replaying import LIMIT, Period


class _Flags(VariableFlags):
    """The options of replay."""

    since: datetime | timedelta | None
    until: datetime | timedelta | None
    limit: int
    detailed_exitcode: bool


@make("replay")
@click.argument("addresses", metavar="[ADDRESS]…", type=runs.FLOW, nargs=-1)
@runs.since_options
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=LIMIT,
    metavar="N",
    help=f"The newest so many of each flow; 0 for all.  [default: {LIMIT}]",
)
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when an execution goes another way.")
@variable_options
def command(app: App, addresses: tuple[Address | str, ...], **flags: Unpack[_Flags]) -> int:
    """Run recorded executions against the manifests.

    The ended executions of the last 7 days, or since WHEN, are run on the simulator with what the manifests want:
    which of them would go another way now, and where they first do. Nothing is sent, and what people wrote is kept
    nowhere.
    """
    with runs.looking(app, variables_of(flags)) as found:
        said = flags["since"] or runs.WEEK
        since = runs.moment_of(said, found.world.clock.now())
        ago = said if isinstance(said, timedelta) else None
        period = Period(since.replace(microsecond=0), found.moment(flags["until"]), flags["limit"], ago)
        report = replayed(found, found.flows(addresses), period)
    console = app.console
    told = views.render_json(report) if app.common.json else views.render_human(report, console.style)
    console.result(console.cover(told))
    return exits.DIFFERENCES if report.differing and flags["detailed_exitcode"] else exits.DONE
