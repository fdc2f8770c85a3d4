"""Build a plan from the three sides. Pure: same input, same plan. Guards ask afterwards whether it is safe."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.plan import scope
from reconciler.plan.decide import Decision, decide_flow
from reconciler.plan.decide_rest import decide_removed, decide_test_users
from reconciler.plan.inputs import Inputs, flow_names, flow_sids, wanted
from reconciler.plan.order import ordered
from reconciler.plan.values import Plan, Step


@dataclass(frozen=True, slots=True)
class Built:
    """A plan without objections, and what the guards ask about it.

    Attributes:
        definitions: by address of a step that writes, what it would send (references to new flows unresolved).
        conflicts: by address, what a merge could not bring together.
    """

    plan: Plan
    definitions: Mapping[Address, Definition] = field(default_factory=dict)
    conflicts: Mapping[Address, tuple[str, ...]] = field(default_factory=dict)


def build(inputs: Inputs) -> Built:
    """Decide every address in scope and order the steps.

    Raises:
        CycleError: flows refer to each other in a circle.
    """
    definitions = wanted_definitions(inputs)
    chosen = scope.addresses(inputs.desired, inputs.state, inputs.options.scope)
    decisions = [d for d in _decisions(inputs, definitions, chosen) if chosen is None or d.address in chosen]
    steps = [step for decision in decisions for step in decision.steps]
    declared = set(inputs.desired.flows) | set(inputs.desired.test_users)
    moving = {step.address for step in steps}
    plan = Plan(
        project=inputs.desired.project,
        environment=inputs.desired.environment.name,
        account=inputs.live.account or inputs.state.account or inputs.desired.environment.account,
        endpoint=inputs.state.endpoint,
        lineage=inputs.state.lineage,
        serial=inputs.state.serial,
        manifests=inputs.desired.digest,
        steps=ordered(steps, _needs(inputs, definitions)),
        drift=tuple(decision.drift for decision in decisions if decision.drift is not None),
        unchanged=sum(1 for d in decisions if d.address in declared and d.address not in moving),
        warnings=(*(warning for decision in decisions for warning in decision.warnings), *_renamed(inputs, steps)),
    )
    written = {d.address: d.definition for d in decisions if d.definition is not None and d.address in moving}
    return Built(plan, written, {d.address: d.conflicts for d in decisions if d.conflicts})


def wanted_definitions(inputs: Inputs) -> dict[Address, Definition]:
    """Give every declared definition as it goes to this environment.

    A flow that is gone gets a new SID: whoever refers to it waits for that.
    """
    names = _names(inputs)
    sids = {**flow_sids(inputs.desired, inputs.state), **{a.name: sid for a, sid in inputs.own.items()}}
    lost = {record.sid for record in inputs.state.flows().values()} & inputs.live.absent
    sids = {name: sid for name, sid in sids.items() if sid not in lost}
    return {address: wanted(flow.definition, names, sids) for address, flow in inputs.desired.flows.items()}


def _names(inputs: Inputs) -> dict[str, str]:
    """Give names by SID, also of flows that will be adopted by their mark: whoever calls them calls them by these."""
    return {**flow_names(inputs.desired, inputs.state), **{sid: a.name for a, sid in inputs.own.items()}}


def _decisions(
    inputs: Inputs, definitions: Mapping[Address, Definition], chosen: frozenset[Address] | None
) -> list[Decision]:
    decisions = [
        decide_flow(inputs, flow, definitions[address])
        for address, flow in sorted(inputs.desired.flows.items())
        if chosen is None or address in chosen
    ]
    creating = {d.address for d in decisions if any(step.kind == "create" for step in d.steps)}
    sids = {d.address: step.basis.sid for d in decisions for step in d.steps if step.basis.sid}
    recorded = flow_sids(inputs.desired, inputs.state)
    for _, users in sorted(inputs.desired.test_users.items()):
        known = sids.get(users.flow) or recorded.get(users.flow.name)
        decisions.append(decide_test_users(inputs, users, None if users.flow in creating else known))
    decisions.extend(decide_removed(inputs))
    return sorted(decisions, key=lambda decision: decision.address)


def _renamed(inputs: Inputs, steps: Sequence[Step]) -> Iterator[str]:
    """Say of a flow that goes while one of the same friendly name comes how to keep its SID."""
    recorded = inputs.state.flows()
    going = {recorded[s.address].friendly_name: s.address for s in steps if s.kind in {"delete", "forget"}
             and s.address in recorded}  # fmt: skip
    for step in steps:
        flow = inputs.desired.flows.get(step.address)
        old = going.get(flow.friendly_name) if flow is not None and step.kind == "create" else None
        if old is not None:
            yield (
                f"{step.address} is new and {old} goes, and both are called the same. If they are one flow, say "
                f"`previousNames: [{old.name}]` in {step.address}: it then keeps its SID."
            )


def _needs(inputs: Inputs, definitions: Mapping[Address, Definition]) -> dict[Address, set[Address]]:
    """Give what waits for what: callers for what they call, test users for their flow, deletes for their callers."""
    names = _names(inputs)
    needs = {a: {Address("Flow", name) for name in called(d, names)} for a, d in definitions.items()}
    needs.update({address: {users.flow} for address, users in inputs.desired.test_users.items()})
    flows = inputs.state.flows()
    by_sid = {record.sid: address for address, record in flows.items()}
    for caller, record in flows.items():
        live = inputs.live.flows.get(record.sid)
        if live is None or live.body is None or live.body.definition is None:
            continue
        for sid in live.body.definition.subflows:
            callee = by_sid.get(sid)
            if callee is not None and callee not in inputs.desired.flows and caller not in needs.get(callee, set()):
                _after(needs, callee, caller)
    return needs


def _after(needs: dict[Address, set[Address]], callee: Address, caller: Address) -> None:
    # Flows that call each other in a circle can still be deleted: one of them simply goes first.
    seen, front = {caller}, [caller]
    while front:
        for need in needs.get(front.pop(), ()):
            if need not in seen:
                seen.add(need)
                front.append(need)
    if callee not in seen:
        needs.setdefault(callee, set()).add(caller)


def called(definition: Definition, names: Mapping[str, str]) -> set[str]:
    """Give the names of the managed flows that a definition calls or refers to."""
    by_sid = {names[sid] for sid in definition.subflows if sid in names}
    return by_sid | set(definition.references)
