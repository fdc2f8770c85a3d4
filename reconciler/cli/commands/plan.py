"""`reconciler plan`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from reconciler import __version__
from reconciler.cli import compose, exits
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import FILE, PlanFlags, options_of, plan_options, variables_of
from reconciler.manifest.load import Loaded
from reconciler.plan.options import PlanOptions
from reconciler.plan.values import Plan
from reconciler.views import human
from reconciler.workflows.plan import make_plan
from reconciler.workflows.validate import ask_studio

if TYPE_CHECKING:
    from reconciler.plan.replay_shape import ReplayedShape
    from reconciler.workflows.replaying import ReplayReport


class _Flags(PlanFlags):
    """The options of plan."""

    out: Path | None
    detailed_exitcode: bool
    validate: bool
    replay: bool
    replay_since: str | None


@make("plan")
@click.option("--out", type=FILE, metavar="FILE", help="Save the plan, for `apply FILE`.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
@click.option("--validate", is_flag=True, help="Ask Studio about every definition.")
@click.option("--replay", is_flag=True, help="Run recorded executions of the flows that change on what they become.")
@click.option(
    "--replay-since",
    metavar="WHEN",
    help="Those that began then or later: a date, or 2h or 7d ago; says --replay too.  [default: 7d]",
)
@plan_options
def command(app: App, **flags: Unpack[_Flags]) -> int:
    """Show what would change, and what others changed.

    Compares the manifests, Studio and the state. Writes to neither; it has no means to.
    """
    options = options_of(flags)
    with compose.reading(app, variables_of(flags)) as found:
        planned = make_plan(found.world, found.desired, options, found.blank)
        findings = (*found.project.loaded.warnings, *planned.findings)
        if flags["validate"]:
            world = found.world
            findings += ask_studio(found.validator, world.pool, world.progress, found.desired, planned.state)
        replayed = _replayed(found, planned.plan, flags)
    app.console.progress.close()
    show_plan(app, planned.plan, replayed)
    app.warn(findings)
    show_lint(app, found.project.loaded, planned.plan, options)
    out = flags["out"]
    if out is not None:
        from reconciler.cli import saved  # noqa: PLC0415 - few plans are saved, and every plan would wait for it

        saved.save(planned.plan, out, app.console)
        app.console.say(f"\nSaved. To do it: {replace(app.common, environment=None).program} apply {out}")
    wrong = any(finding.severity == "error" for finding in findings)
    code = exits.of_plan(planned.plan, detailed=flags["detailed_exitcode"])
    return exits.worst((code, exits.ERROR if wrong else exits.DONE))


def _replayed(found: compose.Reading, plan: Plan, flags: _Flags) -> ReplayReport | None:
    """Run recorded executions again where that was asked for."""
    if not flags["replay"] and flags["replay_since"] is None:
        return None
    from reconciler.cli import replaying  # noqa: PLC0415 - the simulator, which a plan does without

    return replaying.beside(found, plan, flags["replay_since"])


def show_lint(app: App, loaded: Loaded, plan: Plan, options: PlanOptions) -> None:
    """Tell a person what lint says of what a plan would change; machines ask `lint`."""
    if app.common.json or options.lint == "off" or plan.empty:
        return
    from reconciler.cli import linting  # noqa: PLC0415 - a plan without changes does without the rules

    app.warn(linting.beside(loaded, plan, options))


def show_plan(app: App, plan: Plan, replayed: ReplayReport | None = None) -> None:
    """Print a plan as it was asked for.

    Args:
        app: where to.
        plan: the plan.
        replayed: what recorded executions come to on what it writes. Default: nobody asked.
    """
    console = app.console
    if app.common.json:
        from reconciler.views import machine  # noqa: PLC0415 - as above

        part = None if replayed is None else _part(replayed)
        console.result(machine.render_plan(plan, tool=__version__, sensitive=console.covered, replay=part))
        return
    console.result(human.render_plan(plan, console.style, sensitive=console.covered))
    if replayed is not None:
        from reconciler.views.replay import render_beside  # noqa: PLC0415 - see above

        console.result(console.cover(render_beside(replayed, console.style)))


def _part(found: ReplayReport) -> ReplayedShape:
    from reconciler.views.replay import replayed  # noqa: PLC0415 - as above

    return replayed(found)
