"""`reconciler test record`."""

from __future__ import annotations

from pathlib import Path
from typing import Final, Unpack

import click

from reconciler.cli import compose, exits, making, runs
from reconciler.cli.app import App
from reconciler.cli.group import command as make
from reconciler.cli.options import FILE, VariableFlags, variable_options, variables_of
from reconciler.cli.replaying import world_of
from reconciler.errors import RefusedError, UsageError
from reconciler.manifest.load import Loaded
from reconciler.manifest.naming import dns_label
from reconciler.manifest.testwrite import holds_secret
from reconciler.scenario.replay.recording import Recording, recorded
from reconciler.views import making as views
from reconciler.workflows.executions.flows import find_run, recorded_flows
from reconciler.workflows.replaying import desired_flows, read_tape

_TAIL: Final = 8


class _Flags(VariableFlags):
    """The options of record."""

    output: Path | None
    name: str | None
    keep_texts: bool


@make("record")
@click.argument("sid", metavar="EXECUTION_SID", type=runs.RUN)
@click.option("--output", type=FILE, metavar="FILE", help="Write it into this new file.  [default: stdout]")
@click.option("--name", metavar="NAME", help="What the test is called.  [default: the flow, and the SID's end]")
@click.option("--keep-texts", is_flag=True, help="Leave what people wrote and said as it is, but for numbers and mail.")
@variable_options
def command(app: App, sid: str, **flags: Unpack[_Flags]) -> int:
    """Make a scenario test of an execution.

    Its trigger, replies, keys, answers and outcomes become the script, and what the flow of the manifests does then is
    expected. Personal data is replaced by invented values wherever that leads the same way. It is run at once: whether
    it goes the way that was recorded is told.
    """
    making.refuse_existing(flags["output"])
    name = flags["name"]
    if name is not None and dns_label(name) != name:
        raise UsageError(f"{name!r} is no name of a test", hint=f"Small letters, digits and '-': {dns_label(name)}")
    with compose.reading(app, variables_of(flags)) as found:
        world, state = world_of(found), found.world.state.read() or found.blank
        tape = read_tape(world.runs, find_run(world, recorded_flows(state), sid).run)
        flows = desired_flows(found.desired, state)
    app.console.progress.close()
    if tape is None:
        raise UsageError(f"Studio does not say how {sid} began", hint="It may have been deleted meanwhile.")
    called = name or dns_label(f"{flows.name_of(tape.flow)}-{sid[-_TAIL:]}")
    made = recorded(tape, flows, called, keep_texts=flags["keep_texts"])
    _give(app, made, found.project.loaded, flags)
    return exits.DONE if made.same else exits.ERROR


def _give(app: App, made: Recording, loaded: Loaded, flags: _Flags) -> None:
    console = app.console
    (written,) = making.documents(loaded, (made.scenario,))
    if holds_secret(written, console.covered):
        raise RefusedError(
            "a secret of the project stands in what the flow says or is told, so no file may hold it",
            hint="Take the secret out of texts and conditions; variables in them are written as such.",
        )
    if app.common.json:
        console.result(console.cover(views.render_recorded(made, written)))
        return
    making.give(app, [written], flags["output"])
    console.say(console.cover(views.recorded_words(made, console.message_style)))
