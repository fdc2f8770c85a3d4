"""The command `reconciler` itself: its commands as a table, and what stands before them."""

from __future__ import annotations

from typing import Final

from reconciler.cli.common import common_options
from reconciler.cli.group import SETTINGS, LazyGroup

_WHERE: Final = "reconciler.cli.commands."
COMMANDS: Final = {
    "validate": (_WHERE + "validate", "Check manifests and definitions."),
    "plan": (_WHERE + "plan", "Show what would change, and what others changed."),
    "show": (_WHERE + "show", "Show a saved plan, without network."),
    "apply": (_WHERE + "apply", "Plan, ask, and do it."),
    "destroy": (_WHERE + "destroy", "Delete everything recorded, after asking."),
    "emulator": (_WHERE + "emulator", "Serve an emulated Studio."),
    "version": (_WHERE + "version", "Print the version."),
}

root = LazyGroup(
    name="reconciler",
    table=COMMANDS,
    params=common_options(variables=True),
    context_settings=SETTINGS,
    subcommand_metavar="COMMAND [ARGUMENTS]…",
    no_args_is_help=True,
    help="Keep Twilio Studio Flows and their TestUsers as files: plan, apply, drift, rollback.",
    epilog="The options above may also stand behind the command. `reconciler COMMAND --help` tells more.",
)
