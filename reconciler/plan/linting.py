"""What lint knows of a project beyond one flow, and the guard that refuses a plan because of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from reconciler.definition.lint.context import Neighbour, Surroundings
from reconciler.definition.lint.engine import Subject, Verdict, judge
from reconciler.model.address import Address
from reconciler.model.desired import Desired
from reconciler.plan.values import Objection, Plan, StepKind

CHANGING: Final[frozenset[StepKind]] = frozenset({"create", "update", "publish"})
"""Steps after which a definition runs that did not before."""

ENFORCED: Final = frozenset({"dangling-next", "duplicate-widget", "too-large"})
"""Rules that other guards enforce already, whatever anybody says about lint."""


def surroundings(desired: Desired, sids: Mapping[str, str]) -> Surroundings:
    """Give what is known outside of any one flow.

    Args:
        desired: the project.
        sids: names of managed flows by SID.
    """
    own = set(desired.bindings.get(desired.environment.name, {}))
    own |= {f"flow/{address.name}" for address in desired.flows}
    known = set(_identifiers(desired.environment.bindings.values()))
    foreign: dict[str, str] = {}
    translated: set[str] = set()
    for environment, bindings in desired.bindings.items():
        if environment == desired.environment.name:
            continue
        for name, value in bindings.items():
            for identifier in _identifiers([value]):
                foreign.setdefault(identifier, f"{name} of {environment}")
                translated |= {identifier} if name in own else set()
    return Surroundings(
        flows={address.name: Neighbour(flow.definition, flow.status) for address, flow in desired.flows.items()},
        sids=sids,
        account=desired.environment.account,
        known=frozenset(known),
        foreign={identifier: whose for identifier, whose in foreign.items() if identifier not in known},
        translated=frozenset(translated - known),
    )


def verdicts(desired: Desired, address: Address, around: Surroundings) -> tuple[Verdict, ...]:
    """Lint one declared flow as its file has it."""
    flow = desired.flows[address]
    definition = flow.written or flow.definition
    return judge(Subject(definition.data(), address.name, around, desired.lint, flow.suppressions))


def changing(desired: Desired, plan: Plan) -> list[Address]:
    """Give the declared flows whose definition a plan would send, in their order."""
    return sorted({step.address for step in plan.steps if step.kind in CHANGING and step.address in desired.flows})


def objections(desired: Desired, plan: Plan, sids: Mapping[str, str]) -> Iterator[Objection]:
    """Object to every error that lint finds in what a plan would send."""
    around = surroundings(desired, sids)
    for address in changing(desired, plan):
        for verdict in verdicts(desired, address, around):
            if verdict.severity == "error" and verdict.suppressed is None and verdict.rule.id not in ENFORCED:
                widget = f"widget {verdict.problem.widget}: " if verdict.problem.widget else ""
                message = f"{address}: {widget}{verdict.problem.message} [{verdict.rule.id}]"
                yield Objection("lint", "plan", address, message, "--lint=warn")


def _identifiers(values: Iterable[str | Mapping[str, str]]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        else:
            yield from value.values()
