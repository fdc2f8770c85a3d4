"""What comes of a plan, as JSON lines."""

from __future__ import annotations

from typing import assert_never, cast

from reconciler.definition.secrets import masked_text
from reconciler.errors import ReconcilerError
from reconciler.plan.document import digest, encode, encode_objection, encode_revision
from reconciler.plan.masking import masked_objection, masked_revision
from reconciler.plan.outcome import Conflicted, Done, Failed, Outcome, Pending, Refused, Skipped
from reconciler.plan.shape import PlanShape
from reconciler.views.facts import continues, counts
from reconciler.views.machine.event_shapes import (
    CountsShape,
    PlannedShape,
    RecoveredShape,
    StepEndedShape,
    StepStartedShape,
    SummaryLineShape,
)
from reconciler.views.machine.findings import error_detail
from reconciler.views.machine.text import line
from reconciler.workflows.results import Applied, Event, PlanDecided, Recovered, StepEnded, StepStarted


def render_event(event: Event, *, tool: str, sensitive: frozenset[str] = frozenset()) -> str:
    """Give one event as one line.

    Args:
        event: what happened.
        tool: the version of reconciler, for the plan document.
        sensitive: texts that are covered wherever they occur. Default none.
    """
    match event:
        case PlanDecided(plan):
            document = cast("PlanShape", encode(plan, tool=tool, sensitive=sensitive))
            planned: PlannedShape = {"format": 1, "type": "planned", "digest": digest(plan), "plan": document}
            return line(planned)
        case Recovered(address=address, message=message):
            text = masked_text(message, sensitive)
            recovered: RecoveredShape = {"format": 1, "type": "recovered", "address": str(address), "message": text}
            return line(recovered)
        case StepStarted(step):
            started: StepStartedShape = {
                "format": 1, "type": "step-started", "address": str(step.address), "kind": step.kind,
            }  # fmt: skip
            return line(started)
        case StepEnded(outcome):
            return line(_ended(outcome, sensitive))
        case _:
            assert_never(event)


def render_summary(
    applied: Applied | None,
    *,
    exit_code: int,
    program: str = "reconciler",
    error: ReconcilerError | None = None,
    sensitive: frozenset[str] = frozenset(),
) -> str:
    """Give the last line of an apply.

    Args:
        applied: what came of the plan; None when an error ended the run before.
        exit_code: what the process ends with.
        program: how to call us, with what a next command needs. Default bare.
        error: what ended the run. Default nothing did.
        sensitive: texts that are covered wherever they occur. Default none.
    """
    outcomes = applied.outcomes if applied else ()
    data: SummaryLineShape = {
        "format": 1,
        "type": "summary",
        "exitCode": exit_code,
        "counts": cast("CountsShape", counts(outcomes)),
        "overwritten": sum(len(outcome.overwritten) for outcome in outcomes if isinstance(outcome, Done)),
        "declined": applied is not None and applied.declined,
        "interrupted": applied is not None and applied.interrupted,
        "leaseLost": applied is not None and applied.lease_lost,
        "command": continues(applied, program) if applied else f"{program} apply",
        "error": None if error is None else error_detail(error, sensitive),
    }
    return line(data)


def _ended(outcome: Outcome, sensitive: frozenset[str]) -> StepEndedShape:
    data: StepEndedShape = {
        "format": 1,
        "type": "step-ended",
        "address": str(outcome.step.address),
        "kind": outcome.step.kind,
        "outcome": outcome.kind,
        "sid": None,
        "revision": None,
        "webhookUrl": None,
        "overwritten": [],
        "saved": [],
        "notes": [],
        "message": None,
        "error": None,
        "objections": [],
        "because": None,
    }
    match outcome:
        case Done():
            _add_done(data, outcome, sensitive)
        case Failed(_, error):
            data["error"] = error_detail(error, sensitive)
        case Conflicted(_, message) | Pending(_, message):
            data["message"] = masked_text(message, sensitive)
        case Refused(_, objections):
            data["objections"] = [encode_objection(masked_objection(o, sensitive)) for o in objections]
        case Skipped(_, because):
            data["because"] = because
        case _:
            assert_never(outcome)
    return data


def _add_done(data: StepEndedShape, done: Done, sensitive: frozenset[str]) -> None:
    data["sid"] = done.sid
    data["revision"] = done.revision
    data["webhookUrl"] = done.webhook_url
    data["overwritten"] = [encode_revision(masked_revision(revision, sensitive)) for revision in done.overwritten]
    data["saved"] = list(done.saved)
    data["notes"] = [masked_text(note, sensitive) for note in done.notes]
