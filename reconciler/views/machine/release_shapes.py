"""The shapes of what `release --json` tells: one JSON object a line, the last of type `summary`. Types only."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reconciler.plan.shape import STRICT, PlanShape
from reconciler.views.machine.event_shapes import PlannedShape, RecoveredShape, StepEndedShape, StepStartedShape
from reconciler.views.machine.released_shape import ReleasedFlowShape, ReleaseShape, SmokeRunShape, StageShape
from reconciler.views.machine.shapes import ErrorDetailShape


class TriedShape(TypedDict):
    """One smoke execution that is declared."""

    flow: str
    name: str


class WatchedShape(TypedDict):
    """How the callers of one flow are watched; times in seconds."""

    flow: str
    span: float
    every: float
    maxFailedRatio: float | None
    minExecutions: int
    maxErrors: int | None
    errorEvents: list[str]


class LeftShape(TypedDict):
    """A step that is not part of the release; `apply` does it."""

    address: str
    kind: str


@with_config(STRICT)
class ReleasePlanShape(TypedDict):
    """What a release would do: its changes, its flows in the order in which they are published, and each stage."""

    format: Literal[1]
    type: Literal["release-planned"]
    plan: PlanShape
    flows: list[ReleasedFlowShape]
    testUsers: list[str]
    smoke: list[TriedShape]
    watch: list[WatchedShape]
    left: list[LeftShape]


@with_config(STRICT)
class StageLineShape(TypedDict):
    """A stage begins, or goes on."""

    format: Literal[1]
    type: Literal["stage"]
    stage: StageShape
    resumed: bool
    release: ReleaseShape


@with_config(STRICT)
class SmokeLineShape(TypedDict):
    """A smoke execution was started, or judged."""

    format: Literal[1]
    type: Literal["smoke-started", "smoke-ended"]
    smoke: SmokeRunShape


@with_config(STRICT)
class LookedShape(TypedDict):
    """A look at the callers of one flow; `left` in seconds."""

    format: Literal[1]
    type: Literal["looked"]
    address: str
    executions: int
    failed: int
    errors: int
    left: float


@with_config(STRICT)
class WarningShape(TypedDict):
    """Something that stops nothing."""

    format: Literal[1]
    type: Literal["warning"]
    message: str


@with_config(STRICT)
class ReleaseSummaryShape(TypedDict):
    """The last line. `commands` may be typed next; `halted` says why it stopped under way; `error` ended the run."""

    format: Literal[1]
    type: Literal["summary"]
    exitCode: int
    release: ReleaseShape | None
    declined: bool
    interrupted: bool
    halted: str | None
    conflict: bool
    commands: list[str]
    error: ErrorDetailShape | None


ReleaseEventShape = Annotated[
    ReleasePlanShape
    | StageLineShape
    | SmokeLineShape
    | LookedShape
    | WarningShape
    | ReleaseSummaryShape
    | PlannedShape
    | RecoveredShape
    | StepStartedShape
    | StepEndedShape,
    Field(discriminator="type"),
]
