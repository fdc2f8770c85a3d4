"""What Twilio's Monitor tells of a change: who made it, by which way, and from where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Source = Literal["console", "api", "twilio", "unknown"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something.

    Attributes:
        sid: of a user (`US…`) or of an account (`AC…`); None when Twilio does not tell.
        type: what Twilio calls it: `user`, `account`, `twilio-admin` and others.
        source: in the Console, by the API, or by Twilio itself.
        address: the IP address it came from; None from within Twilio.
    """

    sid: str | None
    type: str | None
    source: Source
    address: str | None


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One change of a resource; `type` is such as `flow.updated`."""

    sid: str
    type: str
    resource: str
    at: datetime | None
    actor: Actor


@dataclass(frozen=True, slots=True)
class Audit:
    """What Monitor told of one resource.

    Attributes:
        events: none where nothing could be read.
        missing: why it could not be asked, one sentence; None when it answered.
    """

    events: Sequence[AuditEvent] = ()
    missing: str | None = None
