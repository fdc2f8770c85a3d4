"""`reconciler plan`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Unpack

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


@make("plan")
@click.option("--out", type=FILE, metavar="FILE", help="Save the plan, for `apply FILE`.")
@click.option("--detailed-exitcode", is_flag=True, help="Exit with 2 when there are changes.")
@click.option("--validate", is_flag=True, help="Ask Studio about every definition.")
@plan_options
def command(app: App, *, out: Path | None, detailed_exitcode: bool, validate: bool, **flags: Unpack[PlanFlags]) -> int:
    """Show what would change, and what others changed.

    Compares the manifests, Studio and the state. Writes to neither; it has no means to.
    """
    options = options_of(flags)
    with compose.reading(app, variables_of(flags)) as found:
        planned = make_plan(found.world, found.desired, options, found.blank)
        findings = (*found.project.loaded.warnings, *planned.findings)
        if validate:
            world = found.world
            findings += ask_studio(found.validator, world.pool, world.progress, found.desired, planned.state)
    app.console.progress.close()
    show_plan(app, planned.plan)
    app.warn(findings)
    show_lint(app, found.project.loaded, planned.plan, options)
    if out is not None:
        from reconciler.cli import saved  # noqa: PLC0415 - few plans are saved, and every plan would wait for it

        saved.save(planned.plan, out, app.console)
        app.console.say(f"\nSaved. To do it: {replace(app.common, environment=None).program} apply {out}")
    wrong = any(finding.severity == "error" for finding in findings)
    return exits.worst((exits.of_plan(planned.plan, detailed=detailed_exitcode), exits.ERROR if wrong else exits.DONE))


def show_lint(app: App, loaded: Loaded, plan: Plan, options: PlanOptions) -> None:
    """Tell a person what lint says of what a plan would change; machines ask `lint`."""
    if app.common.json or options.lint == "off" or plan.empty:
        return
    from reconciler.cli import linting  # noqa: PLC0415 - a plan without changes does without the rules

    app.warn(linting.beside(loaded, plan, options))


def show_plan(app: App, plan: Plan) -> None:
    """Print a plan as it was asked for."""
    console = app.console
    if app.common.json:
        from reconciler.views import machine  # noqa: PLC0415 - as above

        console.result(machine.render_plan(plan, tool=__version__, sensitive=console.covered))
    else:
        console.result(human.render_plan(plan, console.style, sensitive=console.covered))
