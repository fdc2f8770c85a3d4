"""End or delete executions in front of a person: choose, show how many, ask, do, sum up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from reconciler.cli import exits, prompt, runs
from reconciler.cli.app import App
from reconciler.cli.options import Variables
from reconciler.errors import UsageError
from reconciler.model.execution import ExecutionStatus
from reconciler.views.executions import doing_human, doing_machine
from reconciler.views.executions.human import absent_lines
from reconciler.workflows.executions.ending import (
    HARMLESS,
    Chosen,
    Ended,
    What,
    choose_all,
    choose_named,
    do_with,
)

_AUTO: Final = "Say --auto-approve."
_OF: Final[dict[What, ExecutionStatus]] = {"end": "active", "delete": "ended"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for.

    Attributes:
        words: flows and SIDs of executions.
        every: all of the status that the command is about.
        older_than: of those only these.
        auto: do not ask.
    """

    what: What
    words: tuple[str, ...]
    every: bool
    older_than: timedelta | None
    auto: bool


def perform(app: App, wish: Wish, variables: Variables) -> int:
    """Do it; give the exit code: 1 when an execution is not as it was wanted, or nobody approved."""
    flows, sids = runs.split(wish.words)
    _check(wish, sids)
    with runs.changing(app, variables) as found:
        known = found.flows(flows)
        if wish.every:
            before = found.moment(wish.older_than)
            chosen = choose_all(found.world, known, _OF[wish.what], before)
        else:
            chosen = choose_named(found.world, known, sids)
        app.console.progress.close()
        for line in absent_lines(chosen.absent, app.console.message_style):
            app.console.say(line)
        if not _approved(app, wish, chosen):
            app.console.say("Nothing was done.")
            return exits.ERROR
        return _told(app, wish.what, do_with(found.world, found.writer, wish.what, chosen))


def _check(wish: Wish, sids: list[str]) -> None:
    """Refuse what could be meant in two ways."""
    option = f"--all-{_OF[wish.what]}"
    if wish.every and sids:
        raise UsageError(f"{option} and the SID of an execution: say the one or the other")
    if wish.every:
        return
    if wish.older_than is not None:
        raise UsageError(f"--older-than restricts {option}", hint=f"Say {option} too.")
    if not sids:
        raise UsageError(
            f"there is no execution to {wish.what}",
            hint=f"Name executions by SID, or say {option}; `reconciler executions list` shows them.",
        )


def _approved(app: App, wish: Wish, chosen: Chosen) -> bool:
    number = len(chosen.runs)
    needless = number == 0 or (wish.what == "end" and number == 1 and not wish.every)
    if wish.auto or needless:
        return True
    what = f"the {wish.what} of {number} execution{'' if number == 1 else 's'} wants to be approved"
    prompt.must_be_there(app.console, what, _AUTO)
    app.console.say(doing_human.render_chosen(wish.what, chosen, app.console.message_style))
    return prompt.ask(app.console, "Answer: ") == "yes"


def _told(app: App, what: What, each: Iterator[Ended]) -> int:
    console, done = app.console, list[Ended]()
    try:
        for one in each:
            done.append(one)
            if one.outcome not in HARMLESS and not app.common.json:
                console.result(doing_human.render_ended(one, console.style))
    finally:
        console.progress.close()
        console.result(
            doing_machine.render_ended(what, done) if app.common.json else doing_human.ended_total(what, done)
        )
    return exits.DONE if all(one.outcome in HARMLESS for one in done) else exits.ERROR
