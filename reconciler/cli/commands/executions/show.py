"""`reconciler executions show`."""

from __future__ import annotations

from typing import Unpack

import click

from reconciler.cli import exits, runs
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import VariableFlags, variable_options, variables_of
from reconciler.errors import UsageError
from reconciler.views.executions import human, machine
from reconciler.workflows.executions.flows import SeenRun, find_run
from reconciler.workflows.executions.showing import show_run


class _Flags(VariableFlags):
    """The options of show."""

    show_personal: bool


@make("show")
@click.argument("words", metavar="[ADDRESS] SID", nargs=-1, required=True)
@runs.personal_option
@variable_options
def command(app: App, words: tuple[str, ...], **flags: Unpack[_Flags]) -> int:
    """Show one execution and its path through the flow.

    Its steps in their order, with the time that was spent at each widget, and its variables. Without ADDRESS every
    recorded flow is asked whether it has this execution.
    """
    personal = flags["show_personal"]
    with runs.looking(app, variables_of(flags)) as found:
        shown = show_run(found.world, _seen(found, words))
    console = app.console
    if app.common.json:
        console.result(machine.render_shown(shown, personal=personal, sensitive=console.covered))
    else:
        console.result(human.render_shown(shown, console.style, personal=personal, sensitive=console.covered))
    return exits.DONE


def _seen(found: runs.Runs, words: tuple[str, ...]) -> SeenRun:
    *flow, last = words
    if len(flow) > 1:
        raise UsageError("show takes an execution, and its flow before it", hint="Write: executions show [ADDRESS] SID")
    sid = runs.RUN.convert(last, None, None)
    if not flow:
        return find_run(found.world, found.flows(()), sid)
    (known,) = found.flows([runs.FLOW.convert(flow[0], None, None)])
    return find_run(found.world, (known,), sid)
