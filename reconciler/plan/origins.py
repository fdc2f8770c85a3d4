"""Who made the differences that a plan shows: others since the record, the manifest, or both. Pure.

The three-way comparison is loaded only where somebody did change something: most plans have nothing to tell apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from reconciler.definition.align import Side
from reconciler.definition.difference import Origin
from reconciler.definition.layout import keep_ignored, keep_layout
from reconciler.model.definition import Definition
from reconciler.plan.values import ContactsChanged, DiffItem, FieldChanged

Sides: TypeAlias = "tuple[Definition, Definition, Definition]"
"""Base, live, desired."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Friendly name and status on the three sides: recorded, live, desired."""

    friendly_name: tuple[str, str, str]
    status: tuple[str, str, str]

    def told(self, item: FieldChanged) -> FieldChanged:
        """Give a change of a field with its origin."""
        recorded, live, desired = self.friendly_name if item.field == "friendlyName" else self.status
        return replace(item, origin=_origin(recorded, live, desired))


def told_fields(items: Sequence[DiffItem], fields: Fields) -> tuple[DiffItem, ...]:
    """Give the differences with the origin of those that are fields of the resource."""
    return tuple(fields.told(item) if isinstance(item, FieldChanged) else item for item in items)


def told_by(items: Sequence[DiffItem], origin: Origin) -> tuple[DiffItem, ...]:
    """Give the differences of the definition with one origin."""
    return tuple(
        item if isinstance(item, FieldChanged | ContactsChanged) else replace(item, origin=origin) for item in items
    )


def three_sides(
    base: Definition, live: Definition, desired: Definition, *, ignored: Sequence[str], manage_layout: bool
) -> Sides:
    """Give the three sides, the desired one as it would be had nobody changed anything.

    Neither what the manifest ignores nor, unless `manage_layout`, a place on the canvas is a change of the manifest.
    """
    ours = keep_ignored(desired, base, ignored)
    return base, live, ours if manage_layout else keep_layout(ours, base)


def told(items: Sequence[DiffItem], sides: Sides, *, before: Side, after: Side) -> tuple[DiffItem, ...]:
    """Give the differences of the definition with their origins.

    Args:
        items: what differs from `before` to `after`; fields of the resource are given back as they are.
        sides: base, live and desired.
        before: the side that the differences lead from.
        after: the side that they lead to.
    """
    from reconciler.definition.three_way import three_way  # noqa: PLC0415 - only where others changed something

    compared = three_way(*sides)
    if compared is None:
        return tuple(items)
    fields = [item for item in items if isinstance(item, FieldChanged | ContactsChanged)]
    others = [item for item in items if not isinstance(item, FieldChanged | ContactsChanged)]
    return (*fields, *compared.told(others, before, after))


def _origin(recorded: str, live: str, desired: str) -> Origin:
    if live == recorded:
        return "manifest"
    if desired == recorded:
        return "console"
    return "both" if live == desired else "conflict"
