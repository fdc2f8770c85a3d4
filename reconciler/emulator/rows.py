"""What the emulator keeps: values, and nothing of SQL or JSON bodies. Times are seconds since the epoch.

Named tuples, as rows are what they are made of, and every plan without an account waits for the emulator to load.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from reconciler.model.definition import Status
from reconciler.model.jsontypes import Json

ExecutionStatus = Literal["active", "ended"]
ListOrder = Literal["newest", "oldest", "by-sid", "shuffled"]


class Flow(NamedTuple):
    """A flow apart from its revisions. `seq` grows with each create and never comes back."""

    seq: int
    sid: str
    account: str
    created: float


class Revision(NamedTuple):
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


class Execution(NamedTuple):
    """One execution of a flow, without its steps and contexts.

    Attributes:
        contact, address: the person's end and Twilio's; `address` is empty for what the Console put beside a flow.
        kind: what started it: `request`, `message`, `call`; empty for what the Console put beside a flow.
        initiated_by: SID of what started it.
        due: when it goes on by itself; None for never.
        turn: grows with everything that happens to it, so that nobody goes on from where it stood before.
    """

    seq: int
    sid: str
    flow_sid: str
    account: str
    status: ExecutionStatus
    version: int
    contact: str
    created: float
    updated: float | None
    address: str = ""
    kind: str = ""
    initiated_by: str | None = None
    ended_reason: str | None = None
    due: float | None = None
    turn: int = 0


class Step(NamedTuple):
    """One step of an execution, without its context. `parent` is the step of the parent that led into a subflow."""

    number: int
    sid: str
    flow_sid: str
    name: str
    transitioned_from: str
    transitioned_to: str
    type: str
    parent: str | None
    at: float


class Start(NamedTuple):
    """What a new execution begins with; see `Execution`."""

    status: ExecutionStatus
    version: int
    contact: str
    created: float
    address: str = ""
    kind: str = ""
    initiated_by: str | None = None


class Stub(NamedTuple):
    """What stands in for the outer world at some widgets: None matches all. `body` says what happens, as JSON text."""

    flow_sid: str | None
    widget: str | None
    url: str | None
    body: str


class Event(NamedTuple):
    """What is on record of one write to a flow; it stays when the flow goes."""

    sid: str
    account: str
    kind: str
    flow_sid: str
    author: str
    at: float


class EventFilter(NamedTuple):
    """Which events are asked for; None asks for all. `actor` is a user or the account; `until` itself counts."""

    kind: str | None = None
    flow_sid: str | None = None
    actor: str | None = None
    since: float | None = None
    until: float | None = None


class Window(NamedTuple):
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


class ExecutionFilter(NamedTuple):
    """Which executions are asked for; None asks for all. `until` itself is left out."""

    status: ExecutionStatus | None = None
    since: float | None = None
    until: float | None = None
