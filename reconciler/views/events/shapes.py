"""The shapes of the JSON documents of `events`. Types only. A shape only ever grows while `format` stays 1."""

from __future__ import annotations

from typing import Literal

from pydantic import with_config
from typing_extensions import TypedDict

from reconciler.plan.shape import STRICT
from reconciler.views.executions.shapes import ExecutionShape


class ReceivedExecutionShape(ExecutionShape):
    """One execution as events told it; `steps` counts those that arrived."""

    endedReason: str | None  # noqa: N815 - a key of JSON; the linter does not see that this is a TypedDict too
    steps: int


@with_config(STRICT)
class EventsListShape(TypedDict):
    """Executions that events told of, the newest first; `total` counts those that fit, also beyond the limit."""

    format: Literal[1]
    database: str
    personal: bool
    total: int
    executions: list[ReceivedExecutionShape]


@with_config(STRICT)
class EventsStatusShape(TypedDict):
    """What is kept. `lagSeconds` is how long the last event took to arrive; `events` and `aside` count by type."""

    format: Literal[1]
    database: str
    events: dict[str, int]
    aside: dict[str, int]
    again: int
    executions: int
    active: int
    oldest: str | None
    newest: str | None
    received: str | None
    lagSeconds: float | None
    keep: str | None


class TroubleShape(TypedDict):
    """What keeps events from arriving, and what to do about it."""

    what: str
    hint: str


class SinkShape(TypedDict):
    """A sink with what it is sent; `types` has the version of the schema by type. `ours`: reconciler made it."""

    sid: str
    kind: str
    status: Literal["initialized", "validating", "active", "failed"]
    url: str | None
    ours: bool
    subscription: str | None
    types: dict[str, int | None]
    troubles: list[TroubleShape]


@with_config(STRICT)
class EventsCheckShape(TypedDict):
    """Whether Studio's events arrive: `holds` when at least one sink is sent all of them, and none has trouble."""

    format: Literal[1]
    holds: bool
    sinks: list[SinkShape]


@with_config(STRICT)
class EventsSetupShape(TypedDict):
    """What came of a setup. `proved` is null when the sink was not tested."""

    format: Literal[1]
    changed: bool
    proved: bool | None
    sink: SinkShape


@with_config(STRICT)
class EventsRemoveShape(TypedDict):
    """What was removed: SIDs of subscriptions and sinks."""

    format: Literal[1]
    removed: list[str]
