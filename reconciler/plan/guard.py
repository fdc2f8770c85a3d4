"""Ask a finished plan whether it is safe. Each guard is one function; each overrule has its own blunt flag."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from reconciler.definition import size
from reconciler.definition.check import check
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.model.live import FlowInput
from reconciler.model.record import FlowRecord
from reconciler.plan import guard_bindings
from reconciler.plan.build import Built
from reconciler.plan.decide import foreign_owner, is_ours
from reconciler.plan.inputs import Inputs, flow_names, status_of
from reconciler.plan.mark import MESSAGE_LIMIT
from reconciler.plan.values import STEP_KINDS, Objection, Plan, Step, StepKind

PERCENT_FROM: Final = 10
"""Below this many recorded resources a share means nothing."""

WRITES: Final[frozenset[StepKind]] = frozenset(STEP_KINDS) - {"record", "adopt", "forget"}
"""Steps that send something."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a guard may look at; `sending` are the addresses whose steps send something."""

    inputs: Inputs
    built: Built
    sending: frozenset[Address]

    @property
    def plan(self) -> Plan:
        """The plan itself."""
        return self.built.plan

    def writes(self, kind: StepKind | None = None) -> Iterator[Step]:
        """Give the steps that send something."""
        return (s for s in self.plan.steps if s.kind in WRITES and kind in {None, s.kind})

    def allowed(self, guard: str) -> bool:
        """Tell whether a person overruled this guard."""
        return guard in self.inputs.options.allow


def objections(inputs: Inputs, built: Built) -> tuple[Objection, ...]:
    """Give every objection to a plan, those to the whole plan first."""
    asked = Asked(inputs, built, frozenset(step.address for step in built.plan.steps if step.kind in WRITES))
    found = [objection for guard in GUARDS for objection in guard(asked)]
    return tuple(sorted(found, key=lambda o: (o.scope != "plan", str(o.address or ""), o.id)))


def _plan(guard: str, message: str, flag: str | None) -> Objection:
    return Objection(guard, "plan", None, message, flag)


def _account(asked: Asked) -> Iterator[Objection]:
    expected = asked.inputs.desired.environment.account or asked.inputs.state.account
    answered = asked.inputs.live.account
    if expected and answered and expected != answered:
        yield _plan("account", f"account {answered} answers, but {expected} is expected here", None)


def _unbound(asked: Asked) -> Iterator[Objection]:
    declared = {address.name for address in asked.inputs.desired.flows}
    yield from guard_bindings.unbound(asked.inputs, asked.built)
    for address, definition in sorted(asked.built.definitions.items()):
        for name in sorted(set(definition.references) - declared):
            message = f"refers to flow/{name}, which this environment neither manages nor binds"
            yield Objection("unbound", "plan", address, f"{address} {message}", None)


def _bindings(asked: Asked) -> Iterator[Objection]:
    if not asked.allowed("bindings"):
        for address, definition in sorted(asked.built.definitions.items()):
            if address in asked.sending and address in asked.inputs.desired.flows:
                yield from guard_bindings.unknown(asked.inputs, address, definition)


def _invalid(asked: Asked) -> Iterator[Objection]:
    for address, definition in sorted(asked.built.definitions.items()):
        if address not in asked.sending:
            continue
        faults = [finding for finding in check(definition) if finding.severity == "error"]
        for fault in faults:
            where = f"widget {fault.widget}: " if fault.widget else ""
            yield Objection("invalid", "plan", address, f"{address}: {where}{fault.message}", None)


def _too_large(asked: Asked) -> Iterator[Objection]:
    for address, definition in sorted(asked.built.definitions.items()):
        flow = asked.inputs.desired.flows.get(address)
        if flow is None or address not in asked.sending:
            continue
        what = FlowInput(flow.friendly_name, flow.status, definition, "m" * MESSAGE_LIMIT)
        bytes_ = size.form_size(what)
        if bytes_ >= size.LIMIT:
            message = f"{address}: the request would be {bytes_:,} bytes; Studio takes less than {size.LIMIT:,}"
            yield Objection("too-large", "plan", address, message, None)


def _lint(asked: Asked) -> Iterator[Objection]:
    if asked.inputs.options.lint != "error":
        return
    from reconciler.plan import linting  # noqa: PLC0415 - only who asks for it waits for the rules

    desired, state = asked.inputs.desired, asked.inputs.state
    yield from linting.objections(desired, asked.plan, flow_names(desired, state))


def _limits(asked: Asked) -> Iterator[Objection]:
    limits, plan = asked.inputs.desired.policy.limits, asked.plan
    counts = (
        ("create", plan.count("create"), limits.create),
        ("update", plan.count("update") + plan.count("publish"), limits.update),
        ("delete", plan.count("delete"), limits.delete),
    )
    for guard, count, limit in counts:
        if limit is not None and count > limit and not asked.allowed(guard):
            yield _plan(guard, f"{count} to {guard}, but maxChanges.{guard} is {limit}", f"--allow-{guard}")


def _percent(asked: Asked) -> Iterator[Objection]:
    limit = asked.inputs.desired.policy.limits.percent
    recorded = len(asked.inputs.state.resources)
    if limit is None or recorded < PERCENT_FROM or asked.allowed("percent") or asked.inputs.options.destroy:
        return
    plan = asked.plan
    count = sum(plan.count(kind) for kind in ("update", "publish", "delete", "forget"))
    if count * 100 > limit * recorded:
        share = round(100 * count / recorded)
        message = f"changes {count} of {recorded} recorded resources ({share}%), but maxChanges.percent is {limit}"
        yield _plan("percent", message, "--allow-percent")


def _empty(asked: Asked) -> Iterator[Objection]:
    desired = asked.inputs.desired
    nothing = not desired.flows and not desired.test_users
    if nothing and asked.inputs.state.resources and not asked.allowed("empty") and not asked.inputs.options.destroy:
        count = len(asked.inputs.state.resources)
        recorded = "1 resource is" if count == 1 else f"{count} resources are"
        yield _plan("empty", f"the manifests declare nothing, but {recorded} recorded", "--allow-empty")


def _protected(asked: Asked) -> Iterator[Objection]:
    environment = asked.inputs.desired.environment
    if environment.protected and not asked.plan.empty and asked.inputs.options.confirm != environment.name:
        flag = f"--confirm {environment.name}"
        yield _plan("protected", f"environment {environment.name} is protected: say its name to go on", flag)


def _drift(asked: Asked) -> Iterator[Objection]:
    for drift in asked.plan.drift:
        flow = asked.inputs.desired.flows.get(drift.address)
        if flow is None or drift.change_class != "behaviour" or drift.address not in asked.sending:
            continue
        if is_ours(drift):
            continue
        policy = asked.inputs.on_drift(flow)
        conflicts = asked.built.conflicts.get(drift.address, ())
        if policy == "stop" or (policy == "merge" and conflicts):
            number = next((r.revision for r in reversed(drift.revisions) if r.status == flow.status), drift.to_revision)
            why = f"; a merge conflicts at {', '.join(conflicts)}" if conflicts else ""
            message = f"{drift.address} was changed by others (revision {number}){why}"
            flag = "--on-drift=revert|accept" + ("" if conflicts else "|merge")
            # What puts their edit into the manifest's file: the step then has nothing left to overwrite.
            options = ("" if conflicts else " --merge") + (" --draft" if flow.status == "draft" else "")
            command = f"reconciler pull {drift.address}{options}"
            yield Objection("drift", "step", drift.address, message, flag, command)


def _draft(asked: Asked) -> Iterator[Objection]:
    if asked.allowed("draft"):
        return
    for step in asked.writes():
        flow = asked.inputs.desired.flows.get(step.address)
        live = asked.inputs.live.flows.get(step.basis.sid or "")
        if flow is None or live is None or live.row.status != "draft" or step.kind == "delete":
            continue
        if status_of(flow, live.row.status) == "draft":
            continue  # the draft is what is managed: an edit of it is drift, and `onDrift` decides
        if not _draft_is_ours(asked, step, live.row.revision):
            message = f"{step.address}: revision {live.row.revision} is somebody's draft that this would supersede"
            yield Objection("draft", "step", step.address, message, "--allow-draft")


def _draft_is_ours(asked: Asked, step: Step, revision: int) -> bool:
    for drift in asked.plan.drift:
        if drift.address == step.address:
            return any(r.ours for r in drift.revisions if r.revision == revision)
    record = next((r for r in asked.inputs.state.flows().values() if r.sid == step.basis.sid), None)
    if record is None:
        return True  # a flow that is adopted: its latest draft is what the person pointed at
    return any(e.by == "us" for e in record.revisions if e.revision == revision)


def _recreate(asked: Asked) -> Iterator[Objection]:
    for step in asked.writes("create"):
        if step.reason == "deleted-by-others" and not asked.allowed("recreate"):
            message = f"{step.address} was deleted by others; creating it again gives it a new SID"
            yield Objection("recreate", "step", step.address, message, "--allow-recreate")


def _namesake(asked: Asked) -> Iterator[Objection]:
    if asked.allowed("namesake"):
        return
    recorded = {record.sid for record in asked.inputs.state.flows().values()}
    by_name: dict[str, list[str]] = {}
    for sid, live in sorted(asked.inputs.live.flows.items()):
        if sid not in recorded:
            by_name.setdefault(live.row.friendly_name, []).append(sid)
    for step in asked.writes("create"):
        same = by_name.get(asked.inputs.desired.flows[step.address].friendly_name, [])
        if same and step.reason != "deleted-by-others":
            message = f"{step.address}: {same[0]} has the same friendly name and is not recorded"
            command = f"reconciler import {step.address} {same[0]}"
            yield Objection("namesake", "step", step.address, message, "--allow-namesake", command)


def _take_over(asked: Asked) -> Iterator[Objection]:
    for step in asked.plan.steps:
        if step.kind != "adopt" or step.basis.sid is None or asked.inputs.options.take_over:
            continue
        owner = foreign_owner(asked.inputs, step.address, step.basis.sid)
        if owner is not None:
            message = f"{step.address}: {step.basis.sid} carries the mark of {owner}"
            yield Objection("take-over", "step", step.address, message, "--take-over")


def _active(asked: Asked) -> Iterator[Objection]:
    for step in asked.writes("delete"):
        if step.basis.sid in asked.inputs.live.active and not asked.allowed("active"):
            message = f"{step.address}: executions are active; deleting the flow ends them"
            yield Objection("active", "step", step.address, message, "--allow-active")


def _called(asked: Asked) -> Iterator[Objection]:
    if asked.allowed("called"):
        return
    callers = _callers(asked)
    for step in asked.writes("delete"):
        if step.basis.sid in callers:
            message = f"{step.address} is called by {', '.join(sorted(callers[step.basis.sid]))}"
            yield Objection("called", "step", step.address, message, "--allow-called")


def _callers(asked: Asked) -> dict[str, set[str]]:
    """Give by SID who will still call it once the plan is done: desired flows as wanted, other flows as they are."""
    sids: dict[str, set[str]] = {}
    for address, flow in asked.inputs.desired.flows.items():
        definition: Definition = asked.built.definitions.get(address, flow.definition)
        for sid in definition.subflows:
            sids.setdefault(sid, set()).add(str(address))
    recorded: dict[str, FlowRecord] = {r.sid: r for r in asked.inputs.state.flows().values()}
    for sid, live in asked.inputs.live.flows.items():
        if sid in recorded or live.body is None or live.body.definition is None:
            continue
        for called_sid in live.body.definition.subflows:
            sids.setdefault(called_sid, set()).add(f"{live.row.friendly_name} ({sid})")
    return sids


def _release(asked: Asked) -> Iterator[Objection]:
    release = asked.inputs.state.releasing
    if release is None or asked.allowed("release"):
        return
    sids = {flow.sid for flow in release.flows if flow.sid is not None}  # under another name it is the same flow
    for step in asked.plan.steps:
        harmless = step.kind == "set-test-users" or (step.kind == "record" and step.reason != "renamed")
        if not harmless and (step.address in release.addresses or step.basis.sid in sids):
            message = f"{step.address} is part of release {release.id}, which is under way (stage {release.stage})"
            yield Objection("release", "step", step.address, message, None, "reconciler release")


GUARDS: Final[tuple[Callable[[Asked], Iterator[Objection]], ...]] = (
    _account, _unbound, _invalid, _too_large, _lint, _limits, _percent, _empty, _protected,
    _drift, _draft, _recreate, _namesake, _take_over, _active, _called, _bindings, _release,
)  # fmt: skip
