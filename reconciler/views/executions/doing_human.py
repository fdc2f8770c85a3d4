"""What was started, ended and deleted, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from reconciler.model.export import EXECUTIONS, STEPS
from reconciler.views.executions.human import absent_lines
from reconciler.views.executions.personal import contact_shown, message_shown
from reconciler.views.human.text import count, joined, moment, plain, said, wrapped
from reconciler.views.style import Style
from reconciler.workflows.executions.ending import Chosen, Ended, EndOutcome, What
from reconciler.workflows.executions.exporting import Exported
from reconciler.workflows.executions.starting import PER_SECOND, Started, StartOutcome

_WHY: Final[dict[StartOutcome, str]] = {
    "started": "",
    "conflict": "an execution with this contact is active already",
    "limited": f"Studio takes no more now; of an account it takes {PER_SECOND} starts a second",
    "refused": "Studio refuses it",
    "not-sent": "Studio cannot be reached; nothing was started",
    "unknown": "nobody knows whether it was started",
}
_NEXT: Final[dict[StartOutcome, str]] = {
    "limited": "Start it again later.",
    "unknown": "Look before you start it again: `reconciler executions list --status active --since 5m`",
}
_COUNTED: Final[dict[StartOutcome, str]] = {
    "started": "started",
    "conflict": "in the way of another",
    "limited": "over the limit",
    "refused": "refused",
    "not-sent": "not sent",
    "unknown": "unknown",
}
_DONE: Final[dict[What, str]] = {"end": "Ended", "delete": "Deleted"}
_LEFT: Final[dict[EndOutcome, str]] = {
    "already": "ended already",
    "gone": "gone already",
    "missing": "not found",
    "refused": "refused",
    "unknown": "unknown",
}
_ASKED: Final[dict[What, str]] = {
    "end": "Shall they be ended? Whoever is in one of them hears nothing more. Only `yes` is taken for a yes.",
    "delete": "Shall they be deleted, with their steps? Nothing brings them back. Only `yes` is taken for a yes.",
}


def render_started(one: Started, style: Style, *, personal: bool) -> str:
    """Give what came of one start. `personal`: the contact as it is."""
    to = plain(contact_shown(one.to, personal=personal) or "")
    if one.run is not None:
        kind = {True: " (draft)", False: "", None: ""}[one.draft]
        revision = "" if one.run.revision is None else f"  revision {one.run.revision}{kind}"
        return f"{style.paint('+', 'add')} {one.run.sid}  {to}{revision}"
    lines = [f"{style.paint('!', 'warn')} {to}: {_WHY[one.outcome]}"]
    if one.conflicting is not None:
        lines += wrapped(said(f"To end it: `reconciler executions end {one.conflicting}`", style), 2, style)
    elif one.message is not None:
        lines += wrapped(message_shown(one.message, one.to, personal=personal), 2, style)
    if one.outcome in _NEXT:
        lines += wrapped(said(_NEXT[one.outcome], style), 2, style)
    return joined(lines)


def started_total(done: Sequence[Started]) -> str:
    """Give how many came to which end."""
    counted = Counter(one.outcome for one in done)
    return "Start: " + ", ".join(f"{counted[outcome]} {word}" for outcome, word in _COUNTED.items() if counted[outcome])


def render_chosen(what: What, chosen: Chosen, style: Style) -> str:
    """Give how many executions of which flows would be ended or deleted, and ask."""
    lines = [f"{count(len(chosen.runs), 'execution')} to {what}:"]
    by_flow = Counter(seen.flow for seen in chosen.runs)
    for flow, number in by_flow.items():
        begun = [seen.run.date_created for seen in chosen.runs if seen.flow == flow and seen.run.date_created]
        oldest = f", the oldest begun {moment(min(begun))}" if begun else ""
        lines.append(f"  {flow.name}: {number}{oldest}")
    return joined([*lines, *wrapped(_ASKED[what], 0, style)])


def render_ended(one: Ended, style: Style) -> str:
    """Give one that is not as it was wanted."""
    return joined([f"{style.paint('!', 'warn')} {one.sid}: {_LEFT.get(one.outcome, one.outcome)}", *_why(one, style)])


def ended_total(what: What, done: Sequence[Ended]) -> str:
    """Give how many came to which end."""
    counted = Counter(one.outcome for one in done)
    rest = ", ".join(f"{counted[outcome]} {word}" for outcome, word in _LEFT.items() if counted[outcome])
    number = counted["ended"] + counted["deleted"]
    return f"{_DONE[what]} {count(number, 'execution')}{f'; {rest}' if rest else ''}."


def _why(one: Ended, style: Style) -> list[str]:
    return wrapped(one.message, 2, style) if one.message else []


def render_exported(exported: Exported, output: str, style: Style) -> str:
    """Give what was exported, what was not, and why."""
    rows = exported.rows
    executions, steps = rows.get(EXECUTIONS.name, 0), rows.get(STEPS.name, 0)
    lines = [f"Exported {count(executions, 'execution')} with {count(steps, 'step')} to {plain(output)}."]
    if exported.open:
        lines += wrapped(f"{exported.open} had not ended; a later export has them.", 0, style)
    if exported.lost:
        lines += wrapped(f"{exported.lost} were deleted before they could be read.", 0, style)
    if exported.gaps:
        names = ", ".join(flow.name for flow in exported.gaps)
        text = (
            f"Between the last export and this one more than 30 days passed: of {names} Studio has deleted executions "
            "that no export had."
        )
        lines += wrapped(text, 0, style)
    return joined([*lines, *absent_lines(exported.absent, style)])
