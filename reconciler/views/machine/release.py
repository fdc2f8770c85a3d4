"""Releases as JSON: what one would do, what happens, and how it stands."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import assert_never, cast

from reconciler.definition.secrets import masked_text
from reconciler.errors import ReconcilerError
from reconciler.model.release import Release, ReleasedFlow, SmokeRun
from reconciler.plan.document import encode
from reconciler.plan.shape import PlanShape
from reconciler.views.machine.findings import error_detail
from reconciler.views.machine.release_shapes import (
    LookedShape,
    ReleasePlanShape,
    ReleaseSummaryShape,
    SmokeLineShape,
    StageLineShape,
    WarningShape,
)
from reconciler.views.machine.released_shape import ReleasedFlowShape, ReleaseShape, SmokeRunShape
from reconciler.views.machine.text import document, line
from reconciler.views.releasing import next_commands
from reconciler.workflows.release.values import (
    Looked,
    Released,
    ReleaseDecided,
    ReleasePlan,
    SmokeBegan,
    SmokeEnded,
    StageBegan,
    Warned,
)

OwnEvent = ReleaseDecided | StageBegan | SmokeBegan | SmokeEnded | Looked | Warned


def render_release_plan(decided: ReleasePlan, *, tool: str, sensitive: frozenset[str] = frozenset()) -> str:
    """Give what a release would do. `sensitive`: texts to cover, default none."""
    return document(_planned(decided, tool, sensitive))


def _planned(decided: ReleasePlan, tool: str, sensitive: frozenset[str]) -> ReleasePlanShape:
    return {
        "format": 1,
        "type": "release-planned",
        "plan": cast("PlanShape", encode(decided.plan, tool=tool, sensitive=sensitive)),
        "flows": [_flow(flow) for flow in decided.flows],
        "testUsers": [str(address) for address in decided.users],
        "smoke": [{"flow": str(one.flow), "name": one.smoke.name} for one in decided.smoke],
        "watch": [
            {
                "flow": str(one.flow),
                "span": one.watch.span.total_seconds(),
                "every": one.watch.every.total_seconds(),
                "maxFailedRatio": one.watch.max_failed_ratio,
                "minExecutions": one.watch.min_executions,
                "maxErrors": one.watch.max_errors,
                "errorEvents": list(one.watch.error_events),
            }
            for one in decided.watched
        ],
        "left": [{"address": str(step.address), "kind": step.kind} for step in decided.left],
    }


def release_shape(release: Release, sensitive: frozenset[str] = frozenset()) -> ReleaseShape:
    """Give how a release stands. `sensitive`: texts to cover, default none."""
    return {
        "id": release.id,
        "stage": release.stage,
        "began": _time(release.began) or "",
        "ended": _time(release.ended),
        "until": _time(release.until),
        "cause": release.cause,
        "reason": None if release.reason is None else masked_text(release.reason, sensitive),
        "flows": [_flow(flow) for flow in release.flows],
        "smoke": [_run(run, sensitive) for run in release.smoke],
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _flow(flow: ReleasedFlow) -> ReleasedFlowShape:
    return {
        "address": str(flow.address),
        "sid": flow.sid,
        "previous": flow.previous,
        "publish": flow.publish,
        "draft": flow.draft,
        "published": flow.published,
        "back": flow.back,
        "left": flow.left,
    }


def _run(run: SmokeRun, sensitive: frozenset[str]) -> SmokeRunShape:
    return {
        "flow": str(run.flow),
        "name": run.name,
        "sid": run.sid,
        "verdict": run.verdict,
        "message": None if run.message is None else masked_text(run.message, sensitive),
    }


def render_release_event(event: OwnEvent, *, tool: str, sensitive: frozenset[str] = frozenset()) -> str:
    """Give one event as one line. `sensitive`: texts to cover, default none."""
    match event:
        case ReleaseDecided(decided):
            return line(_planned(decided, tool, sensitive))
        case StageBegan(release, resumed):
            stage: StageLineShape = {
                "format": 1,
                "type": "stage",
                "stage": release.stage,
                "resumed": resumed,
                "release": release_shape(release, sensitive),
            }
            return line(stage)
        case SmokeBegan(run):
            began: SmokeLineShape = {"format": 1, "type": "smoke-started", "smoke": _run(run, sensitive)}
            return line(began)
        case SmokeEnded(run):
            ended: SmokeLineShape = {"format": 1, "type": "smoke-ended", "smoke": _run(run, sensitive)}
            return line(ended)
        case Looked():
            return line(_looked(event))
        case Warned(message):
            warning: WarningShape = {"format": 1, "type": "warning", "message": masked_text(message, sensitive)}
            return line(warning)
        case _:
            assert_never(event)


def _looked(event: Looked) -> LookedShape:
    return {
        "format": 1,
        "type": "looked",
        "address": str(event.flow),
        "executions": event.executions,
        "failed": event.failed,
        "errors": event.errors,
        "left": round(event.left, 3),
    }


def render_release_summary(
    released: Released | None,
    *,
    exit_code: int,
    program: str = "reconciler",
    error: ReconcilerError | None = None,
    sensitive: frozenset[str] = frozenset(),
) -> str:
    """Give the last line.

    Args:
        released: what came of the release; None when an error ended the run before.
        exit_code: what the process ends with.
        program: how to call us, with what a next command needs. Default bare.
        error: what ended the run. Default nothing did.
        sensitive: texts to cover. Default none.
    """
    release = released.release if released is not None else None
    found = error or (released.error if released is not None else None)
    commands = (
        [] if released is None or release is None else next_commands(release, program, conflict=released.conflict)
    )
    data: ReleaseSummaryShape = {
        "format": 1,
        "type": "summary",
        "exitCode": exit_code,
        "release": None if release is None else release_shape(release, sensitive),
        "declined": released is not None and released.declined,
        "interrupted": released is not None and released.interrupted,
        "halted": None if released is None or released.halted is None else masked_text(released.halted, sensitive),
        "conflict": released is not None and released.conflict,
        "commands": [each.split(": ", 1)[1] for each in commands],
        "error": None if found is None else error_detail(found, sensitive),
    }
    return line(data)
