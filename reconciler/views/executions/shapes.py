"""The shapes of the JSON documents of `executions`. Types only. A shape only ever grows while `format` stays 1.

`personal` says whether personal data was asked for; without it contacts and the values of contexts are masked.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import with_config
from typing_extensions import TypedDict

from reconciler.plan.shape import STRICT


class ExecutionShape(TypedDict):
    """One execution. `flow` is null where the flow is not recorded; `revision` is the flow's that ran."""

    sid: str
    flow: str | None
    flowSid: str
    status: Literal["active", "ended"]
    contact: str | None
    revision: int | None
    initiatedBy: str | None
    dateCreated: str | None
    dateUpdated: str | None


@with_config(STRICT)
class ExecutionsListShape(TypedDict):
    """Executions, by flow, the newest first.

    `total` counts those that fit, also beyond the limit. `keptSince`: older ones were asked for, and Studio keeps none.
    `absent` are recorded flows that Studio does not have any more.
    """

    format: Literal[1]
    personal: bool
    total: int
    keptSince: str | None
    absent: list[str]
    executions: list[ExecutionShape]


class ExecutionStepShape(TypedDict):
    """One step: the move from a widget to the next. `seconds` were spent at `from`; `depth` counts sub-flows."""

    sid: str
    parentStepSid: str | None
    depth: int
    event: str | None
    widgetFrom: str | None
    widgetTo: str | None
    widgetType: str | None
    seconds: float | None
    dateCreated: str | None
    dateUpdated: str | None


@with_config(STRICT)
class ExecutionsShowShape(TypedDict):
    """One execution with its variables and its steps, in the order in which they were taken.

    `waitingAt` is the widget at which an active execution is; `cutShort` says that it ended before the flow did.
    """

    format: Literal[1]
    personal: bool
    execution: ExecutionShape
    context: Any
    waitingAt: str | None
    cutShort: bool
    steps: list[ExecutionStepShape]


class StartedShape(TypedDict):
    """What came of one start. `draft`: whether a draft runs; `conflicting`: the execution that is in the way."""

    to: str
    outcome: Literal["started", "conflict", "limited", "refused", "not-sent", "unknown"]
    execution: ExecutionShape | None
    draft: bool | None
    conflicting: str | None
    message: str | None


@with_config(STRICT)
class ExecutionsStartShape(TypedDict):
    """What came of the starts, in the order of the contacts; `summary` counts the outcomes."""

    format: Literal[1]
    personal: bool
    flow: str | None
    flowSid: str
    summary: dict[str, int]
    starts: list[StartedShape]


class EndedShape(TypedDict):
    """What came of one execution. The first four outcomes leave it as it was wanted."""

    sid: str
    flow: str | None
    flowSid: str | None
    outcome: Literal["ended", "deleted", "already", "gone", "missing", "refused", "unknown"]
    message: str | None


@with_config(STRICT)
class ExecutionsEndShape(TypedDict):
    """What came of ending or deleting; `summary` counts the outcomes."""

    format: Literal[1]
    what: Literal["end", "delete"]
    summary: dict[str, int]
    executions: list[EndedShape]


@with_config(STRICT)
class ExecutionsExportShape(TypedDict):
    """What was exported: rows by table.

    `open` have not ended and come later, `lost` were gone before they could be read. `gaps` are flows of which Studio
    deleted runs that no export had; `absent` are recorded flows that Studio does not have any more.
    """

    format: Literal[1]
    output: str
    rows: dict[str, int]
    open: int
    lost: int
    gaps: list[str]
    absent: list[str]
