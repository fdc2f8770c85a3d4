"""`reconciler completion`."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from reconciler.cli import exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.root import root

VARIABLE: Final = "_RECONCILER_COMPLETE"
"""What the scripts set when they ask; click listens to it."""

_SHELLS: Final[dict[str, type[ShellComplete]]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}

_HELP: Final = """Print the completion script of a shell.

\b
bash:  eval "$(reconciler completion bash)"     in ~/.bashrc
zsh:   eval "$(reconciler completion zsh)"      in ~/.zshrc
fish:  reconciler completion fish > ~/.config/fish/completions/reconciler.fish

Commands, options, addresses and environments are completed.
"""


@make("completion", help=_HELP)
@click.argument("shell", type=click.Choice(list(_SHELLS)))
def command(app: App, shell: str) -> int:
    """Print the completion script of a shell."""
    script = _SHELLS[shell](root, {}, "reconciler", VARIABLE)
    app.console.result((script.source_template % script.source_vars()).strip())
    return exits.DONE
