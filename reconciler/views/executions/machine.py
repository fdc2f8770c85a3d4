"""`executions …` as JSON."""

from __future__ import annotations

from reconciler.definition.secrets import masked
from reconciler.model.execution import ExecutionStep
from reconciler.plan.document import encode_time
from reconciler.views.executions.personal import contact_shown, context_shown
from reconciler.views.executions.shapes import (
    ExecutionShape,
    ExecutionsListShape,
    ExecutionsShowShape,
    ExecutionStepShape,
)
from reconciler.views.machine.text import document
from reconciler.workflows.executions.flows import SeenRun
from reconciler.workflows.executions.listing import Listed
from reconciler.workflows.executions.showing import ShownRun


def render_listed(listed: Listed, *, personal: bool) -> str:
    """Give the executions that were found. `personal`: contacts as they are."""
    data: ExecutionsListShape = {
        "format": 1,
        "personal": personal,
        "total": listed.total,
        "keptSince": encode_time(listed.kept_since),
        "absent": [flow.name for flow in listed.absent],
        "executions": [execution(seen, personal=personal) for seen in listed.runs],
    }
    return document(data)


def render_shown(shown: ShownRun, *, personal: bool, sensitive: frozenset[str]) -> str:
    """Give one execution. `personal`: contact and variables as they are, but for the texts of `sensitive`."""
    spent = {visit.step.sid: visit.spent for visit in shown.path if visit.step is not None}
    steps = []
    for step in shown.steps:
        stayed = spent.get(step.sid)
        seconds = None if stayed is None else stayed.total_seconds()
        steps.append(_step(step, shown.depths[step.sid], seconds))
    data: ExecutionsShowShape = {
        "format": 1,
        "personal": personal,
        "execution": execution(shown.seen, personal=personal),
        "context": masked(context_shown(shown.context, personal=personal), sensitive),
        "waitingAt": shown.waiting_at,
        "cutShort": shown.cut_short,
        "steps": steps,
    }
    return document(data)


def execution(seen: SeenRun, *, personal: bool) -> ExecutionShape:
    """Give one execution as it stands in documents."""
    run = seen.run
    return {
        "sid": run.sid,
        "flow": None if seen.flow.address is None else str(seen.flow.address),
        "flowSid": run.flow_sid,
        "status": run.status,
        "contact": contact_shown(run.contact, personal=personal),
        "revision": run.revision,
        "initiatedBy": run.initiated_by,
        "dateCreated": encode_time(run.date_created),
        "dateUpdated": encode_time(run.date_updated),
    }


def _step(step: ExecutionStep, depth: int, seconds: float | None) -> ExecutionStepShape:
    return {
        "sid": step.sid,
        "parentStepSid": step.parent_step_sid,
        "depth": depth,
        "event": step.event,
        "widgetFrom": step.from_widget,
        "widgetTo": step.to_widget,
        "widgetType": step.widget_type,
        "seconds": seconds,
        "dateCreated": encode_time(step.date_created),
        "dateUpdated": encode_time(step.date_updated),
    }
