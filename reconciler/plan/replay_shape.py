"""The shape of what recorded executions come to on the desired definitions: `replay`, `plan --replay`. Types only."""

from __future__ import annotations

from typing_extensions import TypedDict


class WayShape(TypedDict):
    """An event and the widget that it leads to; null leads nowhere."""

    event: str
    to: str | None


class ReplayDifferenceShape(TypedDict):
    """Executions that first go another way at the same widget, in the same way.

    `flow` may be a subflow. `executions` counts them, `examples` are SIDs of some.
    """

    flow: str
    widget: str
    recorded: WayShape
    now: WayShape
    executions: int
    examples: list[str]


class ReplayOpenShape(TypedDict):
    """Executions of which it cannot be told which way they would go, and why. `widget` is empty when none began."""

    flow: str
    widget: str
    reason: str
    executions: int
    examples: list[str]


class FlowReplayShape(TypedDict):
    """What came of the executions of one flow. `more`: there were more than were looked at."""

    flow: str
    executions: int
    same: int
    another: int
    unknown: int
    more: bool
    differences: list[ReplayDifferenceShape]
    open: list[ReplayOpenShape]


class ReplayedShape(TypedDict):
    """What came of the executions that began at `since` or later."""

    since: str
    executions: int
    same: int
    another: int
    unknown: int
    flows: list[FlowReplayShape]
