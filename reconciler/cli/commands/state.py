"""`reconciler state …`: look after the state. No network."""

from __future__ import annotations

import os
from pathlib import Path

import click

from reconciler.cli import compose, exits, recovering
from reconciler.cli.app import App
from reconciler.cli.common import common_options
from reconciler.cli.doing import lock_timeout as timeout_of
from reconciler.cli.group import SETTINGS
from reconciler.cli.group import command as make
from reconciler.cli.options import ADDRESS, FILE, address_argument, lock_option
from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.record import State
from reconciler.ports import StateReader
from reconciler.state import operations
from reconciler.state.open import seal_for
from reconciler.views import human, machine


@click.group("state", context_settings=SETTINGS, params=common_options(variables=False))
def command() -> None:
    """Look after the state.

    Offline, but for rebuild and verify. With --state PATH the manifests are not read by the others.
    """


@make("list")
def _list(app: App) -> int:
    """List what is recorded."""
    with compose.stored(app) as store:
        state = _present(store)
    console = app.console
    console.result(
        machine.render_state_list(state) if app.common.json else human.render_state_list(state, console.style)
    )
    return exits.DONE


@make("show")
@address_argument
def _show(app: App, address: Address) -> int:
    """Show one record."""
    with compose.stored(app) as store:
        state = _present(store)
    console = app.console
    if app.common.json:
        console.result(machine.render_state_show(state, address, sensitive=console.covered))
    else:
        console.result(human.render_state_show(state, address, console.style))
    return exits.DONE


@make("rm")
@address_argument
@lock_option
def _rm(app: App, address: Address, *, lock_timeout: float | None) -> int:
    """Forget a resource; the flow itself stays.

    With a flow its test users are forgotten.
    """
    with compose.stored(app) as store:
        gone = operations.remove(store, address, timeout=timeout_of(lock_timeout))
    for each in gone:
        app.console.say(f"{each}: forgotten; nothing changed in Studio.")
    return exits.DONE


@make("mv")
@click.argument("source", type=ADDRESS, metavar="FROM")
@click.argument("target", type=ADDRESS, metavar="TO")
@lock_option
def _mv(app: App, source: Address, target: Address, *, lock_timeout: float | None) -> int:
    """Give a record another address."""
    with compose.stored(app) as store:
        operations.move(store, source, target, timeout=timeout_of(lock_timeout))
    app.console.say(f"{source} is recorded as {target} now; nothing changed in Studio.")
    return exits.DONE


@make("pull")
def _pull(app: App) -> int:
    """Print the whole state, as `push` takes it."""
    with compose.stored(app) as store:
        app.console.result(operations.pull(store).decode().rstrip("\n"))
    return exits.DONE


@make("push")
@click.argument("file", type=FILE)
@click.option("--force", is_flag=True, help="Also with another lineage, a lower serial, or over a damaged state.")
@lock_option
def _push(app: App, file: Path, *, force: bool, lock_timeout: float | None) -> int:
    """Replace the state; what was there is kept as a backup.

    Refused when the lineage is another one, or the serial is not higher.
    """
    try:
        data = seal_for(os.environ).unseal(file.read_bytes(), str(file))
    except OSError as error:
        raise UsageError(f"the state {file} cannot be read: {error.strerror}") from error
    with compose.stored(app) as store:
        state = operations.push(store, data, origin=str(file), timeout=timeout_of(lock_timeout), force=force)
    app.console.say(f"The state has serial {state.serial} now, with {len(state.resources)} resources.")
    return exits.DONE


@make("restore")
@click.argument("serial", type=click.IntRange(min=0))
@lock_option
def _restore(app: App, serial: int, *, lock_timeout: float | None) -> int:
    """Put a backup back, also over a damaged state.

    The last ten serials have a backup. What was there is kept as well.
    """
    with compose.stored(app) as store:
        state = operations.restore(store, serial, timeout=timeout_of(lock_timeout))
    app.console.say(
        f"Serial {serial} is back, as serial {state.serial}; see what has changed since: {app.common.program} plan"
    )
    return exits.DONE


@make("unlock")
@click.argument("identity", metavar="[ID]", required=False)
def _unlock(app: App, *, identity: str | None) -> int:
    """Break the lock that bears ID, when its run is dead.

    Who was refused is told the ID. A lock in files goes with its process and is never broken.
    """
    with compose.stored(app) as store:
        if identity is not None:
            store.unlock(identity)
        else:
            operations.unlock(store)
    app.console.say("Nobody holds the lock.")
    return exits.DONE


@make("body")
@click.argument("where", metavar="WHERE")
def _body(app: App, *, where: str) -> int:
    """Print the definition of a deleted flow, decrypted.

    The outcome of the delete said where it is kept.
    """
    with compose.stored(app) as store:
        app.console.result(store.body(where).decode().rstrip("\n"))
    return exits.DONE


for _each in (
    _list,
    _show,
    _rm,
    _mv,
    _pull,
    _push,
    _restore,
    _unlock,
    _body,
    recovering.rebuild_command,
    recovering.verify_command,
):
    command.add_command(_each)


def _present(store: StateReader) -> State:
    state = store.read()
    if state is None:
        raise UsageError("there is no state yet", hint="The first `reconciler apply` or `reconciler import` makes one.")
    return state
