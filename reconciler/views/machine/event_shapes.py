"""The shapes of what `apply --json` tells: one JSON object a line, the last of type `summary`. Types only."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, with_config
from typing_extensions import TypedDict

from reconciler.plan.shape import STRICT, ObjectionShape, PlanShape, RevisionShape, StepKindShape
from reconciler.views.machine.shapes import ErrorDetailShape


@with_config(STRICT)
class PlannedShape(TypedDict):
    """The plan that is about to be applied; `digest` is its name in state and marks."""

    format: Literal[1]
    type: Literal["planned"]
    digest: str
    plan: PlanShape


@with_config(STRICT)
class RecoveredShape(TypedDict):
    """What became of a write of an earlier run that had no known end."""

    format: Literal[1]
    type: Literal["recovered"]
    address: str
    message: str


@with_config(STRICT)
class StepStartedShape(TypedDict):
    """A step is being done."""

    format: Literal[1]
    type: Literal["step-started"]
    address: str
    kind: StepKindShape


@with_config(STRICT)
class StepEndedShape(TypedDict):
    """A step came to its end.

    `sid`, `revision` and `webhookUrl` are of a step that is done, `overwritten` names others' revisions that ours is on
    top of, `error` is of a failed step, `objections` of a refused one, `because` says what a skipped step waited for.
    """

    format: Literal[1]
    type: Literal["step-ended"]
    address: str
    kind: StepKindShape
    outcome: Literal["done", "failed", "conflict", "refused", "skipped", "pending"]
    sid: str | None
    revision: int | None
    webhookUrl: str | None
    overwritten: list[RevisionShape]
    saved: list[str]
    notes: list[str]
    message: str | None
    error: ErrorDetailShape | None
    objections: list[ObjectionShape]
    because: str | None


class CountsShape(TypedDict):
    """How many steps ended in each way."""

    done: int
    failed: int
    conflict: int
    refused: int
    skipped: int
    pending: int


@with_config(STRICT)
class SummaryLineShape(TypedDict):
    """The last line. `command` continues, null when nothing is left; `error` is what ended the run, or null."""

    format: Literal[1]
    type: Literal["summary"]
    exitCode: int
    counts: CountsShape
    overwritten: int
    declined: bool
    interrupted: bool
    leaseLost: bool
    command: str | None
    error: ErrorDetailShape | None


EventShape = Annotated[
    PlannedShape | RecoveredShape | StepStartedShape | StepEndedShape | SummaryLineShape, Field(discriminator="type")
]
