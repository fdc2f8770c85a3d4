"""What was started, ended and deleted, as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reconciler.model.export import TABLES
from reconciler.views.executions.machine import execution
from reconciler.views.executions.personal import contact_shown, message_shown
from reconciler.views.executions.shapes import (
    EndedShape,
    ExecutionsEndShape,
    ExecutionsExportShape,
    ExecutionsStartShape,
    StartedShape,
)
from reconciler.views.machine.text import document
from reconciler.workflows.executions.ending import Ended, What
from reconciler.workflows.executions.exporting import Exported
from reconciler.workflows.executions.flows import KnownFlow, SeenRun
from reconciler.workflows.executions.starting import Started


def render_started(flow: KnownFlow, done: Sequence[Started], *, personal: bool) -> str:
    """Give what came of each start. `personal`: contacts as they are."""
    data: ExecutionsStartShape = {
        "format": 1,
        "personal": personal,
        "flow": None if flow.address is None else str(flow.address),
        "flowSid": flow.sid,
        "summary": dict(Counter[str](one.outcome for one in done)),
        "starts": [_started(flow, one, personal=personal) for one in done],
    }
    return document(data)


def render_ended(what: What, done: Sequence[Ended]) -> str:
    """Give what came of each execution."""
    data: ExecutionsEndShape = {
        "format": 1,
        "what": what,
        "summary": dict(Counter[str](one.outcome for one in done)),
        "executions": [_ended(one) for one in done],
    }
    return document(data)


def _started(flow: KnownFlow, one: Started, *, personal: bool) -> StartedShape:
    return {
        "to": contact_shown(one.to, personal=personal) or "",
        "outcome": one.outcome,
        "execution": None if one.run is None else execution(SeenRun(flow, one.run), personal=personal),
        "draft": one.draft,
        "conflicting": one.conflicting,
        "message": None if one.message is None else message_shown(one.message, one.to, personal=personal),
    }


def _ended(one: Ended) -> EndedShape:
    flow = None if one.seen is None else one.seen.flow
    return {
        "sid": one.sid,
        "flow": None if flow is None or flow.address is None else str(flow.address),
        "flowSid": None if flow is None else flow.sid,
        "outcome": one.outcome,
        "message": one.message,
    }


def render_exported(exported: Exported, output: str) -> str:
    """Give what was exported."""
    data: ExecutionsExportShape = {
        "format": 1,
        "output": output,
        "rows": {table.name: exported.rows.get(table.name, 0) for table in TABLES},
        "open": exported.open,
        "lost": exported.lost,
        "gaps": [flow.name for flow in exported.gaps],
        "absent": [flow.name for flow in exported.absent],
    }
    return document(data)
