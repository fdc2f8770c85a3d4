"""Compare two snapshots of a flow. The same function finds drift (recorded, live) and changes (live, desired)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reconciler.compare.snapshot import Content, Snapshot
from reconciler.model.definition import Status
from reconciler.model.desired import Layout

FlowClass = Literal["none", "layout", "metadata", "behaviour", "draft"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two snapshots differ.

    Attributes:
        content: how the compared heads differ.
        name: whether the friendly names differ.
        status: whether the statuses differ.
        draft: whether the second side has a newer draft that its published head does not show.
    """

    content: Literal["none", "layout", "behaviour"]
    name: bool
    status: bool
    draft: bool

    @property
    def flow_class(self) -> FlowClass:
        """Give the gravest class that applies."""
        if self.content == "behaviour":
            return "behaviour"
        if self.draft:
            return "draft"
        if self.name or self.status:
            return "metadata"
        return self.content


def compare(before: Snapshot, after: Snapshot, *, by: Status) -> Comparison:
    """Compare by the head that a desired status looks at.

    With `published`, a draft on top of an unchanged published head is no difference of content and none of status: its
    callers see nothing of it; it is told apart as `draft`.
    """
    first, second = before.head(by), after.head(by)
    drafted = by == "published" and second is not None and after.status == "draft"
    newer = drafted and (before.status != "draft" or before.latest != after.latest)
    status = before.status != after.status and not drafted
    return Comparison(_content(first, second), before.friendly_name != after.friendly_name, status, newer)


def _content(first: Content | None, second: Content | None) -> Literal["none", "layout", "behaviour"]:
    if first is None or second is None:
        return "none" if first is second else "behaviour"
    if first.digests.behaviour != second.digests.behaviour:
        return "behaviour"
    return "none" if first.digests.full == second.digests.full else "layout"


def matters(content: Literal["none", "layout", "behaviour"], layout: Layout) -> bool:
    """Tell whether a difference of content is one that the manifest has a say in."""
    return content == "behaviour" or (content == "layout" and layout == "manage")
