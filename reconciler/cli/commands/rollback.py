"""`reconciler rollback`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Unpack, cast

import click

from reconciler import __version__
from reconciler.cli import compose, exits, saved
from reconciler.cli.app import App
from reconciler.cli.commands.plan import show_plan
from reconciler.cli.doing import Wish, perform
from reconciler.cli.group import command as make
from reconciler.cli.options import (
    FILE,
    PlanFlags,
    WriteFlags,
    address_argument,
    options_of,
    plan_options,
    variables_of,
    write_options,
)
from reconciler.definition import compare, document, portable
from reconciler.definition.difference import Difference
from reconciler.definition.promotion.table import table_of
from reconciler.errors import UsageError
from reconciler.manifest.write import Rewrite, rewritten
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.model.desired import Desired, DesiredFlow
from reconciler.model.live import FlowRevision
from reconciler.model.record import State
from reconciler.plan.inputs import flow_names
from reconciler.plan.options import Scope
from reconciler.plan.values import Plan
from reconciler.views import machine
from reconciler.workflows.plan import make_plan
from reconciler.workflows.results import RolledBack
from reconciler.workflows.rollback import body_of, with_definition


class _Flags(PlanFlags, WriteFlags):
    """All shared options of rollback."""


@dataclass(frozen=True, slots=True)
class _Back:
    """A flow, and the revision it goes back to."""

    address: Address
    revision: int


@make("rollback")
@address_argument
@click.option(
    "--to", "revision", type=click.IntRange(min=1), required=True, metavar="REV", help="The revision to take."
)
@click.option("--out", type=FILE, metavar="FILE", help="Save the plan, for `apply FILE`.")
@click.option("--live-only", is_flag=True, help="Leave the file; ask, and write to Studio at once.")
@click.option("--replace-placeholders", is_flag=True, help="Also when placeholders in the file get lost.")
@write_options
@plan_options
def command(  # noqa: PLR0913 - one for each option of its own
    app: App,
    address: Address,
    *,
    revision: int,
    out: Path | None,
    live_only: bool,
    replace_placeholders: bool,
    **flags: Unpack[_Flags],
) -> int:
    """Put an old revision into the manifest's file, and plan.

    Shows the change of the file as git would, then the plan; `apply` does it. With --live-only the file stays as it is
    and Studio gets the old body at once, after asking; the next plan will want to undo that.
    """
    back = _Back(address, revision)
    if live_only:
        if out is not None:
            raise UsageError("--live-only does it at once; --out has nothing to save", hint="Leave one of them out.")
        return _live_only(app, back, flags)
    return _in_file(app, back, flags, out, replace_placeholders=replace_placeholders)


def _in_file(app: App, back: _Back, flags: _Flags, out: Path | None, *, replace_placeholders: bool) -> int:
    plan_flags = _plan_flags(flags)
    options = options_of(plan_flags, message=flags["message"])
    with compose.reading(app, variables_of(plan_flags), parallelism=flags["parallelism"]) as found:
        body = body_of(found.world, back.address, back.revision)
        flow = _declared(found.desired, back.address)
        state = found.world.state.read() or found.blank
        data = _portable(found.desired, state, body)
        change = rewritten(
            app.common.manifests,
            flow,
            data.data(),
            replace_placeholders=replace_placeholders,
            table=table_of(found.desired),
        )
    change.write()
    with compose.reading(app, variables_of(plan_flags), parallelism=flags["parallelism"]) as found:
        plan = make_plan(found.world, found.desired, options, found.blank).plan
    app.console.progress.close()
    _show(app, back, change, compare.differences(flow.definition, data), plan)
    if out is not None:
        saved.save(plan, out, app.console)
        app.console.say(f"\nSaved. To do it: {replace(app.common, environment=None).program} apply {out}")
    elif not plan.empty and not app.common.json:
        app.console.say(f"\nTo do it: {app.common.program} apply")
    return exits.of_plan(plan)


def _live_only(app: App, back: _Back, flags: _Flags) -> int:
    plan_flags = _plan_flags(flags)
    options = options_of(plan_flags, message=flags["message"] or f"Back to revision {back.revision}")
    options = replace(options, scope=Scope(targets=(back.address,)))
    with compose.writing(app, variables_of(plan_flags), parallelism=flags["parallelism"]) as found:
        body = body_of(found.world.reading(), back.address, back.revision)
        flow = _declared(found.desired, back.address)
        desired = with_definition(found.desired, back.address, _definition(body), flow.status)
        app.console.say(f"{flow.source} stays as it is: the next plan will want to undo this.")
        return perform(app, found, Wish(options, flags, desired=desired))


def _show(app: App, back: _Back, change: Rewrite, items: tuple[Difference, ...], plan: Plan) -> None:
    console = app.console
    if app.common.json:
        done = RolledBack(back.address, back.revision, change.file, items, plan)
        console.result(machine.render_rolled_back(done, tool=__version__, sensitive=console.covered))
        return
    shown = change.diff().rstrip("\n")
    console.result(console.cover(shown) if shown else f"{change.file} holds revision {back.revision} already.")
    console.result("")
    show_plan(app, plan)


def _portable(desired: Desired, state: State, body: FlowRevision) -> Definition:
    """Give a body as a manifest would hold it: references to managed flows by name, look-alikes escaped."""
    escaped = document.of(portable.escape(_definition(body).data()))
    return portable.bind(escaped, flow_names(desired, state))


def _definition(body: FlowRevision) -> Definition:
    if body.definition is None:
        raise UsageError(f"revision {body.revision} has no definition")
    return body.definition


def _declared(desired: Desired, address: Address) -> DesiredFlow:
    flow = desired.flows.get(address)
    if flow is None:
        raise UsageError(f"{address} is not declared in the manifests", hint="Only declared flows can be rolled back.")
    return flow


def _plan_flags(flags: _Flags) -> PlanFlags:
    return cast("PlanFlags", {name: flags.get(name) for name in PlanFlags.__annotations__})
