"""`reconciler status`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Unpack

from reconciler.cli import compose, exits
from reconciler.cli.app import App
from reconciler.cli.console import Console
from reconciler.cli.group import command as make
from reconciler.cli.options import (
    ScopeFlags,
    VariableFlags,
    scope_of,
    scope_options,
    variable_options,
    variables_of,
)
from reconciler.plan.options import PlanOptions
from reconciler.plan.scope import addresses
from reconciler.views import human, machine
from reconciler.workflows.status import read_status

if TYPE_CHECKING:
    from reconciler.model.release import Release
    from reconciler.views.machine.released_shape import ReleaseShape


class _Flags(ScopeFlags, VariableFlags):
    """All options of status."""


@make("status")
@variable_options
@scope_options
def command(app: App, **flags: Unpack[_Flags]) -> int:
    """Show how every resource stands, one a line.

    With --json also SID and webhook URL. Writes nothing; it has no means to.
    """
    options = PlanOptions(scope=scope_of(flags), refresh=flags["refresh"])
    with compose.reading(app, variables_of(flags)) as found:
        statuses = read_status(found.world, found.desired, options, found.blank)
        state = found.world.state.read() or found.blank
        chosen = addresses(found.desired, state, options.scope)
    statuses = tuple(status for status in statuses if chosen is None or status.address in chosen)
    console = app.console
    console.progress.close()
    if app.common.json:
        console.result(machine.render_status(statuses, release=_shape(state.release, console)))
    else:
        lines = list(_lines(state.release, console, app.common.program))
        console.result(human.render_status(statuses, console.style, release=lines))
    return exits.DONE


def _shape(release: Release | None, console: Console) -> ReleaseShape | None:
    if release is None:
        return None
    from reconciler.views.machine.release import release_shape  # noqa: PLC0415 - few states know of one

    return release_shape(release, console.covered)


def _lines(release: Release | None, console: Console, program: str) -> Iterator[str]:
    """Give what is worth saying of a release: that one is under way, or that the last one was taken back."""
    if release is None or release.stage == "done":
        return
    from reconciler.views.human.release import release_lines  # noqa: PLC0415 - few states know of one
    from reconciler.views.releasing import next_commands  # noqa: PLC0415 - as above

    yield from release_lines(release, console.style, sensitive=console.covered)
    yield from next_commands(release, program)
