"""Make one write exactly once: intent first, then the write, then the truth about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from reconciler.apply.run import Run
from reconciler.errors import (
    AmbiguousError,
    ConflictError,
    CredentialsError,
    InvalidDefinitionError,
    NotFoundError,
    NotSentError,
    RateLimitedError,
    RequestRefusedError,
)
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.model.record import DropIntent, Intent, PutIntent

T = TypeVar("T")

ATTEMPTS: Final = 3
"""How often a write is sent whose answer got lost and that provably did not happen."""

NOTHING_DONE: Final = (RequestRefusedError, NotFoundError, RateLimitedError, NotSentError, CredentialsError)
"""Errors after which a write is known not to have happened."""


def attempt(run: Run, address: Address, intent: Intent, send: Callable[[], T], settle: Callable[[], T | None]) -> T:
    """Send a write, and never a second time unless the first provably did not happen.

    Args:
        run: the run it belongs to.
        address: where the intent is kept.
        intent: recorded durably before anything is sent.
        send: the write itself; an answer that makes no sense raises AmbiguousError.
        settle: looks whether the write happened until the window has passed; None means that it did not.

    Raises:
        AmbiguousError: its answer got lost every time; the intent stays pending.
        ConflictError: `settle` found that somebody else wrote instead; the intent is gone.
        StateWriteError: the state can no longer be written, or its lock was lost: nothing more is sent.
        StudioError: it was refused; the intent is gone.
    """
    run.ledger.record([PutIntent(address, intent)])
    lost: AmbiguousError | None = None
    for _ in range(ATTEMPTS):
        if lost is not None:
            # The look took a while: whoever took the lock over meanwhile may have repeated it, and stops us here.
            run.ledger.record([PutIntent(address, intent)])
        try:
            return send()
        except NOTHING_DONE:
            run.ledger.record([DropIntent(address)])
            raise
        except AmbiguousError as error:
            lost = error
        try:
            found = settle()
        except ConflictError:
            run.ledger.record([DropIntent(address)])  # the window has passed: what is there now is not ours
            raise
        if found is not None:
            return found
    raise AmbiguousError(f"{address}: the answer to the write got lost {ATTEMPTS} times ({lost})") from lost


def while_fresh(run: Run, sid: str, call: Callable[[], T]) -> T:
    """Make a call; repeat a 404 while the flow is so young that Studio may not show it yet."""
    missing = NotFoundError(f"{sid} was not asked for")
    for _ in run.look.polls():
        try:
            return call()
        except NotFoundError as error:
            missing = error
            if not run.is_fresh(sid):
                break
    raise missing


def until_known(run: Run, definition: Definition, call: Callable[[], T]) -> T:
    """Make a call; repeat a refused definition while it calls a flow that Studio may not know yet."""
    refused = InvalidDefinitionError("nobody was asked", ())
    for _ in run.look.polls():
        try:
            return call()
        except InvalidDefinitionError as error:
            refused = error
            if not any(run.is_fresh(sid) for sid in definition.subflows):
                break
    raise refused
