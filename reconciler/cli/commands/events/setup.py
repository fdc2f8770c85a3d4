"""`reconciler events setup`."""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from pathlib import Path
from typing import Unpack

import click

from reconciler.cli import eventing, exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import VariableFlags, variable_options, variables_of
from reconciler.errors import UsageError
from reconciler.events.store import EventStore
from reconciler.views.events import human, machine
from reconciler.workflows.streams import Done, Proof, carry_out, plan_setup


class _Flags(VariableFlags):
    """The options of setup."""

    url: str
    no_validate: bool
    timeout: float
    auto_approve: bool
    database: Path | None


@make("setup")
@click.option("--url", metavar="URL", required=True, help="The webhook, as Twilio is to call it.")
@click.option("--no-validate", is_flag=True, help="Do not test the sink.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    default=20.0,
    metavar="SECONDS",
    help="How long the test event may take to arrive.  [default: 20]",
)
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@eventing.database_option
@variable_options
def command(app: App, **flags: Unpack[_Flags]) -> int:
    """Let Twilio send Studio's events to a webhook.

    Makes a sink and a subscription to the three types if there are none, and does nothing when all is there. A new sink
    is sent a test event; `events listen` must be running, with the same store, to see it arrive.
    """
    url = eventing.webhook(flags["url"])
    console = app.console
    with eventing.changing(app, variables_of(flags)) as found:
        setup = plan_setup(found.streams, url)
        if not setup.needed and setup.standing is not None:
            return _told(app, Done(setup.standing.sink, setup.standing.subscription, None), changed=False)
        if not app.common.json or not flags["auto_approve"]:
            console.say(human.render_plan(setup, console.message_style))
        eventing.approve(app, "Shall this be done?", auto=flags["auto_approve"])
        with contextlib.ExitStack() as stack:
            proof = None
            if setup.proves and not flags["no_validate"]:
                database = eventing.database_of(app, flags["database"], found.found)
                store = stack.enter_context(contextlib.closing(_store(database)))

                def arrived() -> Collection[str]:
                    return store.tests()

                proof = Proof(arrived, found.run.clock, flags["timeout"])
                console.say("Waiting for the test event to arrive …")
            done = carry_out(found.streams, setup, proof)
    return _told(app, done, changed=True)


def _store(database: Path) -> EventStore:
    """Open the store in which the test event is to arrive.

    Raises:
        UsageError: nobody listens, as far as we can see; nothing was done.
    """
    try:
        return EventStore(database)
    except UsageError as error:
        raise UsageError(
            error.message,
            hint="The test event is looked for there: start `reconciler events listen` first. Where that runs on "
            "another machine, say --no-validate.",
        ) from error


def _told(app: App, done: Done, *, changed: bool) -> int:
    console = app.console
    console.progress.close()
    if app.common.json:
        console.result(machine.render_setup(done, changed=changed))
    else:
        console.result(human.render_setup(done, console.style, changed=changed))
    if done.proved is False:
        console.say(
            "Error: the test event did not arrive in time, so nothing is sent to this webhook."
            "\n  hint: See what `reconciler events listen` says, and that the webhook can be reached; then try again."
        )
        return exits.ERROR
    return exits.DONE if done.subscription is not None else exits.ERROR
