"""`reconciler apply`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Unpack, cast

import click

from reconciler.cli import compose, saved
from reconciler.cli.app import App
from reconciler.cli.doing import Wish, perform
from reconciler.cli.group import command as make
from reconciler.cli.options import (
    FILE,
    PlanFlags,
    WriteFlags,
    options_of,
    plan_options,
    spoken,
    variables_of,
    write_options,
)
from reconciler.errors import UsageError
from reconciler.plan.values import Plan


class _Flags(PlanFlags, WriteFlags):
    """All options of apply."""


@make("apply")
@click.argument("file", type=FILE, required=False)
@write_options
@plan_options
def command(app: App, file: Path | None, **flags: Unpack[_Flags]) -> int:
    """Plan, ask, and do it.

    With FILE, a plan that `plan --out` saved, do that plan without asking: saving it was the approval. It is refused
    when the manifests, the state or the account have changed since.
    """
    plan_flags = cast("PlanFlags", {name: flags.get(name) for name in PlanFlags.__annotations__})
    options = options_of(plan_flags, message=flags["message"])
    plan = None if file is None else _saved(app, file, plan_flags)
    with compose.writing(app, variables_of(plan_flags), parallelism=flags["parallelism"]) as found:
        return perform(app, found, Wish(options, flags, saved=plan))


def _saved(app: App, file: Path, flags: PlanFlags) -> Plan:
    """Read the plan; it names its environment itself."""
    said = [name for name in spoken(flags) if name not in {"--var", "--var-file", "--confirm"}]
    if said:
        raise UsageError(
            f"{', '.join(said)}: a saved plan is done as it is", hint="Say it to `plan --out`, and save the plan again."
        )
    plan = saved.read(file)
    if app.common.environment is None:
        app.common = replace(app.common, environment=plan.environment)
    return plan
