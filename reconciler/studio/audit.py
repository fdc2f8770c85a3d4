"""Twilio's Monitor Events: what is on record of a flow. Read-only, and never needed: without it, names are missing.

Paths and fields are those of Twilio's official client (twilio-python 9, `rest/monitor/v1/event`). Monitor has a host of
its own, and credentials that may read flows need not be allowed to read it.
"""

from __future__ import annotations

from typing import Final

from reconciler.errors import CredentialsError, NotFoundError, StudioError
from reconciler.model.audit import Actor, Audit, AuditEvent, Source
from reconciler.studio.answers import shaped
from reconciler.studio.call import Call
from reconciler.studio.http import Http
from reconciler.studio.paging import fetch_all
from reconciler.studio.wire import Date, Wire

_SOURCES: Final[dict[str | None, Source]] = {"web": "console", "api": "api", "twilio": "twilio"}


class _Event(Wire):
    """Event."""

    sid: str
    event_type: str
    resource_sid: str
    event_date: Date = None
    actor_sid: str | None = None
    actor_type: str | None = None
    source: str | None = None
    source_ip_address: str | None = None


class MonitorEvents:
    """`ports.AuditReader` over Monitor."""

    def __init__(self, http: Http) -> None:
        """Ask nothing yet."""
        self._http = http

    def events_of(self, sid: str) -> Audit:
        """Give what is on record of a resource, or why that cannot be told; raises nothing that Twilio may answer."""
        call = Call("ListEvent", "GET", "/v1/Events", query=(("ResourceSid", sid),), product="monitor")
        try:
            found = [_event(shaped(_Event, one, call)) for one in fetch_all(self._http, call, "events")]
        except (CredentialsError, NotFoundError):
            return Audit(missing="these credentials may not read Twilio's Monitor events")
        except StudioError:
            return Audit(missing="Twilio's Monitor events cannot be read now")
        return Audit(tuple(event for event in found if event.resource == sid))


def _event(wire: _Event) -> AuditEvent:
    source = _SOURCES.get(wire.source, "unknown")
    actor = Actor(wire.actor_sid, wire.actor_type, source, wire.source_ip_address)
    return AuditEvent(wire.sid, wire.event_type, wire.resource_sid, wire.event_date, actor)
