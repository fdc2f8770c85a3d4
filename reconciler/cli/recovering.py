"""`reconciler state rebuild` and `state verify`: the two of its commands that ask Studio."""

from __future__ import annotations

from typing import Final, Unpack

import click

from reconciler.cli import compose, exits, prompt
from reconciler.cli.app import App
from reconciler.cli.doing import lock_timeout as timeout_of
from reconciler.cli.group import command as make
from reconciler.cli.options import ADDRESS, VariableFlags, lock_option, variable_options, variables_of
from reconciler.model.address import Address
from reconciler.views import human, machine
from reconciler.views.facts import broken
from reconciler.workflows.rebuild import Rebuilt, propose, rebuild
from reconciler.workflows.verify import verify

_AUTO: Final = "Say --auto-approve."


@make("rebuild")
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@lock_option
@variable_options
def rebuild_command(app: App, *, auto_approve: bool, lock_timeout: float | None, **flags: Unpack[VariableFlags]) -> int:
    """Put a lost state together again.

    Finds the flows that bear the mark of this project and environment, shows them and what cannot be known again, and
    records them. Refused while there is a state.
    """
    with compose.writing(app, variables_of(flags)) as found:
        rebuilt = propose(found.world.reading(), found.desired)
        app.console.progress.close()
        if not app.common.json:
            app.console.result(human.render_rebuilt(rebuilt, app.console.style))
        done = bool(rebuilt.flows()) and _approved(app, auto_approve=auto_approve)
        if done:
            rebuild(found.world, found.blank, rebuilt, lock_timeout=timeout_of(lock_timeout))
        _end(app, rebuilt, done=done)
    return exits.DONE if done or not rebuilt.flows() else exits.ERROR


def _approved(app: App, *, auto_approve: bool) -> bool:
    if auto_approve:
        return True
    prompt.must_be_there(app.console, "the rebuilt state wants to be approved", _AUTO)
    return prompt.ask(app.console, "Record this? Only yes will do: ") == "yes"


def _end(app: App, rebuilt: Rebuilt, *, done: bool) -> None:
    if app.common.json:
        app.console.result(machine.render_rebuilt(rebuilt, recorded=done))
    elif done:
        app.console.say(f"\nRecorded. See what is left to do: {app.common.program} plan")


@make("verify")
@click.argument("address", type=ADDRESS, required=False)
@variable_options
def verify_command(app: App, address: Address | None, **flags: Unpack[VariableFlags]) -> int:
    """Prove that recorded digests still hold.

    Fetches every recorded revision again, of one flow or of all. Exit code 5 when one does not hold.
    """
    with compose.reading(app, variables_of(flags)) as found:
        verified = verify(found.world, address)
    console = app.console
    console.progress.close()
    json = app.common.json
    console.result(machine.render_verified(verified) if json else human.render_verified(verified, console.style))
    return exits.STALE if broken(verified) else exits.DONE
