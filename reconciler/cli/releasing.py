"""Do a release in front of a person: show it, ask, tell each stage, sum up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from reconciler import __version__
from reconciler.cli import compose, exits, prompt
from reconciler.cli.app import App
from reconciler.cli.doing import confirmed, lock_timeout
from reconciler.cli.options import PlanFlags, WriteFlags, variables_of
from reconciler.cli.source import source_of
from reconciler.errors import ReconcilerError
from reconciler.model.address import Address
from reconciler.plan.options import PlanOptions
from reconciler.views import human, machine
from reconciler.views.human import release as human_release
from reconciler.views.machine import release as machine_release
from reconciler.views.releasing import next_commands
from reconciler.workflows.release.prepare import plan_release
from reconciler.workflows.release.run import release, take_back
from reconciler.workflows.release.values import (
    Looked,
    Released,
    ReleaseDecided,
    ReleaseEvent,
    ReleasePlan,
    ReleaseRequest,
    SmokeBegan,
    SmokeEnded,
    StageBegan,
    Warned,
)
from reconciler.workflows.results import PlanDecided, StepStarted

_AUTO: Final = "Say --auto-approve; `release --plan` shows what would be done."


@dataclass(frozen=True, slots=True)
class Wish:
    """What was said.

    Attributes:
        options: of the plan.
        flags: of doing it.
        plan_flags: where the variables are in.
        span: how long callers are watched; None: as declared.
        again: also what was taken back.
        back: take back what is under way.
        events: a store of received events that tell how callers fare; None asks Studio.
    """

    options: PlanOptions
    flags: WriteFlags
    plan_flags: PlanFlags
    span: timedelta | None
    again: bool = False
    back: bool = False
    events: Path | None = None


def show(app: App, wish: Wish) -> int:
    """Show what a release would do, or how the one under way stands; give the exit code."""
    with compose.reading(app, variables_of(wish.plan_flags)) as found:
        request = ReleaseRequest(found.desired, wish.options, found.blank, watch_for=wish.span, again=wish.again)
        state = found.world.state.read()
        decided = plan_release(found.world, request)
    console, now = app.console, None if state is None else state.releasing
    console.progress.close()
    if app.common.json:
        text = machine_release.render_release_plan(decided, tool=__version__, sensitive=console.covered)
    elif now is not None:
        lines = human_release.release_lines(now, console.style, sensitive=console.covered)
        text = "\n".join([*lines, *next_commands(now, app.common.program)])
    else:
        text = human_release.render_release_plan(decided, console.style, sensitive=console.covered)
    console.result(text)
    return exits.of_plan(decided.plan)


def perform(app: App, wish: Wish) -> int:
    """Release, go on, or go back; give the exit code."""
    flags = wish.flags
    variables, parallelism = variables_of(wish.plan_flags), flags["parallelism"]
    with compose.releasing(app, variables, parallelism=parallelism, events=wish.events) as found:
        writing = found.writing
        app.warn(writing.project.loaded.warnings)
        request = ReleaseRequest(
            desired=writing.desired,
            options=confirmed(app, writing.desired, wish.options),
            blank=writing.blank,
            validate=not flags["no_validate"],
            lock_timeout=lock_timeout(flags["lock_timeout"]),
            source=source_of(app.common.manifests),
            watch_for=wish.span,
            again=wish.again,
            on_drift=wish.options.on_drift if wish.back else None,
        )
        narrator = _Narrator(app, auto_approve=flags["auto_approve"])
        try:
            if wish.back:
                released = take_back(found.world, request, narrator.tell)
            else:
                released = release(found.world, request, narrator.approve, narrator.tell)
        except ReconcilerError as error:
            narrator.failed(error)
            raise
    code = exits.of_released(released)
    narrator.sum_up(released, code)
    return code


class _Narrator:
    """Tells a release as it happens: for people, or one JSON object a line."""

    def __init__(self, app: App, *, auto_approve: bool) -> None:
        self._console = app.console
        self._json = app.common.json
        self._program = app.common.program
        self._auto = auto_approve
        self._seen: dict[Address, tuple[int, int, int]] = {}

    def tell(self, event: ReleaseEvent) -> None:
        """Tell one event."""
        console = self._console
        match event:
            case ReleaseDecided() | StageBegan() | SmokeBegan() | SmokeEnded() | Looked() | Warned():
                self._own(event)
            case _ if self._json:
                console.result(machine.render_event(event, tool=__version__, sensitive=console.covered))
            case PlanDecided() | StepStarted():
                pass  # the stage was told
            case _:
                console.say(f"  {human.render_event(event, console.message_style, sensitive=console.covered)}")

    def _own(self, event: ReleaseDecided | StageBegan | SmokeBegan | SmokeEnded | Looked | Warned) -> None:
        console = self._console
        if self._json:
            text = machine_release.render_release_event(event, tool=__version__, sensitive=console.covered)
            console.result(text)
        elif isinstance(event, ReleaseDecided):
            console.progress.close()
            text = human_release.render_release_plan(event.decided, console.style, sensitive=console.covered)
            console.result(text)
        elif not isinstance(event, Looked) or self._is_news(event):
            console.say(human_release.render_release_event(event, console.message_style, sensitive=console.covered))

    def _is_news(self, look: Looked) -> bool:
        counts = (look.executions, look.failed, look.errors)
        news = self._seen.get(look.flow) != counts or look.left <= 0
        self._seen[look.flow] = counts
        return news

    def approve(self, decided: ReleasePlan) -> bool:
        """Ask the person."""
        console = self._console
        console.progress.close()
        if self._auto:
            return True
        prompt.must_be_there(console, "this release wants to be approved", _AUTO)
        if self._json:
            text = human_release.render_release_plan(decided, console.message_style, sensitive=console.covered)
            console.say(text)
        console.say("\nShall this be done? Only `yes` is taken for a yes.")
        return prompt.ask(console, "Answer: ") == "yes"

    def failed(self, error: ReconcilerError) -> None:
        """Say in the last line, for machines, what ended the run."""
        if self._json:
            code, covered = exits.of_error(error), self._console.covered
            text = machine_release.render_release_summary(
                None, exit_code=code, program=self._program, error=error, sensitive=covered
            )
            self._console.result(text)

    def sum_up(self, released: Released, code: int) -> None:
        """Say what came of everything."""
        console, program = self._console, self._program
        console.progress.close()
        if self._json:
            text = machine_release.render_release_summary(
                released, exit_code=code, program=program, sensitive=console.covered
            )
            console.result(text)
            return
        text = human_release.render_released(released, console.style, program=program, sensitive=console.covered)
        if text:
            console.result("\n" + text)
