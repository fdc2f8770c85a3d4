"""Lint declared flows: ask the rules, and give each answer its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from reconciler.definition.lint.engine import Verdict, finding_of, unused
from reconciler.definition.lint.rule import Fix, Rule
from reconciler.definition.locate import Places, Positions
from reconciler.model.address import Address
from reconciler.model.desired import Desired
from reconciler.model.finding import Finding
from reconciler.plan.linting import surroundings, verdicts

Texts = Callable[[Address], str | Places]


@dataclass(frozen=True, slots=True)
class Linted:
    """One finding and what belongs to it.

    Attributes:
        address: the flow it is in.
        rule: what was broken; None for what lint says of itself (`unused-suppression`).
        fix: a safe repair, where there is one.
        suppressed: why it does not count; None when it does.
    """

    address: Address
    finding: Finding
    rule: Rule | None = None
    fix: Fix | None = None
    suppressed: str | None = None


def lint(desired: Desired, addresses: Iterable[Address], texts: Texts) -> tuple[Linted, ...]:
    """Lint declared flows.

    Args:
        desired: the project.
        addresses: which of its flows.
        texts: the file of a flow's definition, or what knows the places in it; asked only where something was found.
    """
    around = surroundings(desired, desired.known_sids)
    found: list[Linted] = []
    for address in addresses:
        judged = verdicts(desired, address, around)
        found += _placed(desired, address, judged, texts)
        found += [Linted(address, finding) for finding in unused(judged, desired.flows[address].suppressions)]
    return tuple(found)


def _placed(desired: Desired, address: Address, judged: tuple[Verdict, ...], texts: Texts) -> Iterable[Linted]:
    if not judged:
        return
    source, text = desired.flows[address].source, texts(address)
    places = Positions(text) if isinstance(text, str) else text
    for verdict in judged:
        finding = finding_of(verdict, source, places)
        suppressed = None if verdict.suppressed is None else verdict.suppressed.reason
        yield Linted(address, finding, verdict.rule, verdict.problem.fix, suppressed)
