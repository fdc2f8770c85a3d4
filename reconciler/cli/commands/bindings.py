"""`reconciler bindings …`: what differs between accounts, by name. Studio is only read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Unpack

import click

from reconciler.cli import compose, exits
from reconciler.cli.app import App
from reconciler.cli.common import common_options
from reconciler.cli.group import SETTINGS
from reconciler.cli.group import command as make
from reconciler.cli.options import VariableFlags, Variables, variable_options, variables_of
from reconciler.cli.runtime import Runtime
from reconciler.errors import RefusedError, UsageError
from reconciler.manifest.bind import with_bindings
from reconciler.plan.inputs import flow_names
from reconciler.studio.client import StudioClient
from reconciler.views.bindings import human, machine
from reconciler.workflows.bindings import broken, check_bindings
from reconciler.workflows.discovery import Accounts, Discovery, discover, only


@click.group("bindings", context_settings=SETTINGS, params=common_options(variables=False))
def command() -> None:
    """Name what differs between accounts, and check it.

    A definition holds identifiers of one account. The bindings of the environments give them names, so that one export
    serves every account.
    """


@dataclass(frozen=True, slots=True)
class _Sides:
    """The two environments of a discovery."""

    source: str
    target: str


@make("check")
@variable_options
def _check(app: App, **flags: Unpack[VariableFlags]) -> int:
    """Prove that the account has every identifier of every flow.

    Asks the APIs of the products whose identifiers the flows hold. Ends with 1 when the account lacks one.
    """
    with compose.asking(app, variables_of(flags)) as (found, run, client):
        account = _account(found, client)
        desired = found.desired
        checked = check_bindings(desired, client.assets, _managed(found, run), found.loaded.text)
    app.console.progress.close()
    where, covered = (desired.environment.name, account), app.console.covered
    app.console.result(
        machine.render_checked(checked, where, sensitive=covered)
        if app.common.json
        else human.render_checked(checked, where, app.console.style, sensitive=covered)
    )
    return exits.ERROR if broken(checked) else exits.DONE


@make("discover")
@click.option("--from", "source", metavar="NAME", required=True, help="The environment that flows were exported from.")
@click.option("--to", "target", metavar="NAME", required=True, help="The environment that they are to go to.")
@click.option("--all", "everything", is_flag=True, help="All that the account has, not only what the flows use.")
@click.option("--only", "names", metavar="KIND/NAME", multiple=True, help="Add only this name; repeatable.")
@click.option("--write", is_flag=True, help="Write what was matched into the Project document.")
@variable_options
def _discover(  # noqa: PLR0913 - one for each option of its own
    app: App,
    *,
    source: str,
    target: str,
    everything: bool,
    names: tuple[str, ...],
    write: bool,
    **flags: Unpack[VariableFlags],
) -> int:
    """Look for the identifiers of one account in another.

    Asks both accounts and matches by the names that people gave: workflows, task channels, Functions by service and
    path, services, content templates, phone numbers. Shows how the Project document would change; --write changes it.
    """
    sides = _Sides(source, target)
    if source == target:
        raise UsageError("--from and --to are the same environment")
    found, accounts = _discovered(app, sides, variables_of(flags), everything=everything)
    _refuse_unknown(names, found)
    found = only(found, names)
    change = with_bindings(app.common.manifests, found.additions)
    if write:
        change.write()
    console = app.console
    console.progress.close()
    if app.common.json:
        console.result(
            machine.render_discovery(found, accounts, change.file, written=write and change.after != change.before)
        )
        return exits.DONE
    console.result(human.render_discovery(found, accounts, console.style))
    shown = change.diff().rstrip("\n")
    if shown:
        console.result(f"\n{console.cover(shown)}")
        chosen = "".join([" --all" if everything else "", *(f" --only {name}" for name in names)])
        again = f"{app.common.program} bindings discover --from {source} --to {target}{chosen} --write"
        console.say(f"\n{change.file} is written." if write else f"\nNothing is written yet. To write it: {again}")
    return exits.DONE


def _discovered(
    app: App, sides: _Sides, variables: Variables, *, everything: bool
) -> tuple[Discovery, tuple[str, str]]:
    with (
        compose.asking(app, variables, sides.source) as (source, run, source_client),
        compose.asking(app, variables, sides.target) as (target, _, target_client),
    ):
        accounts = (_account(source, source_client), _account(target, target_client))
        if accounts[0] == accounts[1]:
            raise UsageError(
                f"{sides.source} and {sides.target} both answer as account {accounts[0]}",
                hint="Give each environment credentials of its own: `credentials: {accountSid: env:STAGING_SID, …}`.",
            )
        readers = Accounts(source_client.assets, target_client.assets)
        managed = _managed(source, run)
        found = discover(source.desired, sides.target, readers, managed, everything=everything)
    return found, accounts


def _account(found: compose.Project, client: StudioClient) -> str:
    """Give the account that answers.

    Raises:
        RefusedError: it is not the environment's.
    """
    answered, environment = client.fetch_account(), found.desired.environment
    if environment.account not in {None, answered}:
        raise RefusedError(
            f"account {answered} answers, but {environment.account} is expected for {environment.name}",
            hint=_credentials_hint(environment.credentials),
        )
    return answered


def _credentials_hint(named: Mapping[str, str]) -> str:
    """Say what to do about credentials of another account: name the variables, or set those that are named."""
    names = [name.removeprefix("env:") for name in named.values()]
    if names:
        return f"Its credentials are read from {' and '.join(names)}: set them to those of this account."
    return "Name its variables in the environment: `credentials: {accountSid: env:…, authToken: env:…}`."


def _managed(found: compose.Project, run: Runtime) -> dict[str, str]:
    """Give the names of managed flows by SID, as far as the state knows them."""
    state = compose.state_store(found, run).read() or compose.blank(found, run)
    return flow_names(found.desired, state)


def _refuse_unknown(names: tuple[str, ...], found: Discovery) -> None:
    known = {name for side in found.additions.values() for name in side}
    for name in names:
        if name not in known:
            listed = ", ".join(sorted(known)) or "nothing"
            raise UsageError(f"--only {name}: nothing of that name was matched", hint=f"Matched: {listed}.")


for _each in (_check, _discover):
    command.add_command(_each)
