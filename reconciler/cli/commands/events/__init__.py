"""`reconciler events …`: what Studio tells by itself. Each command is imported when it is called."""

from __future__ import annotations

from typing import Final

from reconciler.cli.common import common_options
from reconciler.cli.group import SETTINGS, LazyGroup

_WHERE: Final = "reconciler.cli.commands.events."

command = LazyGroup(
    name="events",
    table={
        "listen": (_WHERE + "listen", "Receive Studio's events on a webhook, and keep them."),
        "list": (_WHERE + "list_", "List the executions that events told of."),
        "status": (_WHERE + "status", "Say how many events were received, and how late."),
        "setup": (_WHERE + "setup", "Let Twilio send Studio's events to a webhook."),
        "check": (_WHERE + "check", "Check that Twilio sends Studio's events."),
        "remove": (_WHERE + "remove", "Let Twilio send nothing any more."),
    },
    params=common_options(variables=False),
    context_settings=SETTINGS,
    subcommand_metavar="COMMAND [ARGUMENTS]…",
    no_args_is_help=True,
    help="""Receive Studio's events instead of asking for executions.

    Twilio's Event Streams calls a webhook when an execution begins, leaves a widget, or ends. `executions report
    --from-events` counts what was received.
    """,
)
