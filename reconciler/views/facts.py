"""What the views for people and for machines both have to find out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final, get_args

from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.finding import Finding, Severity
from reconciler.model.record import Intent, Resource, State
from reconciler.plan.mark import read_mark
from reconciler.plan.outcome import Outcome, OutcomeKind

if TYPE_CHECKING:
    from reconciler.workflows.results import Applied
    from reconciler.workflows.verify import Verified

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
OUTCOMES: Final[tuple[OutcomeKind, ...]] = get_args(OutcomeKind)


def counts(outcomes: Sequence[Outcome]) -> dict[OutcomeKind, int]:
    """Count outcomes by kind; every kind has its number."""
    return {kind: sum(1 for outcome in outcomes if outcome.kind == kind) for kind in OUTCOMES}


def continues(applied: Applied, program: str) -> str | None:
    """Give the command that continues after this apply; None when nothing is left to do."""
    numbers = counts(applied.outcomes)
    if numbers["conflict"] or numbers["refused"]:
        return f"{program} plan"
    left = applied.declined or applied.interrupted or applied.lease_lost or sum(numbers.values()) > numbers["done"]
    return f"{program} apply" if left else None


def sorted_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Order findings by place, those without one last, and drop what is said twice."""
    return sorted(
        set(findings),
        key=lambda f: (
            f.place is None,
            (f.place.file, f.place.line, f.place.column) if f.place else ("", 0, 0),
            f.widget or "",
            f.property or "",
            SEVERITIES.index(f.severity),
            f.rule,
            f.message,
            f.hint or "",
        ),
    )


def recorded(state: State, address: Address) -> tuple[Resource | None, Intent | None]:
    """Give what a state holds under an address.

    Raises:
        UsageError: the state has no such address.
    """
    resource, intent = state.resources.get(address), state.pending.get(address)
    if resource is None and intent is None:
        raise UsageError(f"{address} is not in the state", hint="`reconciler state list` shows what is.")
    return resource, intent


def said(message: str) -> str:
    """Give what a person wrote into a commit message: all of it but our mark."""
    mark = read_mark(message)
    return message if mark is None else message.lstrip()[len(str(mark)) :].strip()


def broken(verified: Sequence[Verified]) -> tuple[Verified, ...]:
    """Give the recorded revisions that Studio does not bear out."""
    return tuple(one for one in verified if one.verdict in {"differs", "missing"})
