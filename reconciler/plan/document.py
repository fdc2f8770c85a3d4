"""The plan document: a plan ↔ JSON (design section 7). Values in, values out; files are somebody else's.

The same plan gives the same bytes. Lists keep the plan's order, which the builder has made stable.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from typing import Final, cast

from pydantic import TypeAdapter, ValidationError

from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.jsontypes import Json, JsonObject
from reconciler.plan import shape
from reconciler.plan.difference_document import decode_item, encode_item
from reconciler.plan.json_schema import json_schema
from reconciler.plan.masking import masked_plan
from reconciler.plan.values import STEP_KINDS, Basis, Drift, ForeignRevision, Objection, Plan, Step

FORMAT: Final = 1
_SHOWN_FAULTS: Final = 3


def encode(plan: Plan, *, tool: str, sensitive: frozenset[str] = frozenset()) -> JsonObject:
    """Give the plan as its JSON document.

    Args:
        plan: the plan.
        tool: the version of reconciler that writes it.
        sensitive: texts that are covered wherever they occur; secret properties always are. Default none.
    """
    return cast("JsonObject", _encode(masked_plan(plan, sensitive), tool))


def decode(data: Json) -> Plan:
    """Read a plan document.

    Raises:
        UsageError: it is no plan, is damaged, or was written by a newer reconciler.
    """
    found = data.get("format") if isinstance(data, dict) else None
    if isinstance(data, dict) and isinstance(found, int) and found > FORMAT:
        raise UsageError(
            f"the plan has format {found}, written by reconciler {data.get('tool')}; this one reads format {FORMAT}",
            hint="Use that version of reconciler, or make the plan again.",
        )
    try:
        document = _adapter().validate_python(data)
        plan = _decode(document)
    except ValidationError as error:
        raise _damaged(_faults(error)) from error
    except (UsageError, ValueError) as error:
        raise _damaged(str(error)) from error
    if _summary(plan) != document["summary"]:
        raise _damaged("its summary does not count its steps")
    return plan


def digest(plan: Plan) -> str:
    """Name a plan by what it does: `sha256:` over canonical JSON.

    Neither the version of reconciler nor the diffs, which are for people, take part: a plan has one name before and
    after its secrets are covered, and the name gives nothing of them away.
    """
    document = cast("JsonObject", _encode(plan, ""))
    del document["tool"]
    for part in ("steps", "drift"):
        for item in cast("list[JsonObject]", document[part]):
            del item["diff"]
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(text.encode('ascii')).hexdigest()}"


def schema() -> JsonObject:
    """Give the JSON Schema of the plan document."""
    return json_schema(_adapter(), "Plan")


def encode_drift(drift: Drift) -> shape.DriftShape:
    """Give one resource's drift as JSON."""
    return {
        "address": str(drift.address),
        "class": drift.change_class,
        "from": drift.from_revision,
        "to": drift.to_revision,
        "revisions": [encode_revision(revision) for revision in drift.revisions],
        "diff": [encode_item(item) for item in drift.diff],
    }


def encode_revision(revision: ForeignRevision) -> shape.RevisionShape:
    """Give one revision of somebody else as JSON."""
    return {
        "revision": revision.revision,
        "status": revision.status,
        "author": revision.author,
        "at": encode_time(revision.at),
        "message": revision.message,
        "ours": revision.ours,
    }


def encode_objection(objection: Objection) -> shape.ObjectionShape:
    """Give one objection as JSON."""
    return {
        "id": objection.id,
        "scope": objection.scope,
        "address": None if objection.address is None else str(objection.address),
        "message": objection.message,
        "flag": objection.flag,
        "command": objection.command,
    }


def encode_time(at: datetime | None) -> str | None:
    """Give a time as RFC 3339 in UTC, ending in `Z`."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


@cache
def _adapter() -> TypeAdapter[shape.PlanShape]:
    return TypeAdapter(shape.PlanShape)


def _encode(plan: Plan, tool: str) -> shape.PlanShape:
    return {
        "format": 1,
        "tool": tool,
        "project": plan.project,
        "environment": plan.environment,
        "account": plan.account,
        "endpoint": plan.endpoint,
        "lineage": plan.lineage,
        "serial": plan.serial,
        "manifests": plan.manifests,
        "summary": _summary(plan),
        "steps": [_encode_step(step) for step in plan.steps],
        "drift": [encode_drift(drift) for drift in plan.drift],
        "objections": [encode_objection(objection) for objection in plan.objections],
        "warnings": list(plan.warnings),
    }


def _summary(plan: Plan) -> shape.SummaryShape:
    counts = {kind: plan.count(kind) for kind in STEP_KINDS}
    return cast("shape.SummaryShape", {**counts, "unchanged": plan.unchanged})


def _encode_step(step: Step) -> shape.StepShape:
    basis = step.basis
    return {
        "address": str(step.address),
        "kind": step.kind,
        "class": step.change_class,
        "reason": step.reason,
        "dependsOn": [str(address) for address in step.depends_on],
        "basis": {
            "sid": basis.sid,
            "revision": basis.revision,
            "publishedRevision": basis.published_revision,
            "digest": basis.digest,
            "target": basis.target,
        },
        "diff": [encode_item(item) for item in step.diff],
        "notes": list(step.notes),
    }


def _decode(data: shape.PlanShape) -> Plan:
    return Plan(
        project=data["project"],
        environment=data["environment"],
        account=data["account"],
        endpoint=data["endpoint"],
        lineage=data["lineage"],
        serial=data["serial"],
        manifests=data["manifests"],
        steps=tuple(_decode_step(step) for step in data["steps"]),
        drift=tuple(_decode_drift(drift) for drift in data["drift"]),
        objections=tuple(_decode_objection(objection) for objection in data["objections"]),
        unchanged=data["summary"]["unchanged"],
        warnings=tuple(data["warnings"]),
    )


def _decode_step(data: shape.StepShape) -> Step:
    basis = data["basis"]
    return Step(
        address=Address.parse(data["address"]),
        kind=data["kind"],
        change_class=data["class"],
        reason=data["reason"],
        basis=Basis(
            sid=basis["sid"],
            revision=basis["revision"],
            published_revision=basis["publishedRevision"],
            digest=basis["digest"],
            target=basis["target"],
        ),
        depends_on=tuple(Address.parse(address) for address in data["dependsOn"]),
        diff=tuple(decode_item(item) for item in data["diff"]),
        notes=tuple(data["notes"]),
    )


def _decode_drift(data: shape.DriftShape) -> Drift:
    return Drift(
        address=Address.parse(data["address"]),
        change_class=data["class"],
        from_revision=data["from"],
        to_revision=data["to"],
        revisions=tuple(_decode_revision(revision) for revision in data["revisions"]),
        diff=tuple(decode_item(item) for item in data["diff"]),
    )


def _decode_revision(data: shape.RevisionShape) -> ForeignRevision:
    return ForeignRevision(
        revision=data["revision"],
        status=data["status"],
        author=data["author"],
        at=None if data["at"] is None else _decode_time(data["at"]),
        message=data["message"],
        ours=data["ours"],
    )


def _decode_time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"the time {text!r} has no offset from UTC")
    try:
        return at.astimezone(UTC)
    except OverflowError as error:  # the first and the last day of the calendar, in some zones
        raise ValueError(f"the time {text!r} is beyond the calendar") from error


def _decode_objection(data: shape.ObjectionShape) -> Objection:
    return Objection(
        id=data["id"],
        scope=data["scope"],
        address=None if data["address"] is None else Address.parse(data["address"]),
        message=data["message"],
        flag=data["flag"],
        command=data["command"],
    )


def _faults(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_input=False, include_context=False)
    shown = [f"{'.'.join(str(part) for part in detail['loc']) or 'document'}: {detail['msg']}" for detail in details]
    rest = len(shown) - _SHOWN_FAULTS
    return "; ".join(shown[:_SHOWN_FAULTS]) + (f"; and {rest} more" if rest > 0 else "")


def _damaged(why: str) -> UsageError:
    return UsageError(f"this is no plan, or it is damaged: {why}", hint="Make the plan again with `plan --out FILE`.")
