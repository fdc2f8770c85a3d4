"""Event Streams: where Twilio sends events (sinks), which ones (subscriptions), and those that Studio has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

STARTED: Final = "com.twilio.studio.flow.execution.started"
ENDED: Final = "com.twilio.studio.flow.execution.ended"
STEP_ENDED: Final = "com.twilio.studio.flow.step.ended"

STUDIO_TYPES: Final[Mapping[str, int]] = {STARTED: 2, ENDED: 2, STEP_ENDED: 1}
"""Studio's types of events, in the order in which an execution has them, with the version of the schema we read."""

SinkStatus = Literal["initialized", "validating", "active", "failed"]


@dataclass(frozen=True, slots=True)
class Sink:
    """A place that Twilio sends events to.

    Attributes:
        kind: `webhook`, or another one that we do not make.
        status: only an `active` one is sent events.
        url: of a webhook the address that is called, without credentials; None for other kinds.
        method: of a webhook the HTTP method.
    """

    sid: str
    kind: str
    status: SinkStatus
    description: str = ""
    url: str | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """Which events a sink is sent; a sink has at most one.

    Attributes:
        types: the types of events, each with the version of its schema; None where Twilio does not tell.
    """

    sid: str
    sink: str
    types: Mapping[str, int | None]
    description: str = ""


@dataclass(frozen=True, slots=True)
class KeptEvents:
    """What a store of events holds.

    Attributes:
        events: how many of each of Studio's types.
        aside: how many of each other type.
        again: how many events arrived that were known already.
        executions: how many executions; of `active` ones no end arrived.
        oldest: when the oldest execution began.
        newest: when the newest event happened.
        received: when the last event arrived.
        lag: how long that one took to arrive; None when it does not tell when it happened.
        keep: for how long executions are kept, as it was said; None as long as nobody listened.
    """

    events: Mapping[str, int]
    aside: Mapping[str, int]
    again: int
    executions: int
    active: int
    oldest: datetime | None
    newest: datetime | None
    received: datetime | None
    lag: timedelta | None
    keep: str | None
