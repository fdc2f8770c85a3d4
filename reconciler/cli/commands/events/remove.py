"""`reconciler events remove`."""

from __future__ import annotations

from typing import Unpack

import click

from reconciler.cli import eventing, exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import VariableFlags, variable_options, variables_of
from reconciler.views.events import machine
from reconciler.workflows.streams import look, ours, remove


@make("remove")
@click.option("--url", metavar="URL", help="The sinks of this webhook, whoever made them; else those made by setup.")
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@variable_options
def command(app: App, *, url: str | None, auto_approve: bool, **flags: Unpack[VariableFlags]) -> int:
    """Let Twilio send nothing any more.

    Deletes the sinks that `events setup` made, with their subscriptions. What was received stays.
    """
    console = app.console
    wanted = None if url is None else eventing.webhook(url)
    with eventing.changing(app, variables_of(flags)) as found:
        standings = [one for one in look(found.streams, wanted) if wanted is not None or ours(one)]
        if standings:
            if not auto_approve:
                console.say("\n".join(f"- {one.sink.sid}  {one.sink.url or one.sink.kind}" for one in standings))
            eventing.approve(app, "Shall they be deleted?", auto=auto_approve)
            remove(found.streams, standings)
    console.progress.close()
    if app.common.json:
        console.result(machine.render_removed(standings))
    elif not standings:
        console.say("Nothing to remove: no sink was made by `events setup`.")
    for one in standings:
        console.say(f"{one.sink.sid}: deleted; {one.sink.url or one.sink.kind} is sent nothing any more.")
    return exits.DONE
