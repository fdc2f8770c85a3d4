"""`events …` as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.model.streams import KeptEvents
from reconciler.plan.document import encode_time
from reconciler.views.events.shapes import (
    EventsCheckShape,
    EventsListShape,
    EventsRemoveShape,
    EventsSetupShape,
    EventsStatusShape,
    ReceivedExecutionShape,
    SinkShape,
)
from reconciler.views.executions.machine import execution
from reconciler.views.machine.text import document
from reconciler.workflows.received import Received, ReceivedRun
from reconciler.workflows.streams import Done, Standing, ours


def render_received(received: Received, database: str, *, personal: bool) -> str:
    """Give the executions that events told of. `personal`: contacts as they are kept."""
    data: EventsListShape = {
        "format": 1,
        "database": database,
        "personal": personal,
        "total": received.total,
        "executions": [_run(one, personal=personal) for one in received.runs],
    }
    return document(data)


def render_kept(kept: KeptEvents, database: str) -> str:
    """Give what a store holds."""
    data: EventsStatusShape = {
        "format": 1,
        "database": database,
        "events": dict(kept.events),
        "aside": dict(kept.aside),
        "again": kept.again,
        "executions": kept.executions,
        "active": kept.active,
        "oldest": encode_time(kept.oldest),
        "newest": encode_time(kept.newest),
        "received": encode_time(kept.received),
        "lagSeconds": None if kept.lag is None else kept.lag.total_seconds(),
        "keep": kept.keep,
    }
    return document(data)


def render_checked(standings: Sequence[Standing], *, holds: bool) -> str:
    """Give every sink with its troubles."""
    data: EventsCheckShape = {"format": 1, "holds": holds, "sinks": [_sink(one) for one in standings]}
    return document(data)


def render_setup(done: Done, *, changed: bool) -> str:
    """Give what came of a setup."""
    standing = Standing(done.sink, done.subscription)
    data: EventsSetupShape = {"format": 1, "changed": changed, "proved": done.proved, "sink": _sink(standing)}
    return document(data)


def render_removed(standings: Sequence[Standing]) -> str:
    """Give what was removed."""
    removed = [
        sid for one in standings for sid in ([one.subscription.sid] if one.subscription else []) + [one.sink.sid]
    ]
    data: EventsRemoveShape = {"format": 1, "removed": removed}
    return document(data)


def _run(one: ReceivedRun, *, personal: bool) -> ReceivedExecutionShape:
    return {
        **execution(one.seen, personal=personal or one.pseudonymous),
        "endedReason": one.seen.run.ended_reason,
        "steps": one.steps,
    }


def _sink(standing: Standing) -> SinkShape:
    sink, subscription = standing.sink, standing.subscription
    return {
        "sid": sink.sid,
        "kind": sink.kind,
        "status": sink.status,
        "url": sink.url,
        "ours": ours(standing),
        "subscription": None if subscription is None else subscription.sid,
        "types": {} if subscription is None else dict(subscription.types),
        "troubles": [{"what": trouble.what, "hint": trouble.hint} for trouble in standing.troubles],
    }
