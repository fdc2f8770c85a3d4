"""What comes of a plan, for people: a line for each step on its way, and the end with what to do next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from reconciler.definition.secrets import masked_text
from reconciler.errors import InvalidDefinitionError, LoadError
from reconciler.plan.masking import masked_objection, masked_revision
from reconciler.plan.outcome import Conflicted, Done, Failed, Outcome, OutcomeKind, Pending, Refused, Skipped
from reconciler.plan.values import StepKind
from reconciler.views.facts import continues, counts
from reconciler.views.human.findings import error_lines, finding_lines
from reconciler.views.human.plan import objection_lines, revision_lines, step_title
from reconciler.views.human.text import joined, plain, said, wrapped
from reconciler.views.style import Style, Tone
from reconciler.workflows.results import Applied, Event, PlanDecided, Recovered, StepEnded, StepStarted

_DOING: Final[dict[StepKind, str]] = {
    "create": "creating",
    "update": "updating",
    "publish": "publishing",
    "delete": "deleting",
    "adopt": "adopting",
    "forget": "forgetting",
    "set-test-users": "setting test users",
    "record": "recording",
}
_DID: Final[dict[StepKind, str]] = {
    "create": "created",
    "update": "updated",
    "publish": "published",
    "delete": "deleted",
    "adopt": "adopted",
    "forget": "forgotten",
    "set-test-users": "test users set",
    "record": "recorded",
}
_TITLES: Final[tuple[tuple[OutcomeKind, str, Tone], ...]] = (
    ("done", "Done:", "good"),
    ("failed", "Failed:", "remove"),
    ("conflict", "Conflict; somebody wrote to these since the plan, nothing was sent:", "warn"),
    ("refused", "Refused:", "warn"),
    ("skipped", "Skipped:", "warn"),
    ("pending", "Pending; nobody knows yet how these ended, the next run finds out:", "warn"),
)
_BECAUSE: Final = {
    "interrupted": "the run was interrupted before it",
    "validation": "another definition of this plan is not valid",
    "state": "the state could not be written",
    "lease": "the lock of the state was lost",
}
_INDENT: Final = 6


def render_event(event: Event, style: Style, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give one event as a line; empty for the plan itself, which has a view of its own. `sensitive`: default none."""
    match event:
        case PlanDecided():
            return ""
        case Recovered(address=address, message=message):
            return f"= {address}: {plain(masked_text(message, sensitive))}"
        case StepStarted(step):
            return f"{step_title(step, style)}: {_DOING[step.kind]}{style.ellipsis}"
        case StepEnded(outcome):
            return f"{step_title(outcome.step, style)}: {_ended(outcome, sensitive)}"
        case _:
            assert_never(event)


def render_applied(
    applied: Applied, style: Style, *, program: str = "reconciler", sensitive: frozenset[str] = frozenset()
) -> str:
    """Give the end of an apply: what came of every step, and how to go on.

    Args:
        applied: the plan and its outcomes.
        style: what the place can show.
        program: how to call us, with what a next command needs (`reconciler --environment production`). Default bare.
        sensitive: texts that are covered wherever they occur. Default none.
    """
    if applied.declined:
        return "Declined; nothing was done."
    lines: list[str] = []
    for kind, title, tone in _TITLES:
        outcomes = [outcome for outcome in applied.outcomes if outcome.kind == kind]
        if outcomes:
            lines += [style.paint(title, tone)]
            lines += [line for outcome in outcomes for line in _outcome(outcome, style, sensitive)]
            lines.append("")
    lines += _overwritten(applied, program, style, sensitive)
    return joined([*lines, *_conclusion(applied, program, style)])


def _ended(outcome: Outcome, sensitive: frozenset[str]) -> str:
    match outcome:
        case Done(step, _, revision):
            return _DID[step.kind] + (f", revision {revision}" if revision is not None else "")
        case Failed(_, error):
            return f"failed: {plain(masked_text(error.message, sensitive))}"
        case Conflicted(_, message):
            return f"conflict: {plain(masked_text(message, sensitive))}"
        case Refused(_, objections):
            return f"refused: {', '.join(objection.id for objection in objections)}"
        case Skipped(_, because):
            return f"skipped: {_reason(because)}"
        case Pending(_, message):
            return f"pending: {plain(masked_text(message, sensitive))}"
        case _:
            assert_never(outcome)


def _reason(because: str) -> str:
    return _BECAUSE.get(because, f"waits for {plain(because)}")


def _outcome(outcome: Outcome, style: Style, sensitive: frozenset[str]) -> Iterator[str]:
    title = f"  {step_title(outcome.step, style)}"
    match outcome:
        case Done():
            yield from _done(outcome, title, style, sensitive)
        case Failed():
            yield title
            yield from _failed(outcome, style, sensitive)
        case Refused(_, objections):
            yield title
            covered = [masked_objection(objection, sensitive) for objection in objections]
            yield from (f"  {line}" for line in objection_lines(covered, style)[1:])
        case Skipped(_, because):
            yield f"{title}: {_reason(because)}"
        case Conflicted(_, message) | Pending(_, message):
            yield title
            yield from wrapped(said(masked_text(message, sensitive), style), _INDENT, style)
        case _:
            assert_never(outcome)


def _failed(outcome: Failed, style: Style, sensitive: frozenset[str]) -> Iterator[str]:
    if isinstance(outcome.error, LoadError | InvalidDefinitionError):
        yield from finding_lines(outcome.error.findings, style, indent=_INDENT, sensitive=sensitive)
    yield from error_lines(outcome.error, _INDENT, style, sensitive=sensitive)


def _done(outcome: Done, title: str, style: Style, sensitive: frozenset[str]) -> Iterator[str]:
    yield f"{title}: {_ended(outcome, sensitive)}"
    if outcome.step.kind == "create" and outcome.sid:
        yield f"{' ' * _INDENT}{outcome.sid}"
    if outcome.step.kind == "create" and outcome.webhook_url:
        yield f"{' ' * _INDENT}{plain(outcome.webhook_url)}"
    for path in outcome.saved:
        yield f"{' ' * _INDENT}body saved: {plain(path)}"
    for note in outcome.notes:
        yield from wrapped(said(masked_text(note, sensitive), style), _INDENT + 2, style, first="* ")


def _overwritten(applied: Applied, program: str, style: Style, sensitive: frozenset[str]) -> Iterator[str]:
    found = [outcome for outcome in applied.outcomes if isinstance(outcome, Done) and outcome.overwritten]
    if not found:
        return
    yield style.paint("Overwritten; these landed between our read and our write:", "warn")
    for outcome in found:
        yield f"  {style.paint(str(outcome.step.address), 'strong')}"
        for revision in outcome.overwritten:
            yield from revision_lines(masked_revision(revision, sensitive), _INDENT, style)
            command = f"{program} rollback {outcome.step.address} --to {revision.revision}"
            yield f"{' ' * _INDENT}  bring it back: {command}"
    yield ""


def _conclusion(applied: Applied, program: str, style: Style) -> Iterator[str]:
    ends: tuple[tuple[bool, str], ...] = (
        (applied.interrupted, "Interrupted: nothing new was started."),
        (applied.lease_lost, "The lock of the state was lost: nothing new was started."),
    )
    for happened, words in ends:
        if happened:
            yield style.paint(words, "warn")
    told = [f"{number} {kind}" for kind, number in counts(applied.outcomes).items() if number]
    yield style.paint(f"Apply: {', '.join(told)}." if told else "Apply: nothing to do.", "strong")
    command = continues(applied, program)
    if command is not None:
        yield f"To continue: {command}"
