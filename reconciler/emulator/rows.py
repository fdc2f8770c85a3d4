"""What the emulator keeps: values, and nothing of SQL or JSON bodies. Times are seconds since the epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reconciler.model.definition import Status
from reconciler.model.jsontypes import Json

ExecutionStatus = Literal["active", "ended"]
ListOrder = Literal["newest", "oldest", "by-sid", "shuffled"]


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow apart from its revisions. `seq` grows with each create and never comes back."""

    seq: int
    sid: str
    account: str
    created: float


@dataclass(frozen=True, slots=True)
class Revision:
    """One numbered revision.

    `definition` is JSON text, empty where a list did not read it; `errors` is a JSON array as text. `updated` is what
    the flow answers as date_updated while this is its latest revision, None right after a create.
    """

    number: int
    status: Status
    friendly_name: str
    commit_message: str | None
    author: str
    valid: bool
    errors: str
    minted: float
    updated: float | None
    definition: str


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution of a flow, as far as lists show it."""

    seq: int
    sid: str
    flow_sid: str
    account: str
    status: ExecutionStatus
    version: int
    contact: str
    created: float
    updated: float | None


@dataclass(frozen=True, slots=True)
class Window:
    """Which rows of a list are asked for.

    Attributes:
        order: see the quirk list-order.
        limit: how many at most.
        key: the place of the row beside which to begin, as a page token keeps it; None begins at the first.
        backward: the rows before `key` instead of those behind it.
    """

    order: ListOrder
    limit: int
    key: Json = None
    backward: bool = False


@dataclass(frozen=True, slots=True)
class ExecutionFilter:
    """Which executions are asked for; None asks for all. `until` itself is left out."""

    status: ExecutionStatus | None = None
    since: float | None = None
    until: float | None = None
