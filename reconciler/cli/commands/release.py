"""`reconciler release`."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Unpack, cast

import click

from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import (
    ADDRESS,
    FILE,
    PlanFlags,
    WriteFlags,
    options_of,
    plan_options,
    write_options,
)
from reconciler.errors import UsageError
from reconciler.manifest.environment import duration
from reconciler.manifest.kinds import DURATION
from reconciler.model.address import Address


class _Flags(PlanFlags, WriteFlags):
    """All shared options of release."""


@make("release")
@click.argument("addresses", type=ADDRESS, nargs=-1, metavar="[ADDRESS]…")
@click.option("--plan", "only_plan", is_flag=True, help="Show every stage beforehand; write nothing.")
@click.option("--back", is_flag=True, help="Take the release that is under way back.")
@click.option("--again", is_flag=True, help="Also what was taken back before, unchanged.")
@click.option("--no-watch", is_flag=True, help="Be done once it is published.")
@click.option("--watch-for", metavar="TIME", help="Watch for so long, such as `5m`.  [default: the manifests']")
@click.option(
    "--from-events", type=FILE, metavar="FILE", help="Watch what `events` receives and keeps there, and poll nobody."
)
@write_options
@plan_options
def command(  # noqa: PLR0913 - one for each option of its own
    app: App,
    addresses: tuple[Address, ...],
    *,
    only_plan: bool,
    back: bool,
    again: bool,
    no_watch: bool,
    watch_for: str | None,
    from_events: Path | None,
    **flags: Unpack[_Flags],
) -> int:
    """Try flows out as drafts, publish them together, watch, or go back.

    Without an ADDRESS all flows that would change. Each is saved as a draft, test users are set, smoke executions run,
    all are published, sub-flows first, and callers are watched; what fails on the way takes every one of them back to
    what callers had before. Run again to go on with a release that was interrupted.
    """
    from reconciler.cli import releasing  # noqa: PLC0415 - other commands need not wait for it

    if back and (addresses or only_plan):
        raise UsageError("--back takes the release that is under way back as a whole", hint="Leave the rest out.")
    plan_flags = cast("PlanFlags", {name: flags.get(name) for name in PlanFlags.__annotations__})
    options = options_of(plan_flags, message=flags["message"])
    options = replace(options, scope=replace(options.scope, targets=(*options.scope.targets, *addresses)))
    span = _span(watch_for, no_watch=no_watch)
    wish = releasing.Wish(options, flags, plan_flags, span, again=again, back=back, events=from_events)
    return releasing.show(app, wish) if only_plan else releasing.perform(app, wish)


def _span(text: str | None, *, no_watch: bool) -> timedelta | None:
    if no_watch and text is not None:
        raise UsageError("--no-watch and --watch-for contradict each other")
    if no_watch:
        return timedelta(0)
    if text is None:
        return None
    if re.fullmatch(DURATION, text) is None:
        raise UsageError(f"--watch-for {text}: no duration", hint="Write one such as 90s, 5m or 1h.")
    return duration(text)
