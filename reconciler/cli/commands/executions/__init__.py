"""`reconciler executions …`: what happens in flows. Each command is imported when it is called."""

from __future__ import annotations

from typing import Final

from reconciler.cli.common import common_options
from reconciler.cli.group import SETTINGS, LazyGroup

_WHERE: Final = "reconciler.cli.commands.executions."

command = LazyGroup(
    name="executions",
    table={
        "list": (_WHERE + "list_", "List executions of one flow, or of all."),
        "show": (_WHERE + "show", "Show one execution and its path through the flow."),
    },
    params=common_options(variables=False),
    context_settings=SETTINGS,
    subcommand_metavar="COMMAND [ARGUMENTS]…",
    no_args_is_help=True,
    help="""Start, follow, end and export executions.

    A flow is named by its address, or by its SID where it is not recorded. Personal data is masked; --show-personal
    shows it. Studio keeps executions for 30 days after they begin.
    """,
)
