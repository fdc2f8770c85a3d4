"""The exit codes: a contract, in one table. Nobody else in the command line writes a number."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from reconciler.errors import (
    ConflictError,
    CredentialsError,
    InterruptedRunError,
    LeaseLostError,
    ReconcilerError,
    RefusedError,
    StaleError,
    StateLockedError,
)

if TYPE_CHECKING:
    from reconciler.plan.outcome import Outcome
    from reconciler.plan.values import Drift, Plan
    from reconciler.workflows.release.values import Released
    from reconciler.workflows.results import Applied

DONE: Final = 0
ERROR: Final = 1
DIFFERENCES: Final = 2
REFUSED: Final = 3
LOCKED: Final = 4
STALE: Final = 5
CREDENTIALS: Final = 6
INTERRUPTED: Final = 130

MEANINGS: Final[dict[int, str]] = {
    DONE: "done, or nothing to do",
    ERROR: "error: usage, a declined prompt, a failed step, a failed test, no terminal and no --auto-approve",
    DIFFERENCES: "differences: `plan --detailed-exitcode`, `replay --detailed-exitcode`, `drift`",
    REFUSED: "refused by a guard; also `plan` with objections",
    LOCKED: "the state is locked by another run, or its lock was lost",
    STALE: "stale plan, conflict, or an edit of others was overwritten",
    CREDENTIALS: "credentials missing or refused",
    INTERRUPTED: "interrupted",
}

ORDER: Final = (INTERRUPTED, CREDENTIALS, LOCKED, ERROR, REFUSED, STALE, DIFFERENCES, DONE)
"""When several apply, the first of these."""

_ERRORS: Final[tuple[tuple[type[ReconcilerError], int], ...]] = (
    (InterruptedRunError, INTERRUPTED),
    (CredentialsError, CREDENTIALS),
    (StateLockedError, LOCKED),
    (LeaseLostError, LOCKED),
    (RefusedError, REFUSED),
    (StaleError, STALE),
    (ConflictError, STALE),
)

_OUTCOMES: Final = {"pending": ERROR, "refused": REFUSED, "conflict": STALE, "skipped": DONE}
"""What a step waited for, when it was skipped, has a code of its own."""


def worst(codes: Iterable[int]) -> int:
    """Give the one that counts of several; 0 for none."""
    return min(codes, key=ORDER.index, default=DONE)


def of_error(error: ReconcilerError) -> int:
    """Give the exit code of an error that ended the run."""
    return next((code for kind, code in _ERRORS if isinstance(error, kind)), ERROR)


def of_plan(plan: Plan, *, detailed: bool = False) -> int:
    """Give the exit code of a plan that was shown. `detailed`: whether changes are told by 2. Default no."""
    codes = [REFUSED] if plan.objections else []
    if detailed and not plan.empty:
        codes.append(DIFFERENCES)
    return worst(codes)


def of_drift(drifts: Iterable[Drift], *, layout: bool) -> int:
    """Give the exit code of `drift`. `layout`: whether a moved canvas counts (policy `layout: manage`)."""
    harmless = {"none"} if layout else {"none", "layout"}
    return DIFFERENCES if any(drift.change_class not in harmless for drift in drifts) else DONE


def of_applied(applied: Applied) -> int:
    """Give the exit code of an apply that came to its end."""
    codes = [_of_outcome(outcome) for outcome in applied.outcomes]
    if applied.plan.refused:
        codes.append(REFUSED)
    if applied.declined:
        codes.append(ERROR)
    if applied.lease_lost:
        codes.append(LOCKED)
    if applied.interrupted:
        codes.append(INTERRUPTED)
    return worst(codes)


def of_released(released: Released) -> int:
    """Give the exit code of a release: what was taken back failed, unless a person asked for it."""
    codes = [INTERRUPTED] if released.interrupted else []
    if released.declined:
        codes.append(ERROR)
    if released.decided is not None and released.decided.plan.objections:
        codes.append(REFUSED)
    if released.conflict:
        codes.append(STALE)
    elif released.halted is not None:
        codes.append(ERROR if released.error is None else of_error(released.error))
    release = released.release
    if release is not None and release.stage == "taken-back" and not released.asked:
        codes.append(STALE if release.cause == "conflict" else ERROR)
    return worst(codes)


def _of_outcome(outcome: Outcome) -> int:
    # By kind and not by class: the command line is up before plans are imported.
    if outcome.kind == "done":
        return STALE if outcome.overwritten else DONE
    if outcome.kind == "failed":
        return worst((ERROR, of_error(outcome.error)))
    return _OUTCOMES[outcome.kind]
