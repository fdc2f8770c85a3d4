"""The command `reconciler` itself: its commands as a table, and what stands before them."""

from __future__ import annotations

from typing import Final

from reconciler.cli.common import common_options
from reconciler.cli.group import SETTINGS, LazyGroup

_WHERE: Final = "reconciler.cli.commands."
COMMANDS: Final = {
    "init": (_WHERE + "init", "Make a new project folder."),
    "validate": (_WHERE + "validate", "Check manifests and definitions."),
    "lint": (_WHERE + "lint", "Look for what is legal in a flow and still likely wrong."),
    "fmt": (_WHERE + "fmt", "Put manifests and definitions into their format."),
    "test": (_WHERE + "test", "Run scenario tests on the simulator."),
    "render": (_WHERE + "render", "Print the definition that will be sent."),
    "convert": (_WHERE + "convert", "Turn an old export, or what holds one, into a definition of today."),
    "plan": (_WHERE + "plan", "Show what would change, and what others changed."),
    "show": (_WHERE + "show", "Show a saved plan, without network."),
    "apply": (_WHERE + "apply", "Plan, ask, and do it."),
    "release": (_WHERE + "release", "Try flows out as drafts, publish them together, watch, or go back."),
    "destroy": (_WHERE + "destroy", "Delete everything recorded, after asking."),
    "drift": (_WHERE + "drift", "Show what others changed since it was recorded."),
    "status": (_WHERE + "status", "Show how every resource stands, one a line."),
    "import": (_WHERE + "import_", "Take over an existing flow."),
    "pull": (_WHERE + "pull", "Bring edits of the Console into the manifests' files."),
    "blame": (_WHERE + "blame", "Say who last changed a widget, or a property of it."),
    "history": (_WHERE + "history", "Show the revisions of a flow, one a line."),
    "diff": (_WHERE + "diff", "Compare live, manifest and revisions of a flow."),
    "graph": (_WHERE + "graph", "Draw a flow, or what differs between two sides of it."),
    "rollback": (_WHERE + "rollback", "Put an old revision into the manifest's file, and plan."),
    "bindings": (_WHERE + "bindings", "Name what differs between accounts, and check it."),
    "executions": (_WHERE + "executions", "Start, follow, end and export executions."),
    "state": (_WHERE + "state", "Look after the state."),
    "replay": (_WHERE + "replay", "Run recorded executions against the manifests."),
    "events": (_WHERE + "events", "Receive Studio's events instead of asking for executions."),
    "emulator": (_WHERE + "emulator", "Serve an emulated Studio."),
    "explain": (_WHERE + "explain", "Say why a resource is planned as it is."),
    "doctor": (_WHERE + "doctor", "Look for what would keep a plan from working."),
    "completion": (_WHERE + "completion", "Print the completion script of a shell."),
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
