"""What a report looks like as JSON."""

from __future__ import annotations

from typing import Literal

from pydantic import with_config
from typing_extensions import TypedDict

from reconciler.plan.shape import STRICT


class SpreadShape(TypedDict):
    """How long things took, in seconds; `median` and `p90` are off by at most one per cent."""

    count: int
    median: float | None
    p90: float | None
    max: float | None
    mean: float | None


class WayShape(TypedDict):
    """A way out of a widget.

    `event` is null for steps that nobody recorded, `target` when nothing followed. `transitions` are the labels that
    `graph` gives them; several when conditions lead to the same widget. `known` is null without a definition.
    """

    event: str | None
    target: str | None
    count: int
    trouble: Literal["failure", "undelivered", "silence"] | None
    transitions: list[str]
    known: bool | None


class WidgetShape(TypedDict):
    """What happened at a widget: `entered` is the sum of `wentOn`, `finished`, `dropped` and `active`."""

    name: str
    type: str | None
    known: bool | None
    entered: int
    wentOn: int
    finished: int
    dropped: int
    stopped: int
    active: int
    failures: int
    silences: int
    ways: list[WayShape]
    seconds: SpreadShape


class PathShape(TypedDict):
    """A way through the flow; widgets by their first visit. `event` is null when runs did not leave the last one."""

    widgets: list[str]
    last: str
    event: str | None
    end: Literal["finished", "dropped", "active", "unknown"]
    count: int


class ReasonShape(TypedDict):
    """Why executions ended, where events told it."""

    reason: str
    count: int


class RevisionShape(TypedDict):
    """What happened in a revision; `revision` is null for runs as a sub-flow."""

    revision: int | None
    runs: int
    finished: int
    dropped: int
    active: int
    withoutSteps: int
    failures: int
    silences: int
    unseenMoves: int
    reasons: list[ReasonShape]
    seconds: SpreadShape
    first: str | None
    last: str | None
    definition: str | None
    widgets: list[WidgetShape]
    neverEntered: list[str]
    paths: list[PathShape]
    morePaths: int
    pathsCut: bool


class FlowShape(TypedDict):
    """What happened in a flow; `address` is null when it is not recorded."""

    address: str | None
    sid: str
    revisions: list[RevisionShape]


@with_config(STRICT)
class ReportShape(TypedDict):
    """What `executions report` gives."""

    format: Literal[1]
    source: str
    since: str | None
    until: str | None
    executions: int
    steps: int
    flows: list[FlowShape]
    notes: list[str]
