"""What a fold makes of a state: the next serial, its writer, and a history that stays short. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from reconciler.model.address import Address
from reconciler.model.record import FlowRecord, Resource, RevisionEntry, State, Writer

KEPT_REVISIONS: Final = 200
"""Revisions of one flow that stay in the snapshot."""

KEPT_SERIALS: Final = 10
"""Backups that are kept."""


@dataclass(frozen=True, slots=True)
class Overflow:
    """The oldest revisions of one flow, which the snapshot does not hold any more."""

    address: Address
    sid: str
    entries: tuple[RevisionEntry, ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """The next snapshot, and what must be in the histories before it replaces the last one."""

    state: State
    overflow: tuple[Overflow, ...] = field(default=())


def fold(state: State, writer: Writer) -> Fold:
    """Give the next snapshot of a state whose journal was applied."""
    resources, overflow = _shortened(state.resources)
    return Fold(replace(state, serial=state.serial + 1, writer=writer, resources=resources), overflow)


def _shortened(resources: Mapping[Address, Resource]) -> tuple[Mapping[Address, Resource], tuple[Overflow, ...]]:
    long = {
        address: resource
        for address, resource in resources.items()
        if isinstance(resource, FlowRecord) and len(resource.revisions) > KEPT_REVISIONS
    }
    overflow = (Overflow(a, r.sid, r.revisions[:-KEPT_REVISIONS]) for a, r in long.items())
    short = {a: replace(r, revisions=r.revisions[-KEPT_REVISIONS:]) for a, r in long.items()}
    return {**resources, **short}, tuple(overflow)
