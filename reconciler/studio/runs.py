"""What Studio's JSON of runs looks like, and what it means in values of `reconciler.model`. Only `executions` sees it.

Apart from `wire` and `translate`, for hardly any command looks at a run.
"""

from __future__ import annotations

from typing import Any

from reconciler.model.execution import Execution, ExecutionStatus, ExecutionStep
from reconciler.studio.wire import Date, Wire


class WireExecution(Wire):
    """Execution."""

    sid: str
    flow_sid: str
    status: ExecutionStatus
    contact_channel_address: str | None = None
    flow_version: int | None = None
    initiated_by: str | None = None
    context: Any = None  # JSON as it is
    date_created: Date = None
    date_updated: Date = None


class WireStep(Wire):
    """ExecutionStep."""

    sid: str
    execution_sid: str
    flow_sid: str
    name: str | None = None
    transitioned_from: str | None = None
    transitioned_to: str | None = None
    type: str | None = None
    parent_step_sid: str | None = None
    context: Any = None  # JSON as it is
    date_created: Date = None
    date_updated: Date = None


class WireContext(Wire):
    """ExecutionContext and StepContext."""

    context: Any = None  # JSON as it is


def execution(wire: WireExecution) -> Execution:
    """Give a run of a flow."""
    return Execution(
        sid=wire.sid,
        flow_sid=wire.flow_sid,
        status=wire.status,
        contact=wire.contact_channel_address,
        revision=wire.flow_version,
        initiated_by=wire.initiated_by,
        date_created=wire.date_created,
        date_updated=wire.date_updated,
        context=wire.context,
    )


def step(wire: WireStep) -> ExecutionStep:
    """Give one step of a run."""
    return ExecutionStep(
        sid=wire.sid,
        execution_sid=wire.execution_sid,
        flow_sid=wire.flow_sid,
        event=wire.name,
        from_widget=wire.transitioned_from,
        to_widget=wire.transitioned_to,
        widget_type=wire.type,
        parent_step_sid=wire.parent_step_sid,
        date_created=wire.date_created,
        date_updated=wire.date_updated,
        context=wire.context,
    )
