"""Plans, drift, status and the smaller results of commands, as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from reconciler.definition.secrets import masked_text
from reconciler.plan.difference_document import encode_item
from reconciler.plan.document import encode, encode_drift
from reconciler.plan.masking import masked_items, masked_plan
from reconciler.plan.replay_shape import ReplayedShape
from reconciler.plan.shape import DiffItemShape, PlanShape
from reconciler.plan.values import DiffItem, Plan
from reconciler.views.machine.released_shape import ReleaseShape
from reconciler.views.machine.shapes import (
    DiffShape,
    DoctorShape,
    DriftDocumentShape,
    ExplainShape,
    ImportShape,
    ResourceStatusShape,
    RollbackShape,
    StatusShape,
    VersionShape,
)
from reconciler.views.machine.text import document
from reconciler.workflows.results import Check, Compared, Explanation, Imported, ResourceStatus, RolledBack


def render_plan(
    plan: Plan, *, tool: str, sensitive: frozenset[str] = frozenset(), replay: ReplayedShape | None = None
) -> str:
    """Give the plan document; what `--out` saves is the same but for `replay`.

    Args:
        plan: the plan.
        tool: our version.
        sensitive: texts to cover. Default: none.
        replay: what recorded executions come to on what it writes. Default: nobody asked.
    """
    found = encode(plan, tool=tool, sensitive=sensitive)
    return document(found if replay is None else {**found, "replay": replay})


def render_drift(plan: Plan, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give what others did since the last apply. `sensitive`: texts to cover, default none."""
    data: DriftDocumentShape = {
        "format": 1,
        "project": plan.project,
        "environment": plan.environment,
        "account": plan.account,
        "serial": plan.serial,
        "drift": [encode_drift(drift) for drift in masked_plan(plan, sensitive).drift],
    }
    return document(data)


def render_status(statuses: Sequence[ResourceStatus], *, release: ReleaseShape | None = None) -> str:
    """Give how every resource stands, by address. `release`: the one under way, or the last one. Default none."""
    ordered = sorted(statuses, key=lambda status: status.address)
    data: StatusShape = {"format": 1, "resources": [_status(status) for status in ordered]}
    if release is not None:
        data["release"] = release
    return document(data)


def render_compared(compared: Compared, *, sensitive: frozenset[str] = frozenset()) -> str:
    """Give what differs between two sides of a flow. `sensitive`: texts to cover, default none."""
    data: DiffShape = {
        "format": 1,
        "address": str(compared.address),
        "before": compared.before,
        "after": compared.after,
        "base": compared.base,
        "diff": _diff(compared.items, sensitive),
        "conflicts": [masked_text(place, sensitive) for place in compared.conflicts],
    }
    return document(data)


def render_explanation(explanation: Explanation) -> str:
    """Give why a resource is planned as it is."""
    data: ExplainShape = {
        "format": 1,
        "address": str(explanation.address),
        "facts": [{"name": name, "value": value} for name, value in explanation.facts],
        "decision": explanation.decision,
        "savedCalls": list(explanation.saved_calls),
    }
    return document(data)


def render_imported(imported: Imported) -> str:
    """Give what was taken over."""
    data: ImportShape = {
        "format": 1,
        "address": str(imported.address),
        "sid": imported.sid,
        "revision": imported.revision,
        "friendlyName": imported.record.friendly_name,
        "status": imported.record.status,
        "notes": list(imported.notes),
    }
    return document(data)


def render_rolled_back(done: RolledBack, *, tool: str, sensitive: frozenset[str] = frozenset()) -> str:
    """Give what a rollback puts back, and the plan that follows. `sensitive`: texts to cover, default none."""
    plan = None if done.plan is None else encode(done.plan, tool=tool, sensitive=sensitive)
    data: RollbackShape = {
        "format": 1,
        "address": str(done.address),
        "revision": done.revision,
        "file": done.file,
        "diff": _diff(done.items, sensitive),
        "plan": cast("PlanShape | None", plan),
        "notes": [masked_text(note, sensitive) for note in done.notes],
    }
    return document(data)


def render_checks(checks: Sequence[Check]) -> str:
    """Give what `doctor` looked at, in its order."""
    data: DoctorShape = {
        "format": 1,
        "checks": [{"name": c.name, "verdict": c.verdict, "message": c.message, "hint": c.hint} for c in checks],
    }
    return document(data)


def render_version(tool: str, parts: Mapping[str, str]) -> str:
    """Give the version of reconciler, and of what it runs on."""
    data: VersionShape = {"format": 1, "reconciler": tool, "parts": dict(sorted(parts.items()))}
    return document(data)


def _status(status: ResourceStatus) -> ResourceStatusShape:
    return {
        "address": str(status.address),
        "condition": status.condition,
        "sid": status.sid,
        "revision": status.revision,
        "publishedRevision": status.published_revision,
        "webhookUrl": status.webhook_url,
        "note": status.note,
    }


def _diff(items: Sequence[DiffItem], sensitive: frozenset[str]) -> list[DiffItemShape]:
    return [encode_item(item) for item in masked_items(items, sensitive)]
