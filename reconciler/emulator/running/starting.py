"""Begin executions: by the REST API, by an incoming message, by an incoming call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from reconciler.emulator.answers import CONFLICT, TOO_MANY_REQUESTS, RefusalError, bad_parameter, not_found
from reconciler.emulator.rows import Execution, Revision, Start
from reconciler.emulator.rows import Flow as Row
from reconciler.emulator.running.contexts import packed
from reconciler.emulator.running.engine import run_due, started
from reconciler.emulator.running.library import StoreLibrary
from reconciler.emulator.studio import Studio
from reconciler.emulator.transaction import Transaction
from reconciler.errors import SimulationError
from reconciler.simulate import (
    Effect,
    IncomingCall,
    IncomingConversationMessage,
    IncomingMessage,
    IncomingRequest,
    Launch,
    place,
    to_document,
)

_KINDS: Final = {
    IncomingRequest: "request",
    IncomingMessage: "message",
    IncomingConversationMessage: "message",
    IncomingCall: "call",
}

_LIMITS: Final = {"request": (20, ("request",)), "message": (100, ("message", "call"))}
"""Executions per second and account, and which ways of starting count together (api.md A8)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An execution to be begun.

    Attributes:
        path: what is said not to be there when the flow is not.
        initiated_by: SID of the message or call; None for a request, which gets one.
    """

    account: str
    flow_sid: str
    path: str
    trigger: IncomingRequest | IncomingMessage | IncomingConversationMessage | IncomingCall
    initiated_by: str | None = None

    @property
    def kind(self) -> str:
        """What starts it."""
        return _KINDS[type(self.trigger)]


def begin(studio: Studio, wanted: Wanted) -> tuple[Execution, tuple[Effect, ...]]:
    """Begin an execution and run it until it waits; gives it as it was before it ran, and what it did.

    Raises:
        RefusalError: there is no such flow, or no revision to run; the pair has an execution already; too many were
            begun within a second.
    """
    library = StoreLibrary(studio, wanted.account)
    with studio.store.read() as t:
        chosen = _chosen(studio, t, wanted)
    library.made(*chosen[:2])  # outside of the transaction below: a large definition takes its time
    with studio.store.write() as t:
        row, revision, test_user = _chosen(studio, t, wanted)
        _refuse_too_many(studio, t, wanted)
        _refuse_second(studio, t, wanted)
        start = Start(
            "active",
            revision.number,
            wanted.trigger.contact,
            studio.now(),
            wanted.trigger.address,
            wanted.kind,
            wanted.initiated_by,
        )
        execution = t.runs.insert(row, start, studio.sid_of)
        within = StoreLibrary(studio, wanted.account, t)
        launch = Launch(
            flow=within.made(row, revision),
            trigger=wanted.trigger,
            at=start.created,
            execution=execution.sid,
            account=wanted.account,
            test_user=test_user,
        )
        try:
            state = place(within, launch)
        except (SimulationError, RecursionError) as error:
            raise bad_parameter(f"The flow cannot run: {error}") from error
        t.runs.place(execution, packed(to_document(state)))
        t.runs.announce([started(execution)])
    return execution, run_due(studio, execution)


def _chosen(studio: Studio, t: Transaction, wanted: Wanted) -> tuple[Row, Revision, bool]:
    """Give what runs: the latest revision for test users, for others the one that is published."""
    row = t.flow(wanted.flow_sid, wanted.account)
    latest = t.latest(row) if row else None
    if row is None or latest is None:
        raise not_found(wanted.path)
    if wanted.trigger.contact in t.contacts(row):
        return row, latest, True
    published = t.published(row)
    if published is not None:
        return row, published, False
    match studio.settings.quirk("start-unpublished"):
        case "not-found":
            raise not_found(wanted.path)
        case "draft":
            return row, latest, False
        case _:
            raise bad_parameter("The flow has no published revision")


def _refuse_too_many(studio: Studio, t: Transaction, wanted: Wanted) -> None:
    most, kinds = _LIMITS["request" if wanted.kind == "request" else "message"]
    if t.runs.count_since(wanted.account, kinds, studio.now() - 1) < most:
        return
    refusal = RefusalError(429, TOO_MANY_REQUESTS, f"More than {most} executions were started within a second")
    refusal.retry_after = studio.settings.quirk("retry-after") == "present"
    raise refusal


def _refuse_second(studio: Studio, t: Transaction, wanted: Wanted) -> None:
    flow = wanted.flow_sid if studio.settings.quirk("execution-conflict") == "flow" else None
    other = t.runs.active(wanted.account, (wanted.trigger.contact, wanted.trigger.address), flow)
    if other is not None:
        message = "An active execution between these two exists already"
        raise RefusalError(409, CONFLICT, message, details={"conflicting_execution_sid": other.sid})
