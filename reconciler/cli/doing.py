"""Do a plan in front of a person: show it, ask, tell what happens, sum up. Shared by apply, destroy and rollback."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import Final

from reconciler import __version__
from reconciler.cli import exits, prompt
from reconciler.cli.app import App
from reconciler.cli.commands.plan import show_lint
from reconciler.cli.compose import Writing
from reconciler.cli.options import WriteFlags
from reconciler.cli.source import source_of
from reconciler.errors import ReconcilerError
from reconciler.manifest.load import Loaded
from reconciler.model.address import Address
from reconciler.model.desired import Desired, OnDrift
from reconciler.plan.options import PlanOptions
from reconciler.plan.outcome import Outcome
from reconciler.plan.values import Plan
from reconciler.views import human, machine
from reconciler.workflows.apply import ApplyRequest, Approval, apply
from reconciler.workflows.results import Applied, Event, PlanDecided, StepEnded

_WORK: Final = "Applying"
_CHOICES: Final[dict[str, str]] = {
    "revert": "the manifest wins; what is overwritten stays readable as a revision",
    "accept": "what others did becomes the record; the manifest's own change waits",
    "merge": "both, where they do not conflict",
    "stop": "leave this flow alone",
}
_ON_DRIFT: Final[dict[str, OnDrift]] = {"revert": "revert", "accept": "accept", "merge": "merge", "stop": "stop"}
_AUTO: Final = "Say --auto-approve; or save the plan with `plan --out FILE` and apply that file."


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done.

    Attributes:
        options: what was said of the plan.
        flags: what was said of doing it.
        saved: a plan that was approved by saving it; None plans now.
        desired: what is to be applied; None means what the manifests say.
    """

    options: PlanOptions
    flags: WriteFlags
    saved: Plan | None = None
    desired: Desired | None = None


def perform(app: App, writing: Writing, wish: Wish) -> int:
    """Plan and do it; give the exit code."""
    desired, flags = wish.desired or writing.desired, wish.flags
    options = confirmed(app, desired, wish.options)
    request = ApplyRequest(
        desired=desired,
        options=options,
        saved=wish.saved,
        blank=writing.blank,
        validate=not flags["no_validate"],
        lock_timeout=lock_timeout(flags["lock_timeout"]),
        source=source_of(app.common.manifests),
    )
    app.warn(writing.project.loaded.warnings)
    planned = wish.saved is None and wish.desired is None  # else it is not what the manifests say that is planned
    lint = _Lint(writing.project.loaded, options) if planned else None
    narrator = _Narrator(app, auto_approve=flags["auto_approve"], lint=lint)
    try:
        applied = apply(writing.world, request, narrator.approve, narrator.tell)
    except ReconcilerError as error:
        narrator.failed(error)
        raise
    code = exits.of_applied(applied)
    narrator.sum_up(applied, code)
    return code


def lock_timeout(said: float | None) -> float:
    """Give the seconds to wait for the lock: none where a person can see that it is held, 60 elsewhere."""
    if said is not None:
        return said
    return 0.0 if sys.stdin is not None and sys.stdin.isatty() else 60.0


def confirmed(app: App, desired: Desired, options: PlanOptions) -> PlanOptions:
    """Let the person type the name of a protected environment; without one the guard `protected` refuses the plan."""
    environment = desired.environment
    if not environment.protected or options.confirm is not None or not app.console.interactive:
        return options
    app.console.say(f"The environment {environment.name} is protected. Type its name to go on.")
    return replace(options, confirm=prompt.ask(app.console, "Environment: "))


@dataclass(frozen=True, slots=True)
class _Lint:
    """What is needed to say what lint thinks of a plan."""

    loaded: Loaded
    options: PlanOptions


class _Narrator:
    """Tells a run as it happens: for people, or one JSON object a line."""

    def __init__(self, app: App, *, auto_approve: bool, lint: _Lint | None) -> None:
        self._app = app
        self._lint = lint
        self._console = app.console
        self._json = app.common.json
        self._program = app.common.program
        self._auto = auto_approve
        self._plan: Plan | None = None
        self._outcomes: list[Outcome] = []

    def tell(self, event: Event) -> None:
        """Tell one event."""
        self._remember(event)
        console = self._console
        if self._json:
            console.result(machine.render_event(event, tool=__version__, sensitive=console.covered))
            return
        match event:
            case PlanDecided(plan):
                console.result(human.render_plan(plan, console.style, sensitive=console.covered))
                if self._lint is not None:
                    show_lint(self._app, self._lint.loaded, plan, self._lint.options)
                console.progress.begin(_WORK, len(plan.steps))
            case StepEnded():
                console.say(human.render_event(event, console.message_style, sensitive=console.covered))
                console.progress.advance(_WORK)
            case _:
                console.progress.begin(_WORK, 0)

    def approve(self, plan: Plan) -> Approval:
        """Ask the person, first about each drifted flow, then about the whole."""
        console = self._console
        console.progress.close()
        if self._auto:
            return Approval(approved=True)
        prompt.must_be_there(console, "this plan wants to be approved", _AUTO)
        if self._json:
            console.say(human.render_plan(plan, console.message_style, sensitive=console.covered))
        on_drift = {}
        for address in _drifted(plan):
            question = f"\nOthers changed {address}, and the plan would overwrite that. What shall be done?"
            on_drift[address] = _ON_DRIFT[prompt.choose(console, question, _CHOICES)]
        console.say("\nShall this be done? Only `yes` is taken for a yes.")
        return Approval(approved=prompt.ask(console, "Answer: ") == "yes", on_drift_of=on_drift)

    def failed(self, error: ReconcilerError) -> None:
        """Say what came of the steps before an error ended the run; for machines, in the last line, the error too."""
        applied = self._so_far()
        if not self._json and applied is not None:
            self.sum_up(applied, exits.of_error(error))
        elif self._json:
            text = machine.render_summary(
                applied,
                exit_code=exits.of_error(error),
                program=self._program,
                error=error,
                sensitive=self._console.covered,
            )
            self._console.result(text)

    def _remember(self, event: Event) -> None:
        match event:
            case PlanDecided(plan):
                self._plan = plan
            case StepEnded(outcome):
                self._outcomes.append(outcome)
            case _:
                pass

    def _so_far(self) -> Applied | None:
        """Give what came of the steps that have ended, in the order of the plan; None when none has."""
        if self._plan is None or not self._outcomes:
            return None
        places = {(step.address, step.kind): number for number, step in enumerate(self._plan.steps)}
        ended = sorted(self._outcomes, key=lambda outcome: places[outcome.step.address, outcome.step.kind])
        return Applied(self._plan, tuple(ended))

    def sum_up(self, applied: Applied, code: int) -> None:
        """Say what came of everything."""
        console = self._console
        console.progress.close()
        if self._json:
            text = machine.render_summary(applied, exit_code=code, program=self._program, sensitive=console.covered)
            console.result(text)
        elif applied.outcomes or applied.declined:
            text = human.render_applied(applied, console.style, program=self._program, sensitive=console.covered)
            console.result("\n" + text)


def _drifted(plan: Plan) -> list[Address]:
    return [o.address for o in plan.objections if o.id == "drift" and o.scope == "step" and o.address is not None]
