"""`reconciler events check`."""

from __future__ import annotations

from typing import Unpack

import click

from reconciler.cli import eventing, exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import VariableFlags, variable_options, variables_of
from reconciler.views.events import human, machine
from reconciler.workflows.streams import look


@make("check")
@click.option("--url", metavar="URL", help="Look at the sinks of this webhook only.")
@variable_options
def command(app: App, *, url: str | None, **flags: Unpack[VariableFlags]) -> int:
    """Check that Twilio sends Studio's events.

    Looks at sinks and subscriptions, and says what to do about each trouble. Sends nothing to a sink: a test would keep
    its events back. Ends with 1 when events do not arrive.
    """
    wanted = None if url is None else eventing.webhook(url)
    with eventing.looking(app, variables_of(flags)) as found:
        standings = look(found.streams, wanted)
    holds = bool(standings) and not any(one.troubles for one in standings)
    console = app.console
    console.progress.close()
    if app.common.json:
        console.result(machine.render_checked(standings, holds=holds))
    else:
        console.result(human.render_checked(standings, console.style, holds=holds))
    return exits.DONE if holds else exits.ERROR
