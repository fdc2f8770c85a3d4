"""Runs of a flow, as Studio answers them. Studio keeps them for 30 days (api.md A7)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from reconciler.model.jsontypes import Json

ExecutionStatus = Literal["active", "ended"]


@dataclass(frozen=True, slots=True)
class Execution:
    """One run of a flow.

    Attributes:
        contact: the address of the person at the other end; personal data.
        revision: the flow's revision in force when the run began.
        initiated_by: SID of the call, message or request that started it.
        context: the variables of the run; personal data, so it is not shown.
        ended_reason: why it ended, as Studio's events tell it; the REST API does not.
    """

    sid: str
    flow_sid: str
    status: ExecutionStatus
    contact: str | None = None
    revision: int | None = None
    initiated_by: str | None = None
    date_created: datetime | None = None
    date_updated: datetime | None = None
    context: Json = field(default=None, repr=False)
    ended_reason: str | None = None

    @property
    def lasted(self) -> timedelta | None:
        """How long it took; None while it is active, or when nobody knows."""
        if self.status == "active" or self.date_created is None or self.date_updated is None:
            return None
        return self.date_updated - self.date_created


@dataclass(frozen=True, slots=True)
class ExecutionStep:
    """One move of a run from a widget to the next.

    Attributes:
        event: the event that led to the step.
        widget_type: the type of the widget that ran; None in answers older than 2025-08.
        parent_step_sid: inside a sub-flow: the step of the parent that called it.
        context: the variables of the run after the step; personal data, so it is not shown.
    """

    sid: str
    execution_sid: str
    flow_sid: str
    event: str | None = None
    from_widget: str | None = None
    to_widget: str | None = None
    widget_type: str | None = None
    parent_step_sid: str | None = None
    date_created: datetime | None = None
    date_updated: datetime | None = None
    context: Json = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ExecutionFilter:
    """Which runs are asked for; None leaves a condition out.

    Attributes:
        since: begun then or later.
        until: begun before then.
    """

    status: ExecutionStatus | None = None
    since: datetime | None = None
    until: datetime | None = None
