"""`reconciler executions …`: what happens in flows. Each command is imported when it is called."""

from __future__ import annotations

from typing import Final

from reconciler.cli.common import common_options
from reconciler.cli.group import SETTINGS, LazyGroup

_WHERE: Final = "reconciler.cli.commands.executions."

command = LazyGroup(
    name="executions",
    table={
        "start": (_WHERE + "start", "Start an execution, or one for each contact of a list."),
        "list": (_WHERE + "list_", "List executions of one flow, or of all."),
        "show": (_WHERE + "show", "Show one execution and its path through the flow."),
        "end": (_WHERE + "end", "End active executions: their contacts are free again."),
        "report": (_WHERE + "report", "Count what happened: visits, drop-off, errors, durations."),
        "export": (_WHERE + "export", "Export executions, steps and contexts into files."),
        "delete": (_WHERE + "delete", "Delete executions with their steps, for good."),
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
