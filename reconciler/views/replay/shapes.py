"""The shape of `replay --json`. Types only; the JSON Schema in `schemas/` is made from them."""

from __future__ import annotations

from typing import Literal

from pydantic import with_config
from typing_extensions import TypedDict

from reconciler.plan.replay_shape import FlowReplayShape
from reconciler.plan.shape import STRICT


@with_config(STRICT)
class ReplayShape(TypedDict):
    """What recorded executions that began at `since` or later come to on the desired definitions."""

    format: Literal[1]
    since: str
    executions: int
    same: int
    another: int
    unknown: int
    flows: list[FlowReplayShape]
