"""Start runs of a flow through the REST API: one contact, or a list of them, no faster than Studio takes them.

A start is never repeated unless Studio said that it was not processed: a person would be called twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from reconciler.errors import (
    AmbiguousError,
    NotFoundError,
    NotSentError,
    ProtocolError,
    RateLimitedError,
    RequestRefusedError,
    StudioConflictError,
    StudioError,
)
from reconciler.model.execution import Execution
from reconciler.model.jsontypes import JsonObject
from reconciler.ports import Clock, ExecutionWriter, FlowReader
from reconciler.workflows.executions.flows import KnownFlow, RunsWorld
from reconciler.workflows.executions.order import in_order

PER_SECOND: Final = 20
"""Starts through the REST API that Studio takes in a second, of a whole account (api.md A8)."""

_PACE: Final = 1 / (PER_SECOND * 0.9)
"""Seconds between two starts: a tenth below the limit, because answers of Studio are not evenly quick."""

_UNPUBLISHED: Final = ". Nothing of the flow is published: only its test users can be contacted"

_WORK: Final = "Starting executions"

StartOutcome = Literal["started", "conflict", "limited", "refused", "not-sent", "unknown"]


@dataclass(frozen=True, slots=True)
class Start:
    """What is to be started.

    Attributes:
        recipients: whom the runs contact, each once.
        sender: a number of the account, or a Messaging Service's SID.
        parameters: become `flow.data`; None sends none.
    """

    flow: KnownFlow
    recipients: tuple[str, ...]
    sender: str
    parameters: JsonObject | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """What came of one start.

    Attributes:
        run: None unless it was started.
        draft: whether a draft runs, as it does for test users; None when nobody knows.
        conflicting: SID of the run that is in the way, where Studio names one.
        message: why it was not started.
    """

    to: str
    outcome: StartOutcome
    run: Execution | None = None
    draft: bool | None = None
    conflicting: str | None = None
    message: str | None = None


def start_runs(world: RunsWorld, writer: ExecutionWriter, reader: FlowReader, asked: Start) -> Iterator[Started]:
    """Start a run for each contact, and give what came of it as it comes, in their order.

    Raises:
        NotFoundError: Studio has no such flow; nothing was started.
        CredentialsError: see `FlowWriter`.
    """
    head = reader.fetch_published(asked.flow.sid)
    published = None if head is None else head.revision

    def start(to: str) -> Started:
        return _start(writer, asked, to, published)

    world.progress.begin(_WORK, len(asked.recipients))
    for _, started in in_order(world.pool, world.clock, start, _paced(world.clock, asked.recipients)):
        world.progress.advance(_WORK)
        yield started


def _paced(clock: Clock, recipients: Iterable[str]) -> Iterator[str]:
    """Give one after the other, none before its time. The first needs no wait."""
    begun = clock.monotonic()
    for number, to in enumerate(recipients):
        early = begun + number * _PACE - clock.monotonic()
        if early > 0:
            clock.sleep(early)
        yield to


def _start(writer: ExecutionWriter, asked: Start, to: str, published: int | None) -> Started:
    try:
        run = writer.start_execution(asked.flow.sid, to, asked.sender, asked.parameters)
    except StudioConflictError as error:
        return Started(to, "conflict", conflicting=error.conflicting, message=error.message)
    except NotFoundError:
        raise
    except StudioError as error:
        outcome = _outcome(error)
        unpublished = outcome == "refused" and published is None
        return Started(to, outcome, message=error.message + (_UNPUBLISHED if unpublished else ""))
    draft = None if run.revision is None else published is None or run.revision > published
    return Started(to, "started", run, draft)


def _outcome(error: StudioError) -> StartOutcome:
    match error:
        case RateLimitedError():
            return "limited"
        case RequestRefusedError():
            return "refused"
        case NotSentError():
            return "not-sent"
        case AmbiguousError() | ProtocolError():
            return "unknown"
        case _:
            raise error
