"""The shapes of `test generate --json` and `test record --json`. Types only; `schemas/` is made from them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import with_config
from typing_extensions import TypedDict

from reconciler.plan.replay_shape import WayShape
from reconciler.plan.shape import STRICT


class UnreachedShape(TypedDict):
    """A transition that no proposed scenario passes, counted from 0 in its widget, and why."""

    widget: str
    transition: int
    event: str
    next: str | None
    cause: Literal[
        "isolated",
        "behind",
        "duplicate",
        "subflow",
        "event",
        "unset",
        "shadowed",
        "condition",
        "endless",
        "limit",
        "secret",
    ]
    reason: str


@with_config(STRICT)
class TestGenerateShape(TypedDict):
    """Scenarios for a flow: FlowTest documents, and how many of the transitions that were asked for they pass."""

    format: Literal[1]
    flow: str
    transitions: int
    covered: int
    scenarios: list[dict[str, Any]]
    unreached: list[UnreachedShape]


class RecordedDifferenceShape(TypedDict):
    """Where a recorded execution first goes another way on the flow of today."""

    flow: str
    widget: str
    recorded: WayShape
    now: WayShape


@with_config(STRICT)
class TestRecordShape(TypedDict):
    """A scenario made of an execution.

    `same` says whether it goes the way that was recorded; else `difference` or `reason` says where it does not. `kept`
    are the places whose text stands as it was written.
    """

    format: Literal[1]
    execution: str
    flow: str
    same: bool
    difference: RecordedDifferenceShape | None
    reason: str | None
    kept: list[str]
    scenario: dict[str, Any]
