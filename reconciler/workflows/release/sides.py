"""The desired side of each stage, and the part of a plan that is about the release. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from reconciler.definition import document, portable
from reconciler.definition.canonical import canonical_bytes, digest_bytes
from reconciler.errors import ConflictError
from reconciler.model.address import Address
from reconciler.model.desired import DEFAULT_COMMIT_MESSAGE, Desired, DesiredFlow, Lifecycle
from reconciler.model.finding import Place
from reconciler.model.jsontypes import Json
from reconciler.model.live import FlowRevision
from reconciler.model.record import FlowRecord
from reconciler.model.release import Release
from reconciler.plan.options import PlanOptions, Scope
from reconciler.plan.values import Plan, Step

RELEASING = "release"
"""What stage plans are allowed: to change flows of the release that is under way. Nobody may say it."""

_SETTLED: Final = frozenset({RELEASING, "create", "update", "delete", "percent", "empty", "draft"})


def manifest_digest(flow: DesiredFlow) -> str:
    """Give the digest of what a manifest says that a release depends on; places and formatting do not count."""
    smoke: list[Json] = [
        {
            "name": one.name,
            "to": one.to,
            "from": one.sender,
            "parameters": one.parameters,
            "reaches": [*one.expect.reaches],
            "avoids": [*one.expect.avoids],
            "ends": one.expect.ends,
            "within": one.expect.within.total_seconds(),
        }
        for one in flow.release.smoke
    ]
    said: Json = {
        "friendlyName": flow.friendly_name,
        "status": flow.status,
        "definition": flow.definition.digests.full,
        "ignoreChanges": [*flow.lifecycle.ignore_changes],
        "smoke": smoke,
    }
    return digest_bytes(canonical_bytes(said))


def drafts(desired: Desired, release: Release) -> Desired:
    """Give the desired side with all flows of a release as drafts: what is published stays what callers get."""
    return _with(desired, {a: _as(desired.flows[a], "draft") for a in release.addresses if a in desired.flows})


def published(desired: Desired, release: Release) -> Desired:
    """Give the desired side in which those flows of a release are published that are to be."""
    wanted = {flow.address for flow in release.flows if flow.publish}
    return _with(
        desired,
        {
            address: _as(desired.flows[address], "published" if address in wanted else "draft")
            for address in release.addresses
            if address in desired.flows
        },
    )


def _as(flow: DesiredFlow, status: str) -> DesiredFlow:
    # What is ignored in a flow's status would make the status that is live the one that is sent.
    ignored = tuple(name for name in flow.lifecycle.ignore_changes if name != "status")
    lifecycle = replace(flow.lifecycle, ignore_changes=ignored)
    return replace(flow, status="draft" if status == "draft" else "published", lifecycle=lifecycle)


def back(desired: Desired, bodies: Mapping[Address, FlowRevision], records: Mapping[Address, FlowRecord]) -> Desired:
    """Give the desired side in which flows have these very bodies again, byte for byte, published.

    Their canvas goes back too, and nothing in them is read as a reference or as the identifier of another place.

    Raises:
        ConflictError: a body was read without its definition.
    """
    flows = {a: _back(desired.flows.get(a), a, body, records[a]) for a, body in bodies.items()}
    exact = replace(desired, known_sids={}, policy=replace(desired.policy, layout="manage"))
    return _with(exact, flows)


def _back(flow: DesiredFlow | None, address: Address, body: FlowRevision, record: FlowRecord) -> DesiredFlow:
    if body.definition is None:
        raise ConflictError(f"{address}: revision {body.revision} has no definition")
    definition = document.of(portable.escape(body.definition.data()))
    base = flow or _undeclared(address, body, record)
    return replace(
        base,
        definition=definition,
        friendly_name=body.friendly_name,
        status="published",
        lifecycle=Lifecycle(record.on_delete if flow is None else flow.lifecycle.on_delete),
        unbound=(),
        written=None,
    )


def _undeclared(address: Address, body: FlowRevision, record: FlowRecord) -> DesiredFlow:
    """Stand in for a manifest that was removed while a release was under way."""
    if body.definition is None:
        raise ConflictError(f"{address}: revision {body.revision} has no definition")
    return DesiredFlow(
        address=address,
        friendly_name=record.friendly_name,
        status="published",
        definition=body.definition,
        commit_message=DEFAULT_COMMIT_MESSAGE,
        lifecycle=Lifecycle(record.on_delete),
        place=Place(""),
        source="",
    )


def _with(desired: Desired, flows: Mapping[Address, DesiredFlow]) -> Desired:
    told = "".join(f"{a} {f.definition.digests.full} {f.status} " for a, f in sorted(flows.items()))
    digest = digest_bytes(f"{desired.digest} {told}".encode())
    return replace(desired, flows={**desired.flows, **flows}, digest=digest)


def options(said: PlanOptions, desired: Desired, release: Release, addresses: Collection[Address]) -> PlanOptions:
    """Give what is said of a stage's plan.

    Limits were asked about the whole. Whether others wrote since is asked of revisions, more strictly than the guards
    `drift` and `draft` do. Guards about what a create meets are asked again: the world may have moved on since.
    """
    return PlanOptions(
        scope=Scope(targets=tuple(sorted(addresses))),
        on_drift="revert",
        allow=said.allow | _SETTLED,
        take_over=said.take_over,
        confirm=desired.environment.name,
        message=f"Release {release.id}" + (f": {release.message}" if release.message else ""),
        lint="off",
    )


def narrowed(plan: Plan, addresses: Collection[Address]) -> Plan:
    """Give the part of a plan that is about some addresses, and what speaks against the whole of it."""
    steps = tuple(
        replace(step, depends_on=tuple(a for a in step.depends_on if a in addresses))
        for step in plan.steps
        if step.address in addresses
    )
    return replace(
        plan,
        steps=steps,
        drift=tuple(drift for drift in plan.drift if drift.address in addresses),
        objections=tuple(o for o in plan.objections if o.scope == "plan" or o.address in addresses),
    )


def reversed_order(plan: Plan) -> Plan:
    """Give a plan in which callers go before what they call: a new caller never runs an old sub-flow."""
    before: dict[Address, list[Address]] = {}
    for step in plan.steps:
        for needed in step.depends_on:
            before.setdefault(needed, []).append(step.address)
    steps: list[Step] = [replace(s, depends_on=tuple(sorted(set(before.get(s.address, ()))))) for s in plan.steps]
    return replace(plan, steps=tuple(reversed(steps)))


def unordered(plan: Plan) -> Plan:
    """Give a plan in which no flow waits for another: one that cannot go back keeps none of the others."""
    return replace(plan, steps=tuple(replace(step, depends_on=()) for step in plan.steps))
