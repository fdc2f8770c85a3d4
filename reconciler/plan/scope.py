"""Which addresses a plan is about: `--target`, `--exclude`, `--selector`. Applied before anything is compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.desired import Desired
from reconciler.model.record import State
from reconciler.plan.inputs import flow_names, renamed_from
from reconciler.plan.options import Scope


def addresses(desired: Desired, state: State, scope: Scope) -> frozenset[Address] | None:
    """Give the addresses in scope; None means all.

    A target or a selected flow brings along what it refers to; an exclusion takes along what refers to it.

    Raises:
        UsageError: an address is neither declared nor recorded.
    """
    if not (scope.targets or scope.excludes or scope.selector):
        return None
    everything = set(desired.flows) | set(desired.test_users) | set(state.resources)
    for address in (*scope.targets, *scope.excludes):
        _must_exist(address, everything)
    needs = references(desired, state)
    chosen = _closure(_chosen(desired, scope, everything), needs)
    dependants: dict[Address, set[Address]] = {}
    for address, needed in needs.items():
        for need in needed:
            dependants.setdefault(need, set()).add(address)
    chosen -= _closure(scope.excludes, dependants)
    old_names = {old for old, new in renamed_from(desired, state).items() if new in chosen}
    return frozenset(chosen | old_names)


def references(desired: Desired, state: State) -> dict[Address, set[Address]]:
    """Give by declared address the declared addresses that it refers to."""
    names = flow_names(desired, state)
    found: dict[Address, set[Address]] = {}
    for address, flow in desired.flows.items():
        called = {names[sid] for sid in flow.definition.subflows if sid in names} | set(flow.definition.references)
        found[address] = {Address("Flow", name) for name in called} & set(desired.flows)
    for address, users in desired.test_users.items():
        found[address] = {users.flow}
    return found


def _chosen(desired: Desired, scope: Scope, everything: set[Address]) -> set[Address]:
    chosen = set(scope.targets) if scope.targets else set(everything)
    if scope.selector:
        labelled = {a for a, flow in desired.flows.items() if scope.selector.items() <= flow.labels.items()}
        labelled |= {a for a, users in desired.test_users.items() if users.flow in labelled}
        chosen &= labelled
    return chosen


def _closure(start: Iterable[Address], edges: Mapping[Address, set[Address]]) -> set[Address]:
    seen = set(start)
    front = list(seen)
    while front:
        for address in edges.get(front.pop(), ()):
            if address not in seen:
                seen.add(address)
                front.append(address)
    return seen


def _must_exist(address: Address, everything: set[Address]) -> None:
    if address in everything:
        return
    near = get_close_matches(str(address), [str(known) for known in everything], n=1)
    hint = f"Did you mean {near[0]}?" if near else "`reconciler status` lists all addresses."
    raise UsageError(f"{address} is neither declared nor recorded", hint=hint)
