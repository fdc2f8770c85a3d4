"""The shape of a release as it stands: in `release --json` and in `status --json`. Types only."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

StageShape = Literal["draft", "test-users", "smoke", "publish", "watch", "back", "done", "taken-back"]


class ReleasedFlowShape(TypedDict):
    """One flow of a release; numbers are revisions, null until there is one. `left`: why it was not taken back."""

    address: str
    sid: str | None
    previous: int | None
    publish: bool
    draft: int | None
    published: int | None
    back: int | None
    left: str | None


class SmokeRunShape(TypedDict):
    """One smoke execution; `message` is its path, or what it did wrong."""

    flow: str
    name: str
    sid: str | None
    verdict: Literal["open", "passed", "failed"]
    message: str | None


class ReleaseShape(TypedDict):
    """A release: under way, or the last one."""

    id: str
    stage: StageShape
    began: str
    ended: str | None
    until: str | None
    cause: Literal["asked", "conflict", "failed", "smoke", "watch"] | None
    reason: str | None
    flows: list[ReleasedFlowShape]
    smoke: list[SmokeRunShape]
