"""Give a flow as a graph: one side of it, or one side with what differs from another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from reconciler.definition.graph import Graph, Overlay, graph_of
from reconciler.definition.graph_difference import compared_graph
from reconciler.definition.layout import keep_layout
from reconciler.errors import NotSentError
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.model.desired import Desired
from reconciler.model.record import State
from reconciler.plan.inputs import recorded_as
from reconciler.workflows.sides import body_definition, declared, record_of, revision_of, wanted_here
from reconciler.workflows.world import ReadingWorld

Side: TypeAlias = int | Literal["live", "desired"]
"""A revision, the latest revision that Studio has, or what the manifest says."""


@dataclass(frozen=True, slots=True)
class Pictured:
    """A flow as a graph, and what of it this is.

    Attributes:
        address: the flow.
        graph: its widgets and transitions; with marks when two sides are compared.
        side: which side this is, in words.
        against: which side it is compared with, in words; None when it is not.
        overlay: what is written on nodes and edges beside that. Default nothing.
        note: why this is another side than one would expect, None when it is not.
    """

    address: Address
    graph: Graph
    side: str
    against: str | None = None
    overlay: Overlay = field(default_factory=Overlay)
    note: str | None = None


def picture_desired(desired: Desired, address: Address) -> Pictured:
    """Give what the manifest says, without state and without Studio: references to other flows stay as written.

    Raises:
        UsageError: the flow is not declared.
    """
    return Pictured(address, graph_of(declared(desired, address).definition), "manifest")


def picture(
    world: ReadingWorld, desired: Desired, address: Address, sides: tuple[Side | None, Side | None], blank: State
) -> Pictured:
    """Give one side of a flow, or what makes it differ from another.

    Args:
        world: what may be looked at.
        desired: what the manifests say.
        address: the flow.
        sides: which one, and which one to compare it with. When the first is None it is the live one; the manifest's
            when the flow is not recorded yet or Studio cannot be reached, and nothing is to be compared.
        blank: the state when there is none.

    Raises:
        UsageError: the flow is not declared or not recorded, or has no such revision.
    """
    state = world.state.read() or blank
    side, against = sides
    if side is None and against is None:
        return _expected(world, desired, address, state)
    label, definition = _read(world, desired, address, state, side or "live")
    if against is None:
        return Pictured(address, graph_of(definition), label)
    other_label, other = _read(world, desired, address, state, against)
    if desired.policy.layout == "ignore":
        # Who stands where is no difference then: both sides are shown where the picture's own side is not the manifest.
        definition, other = _laid_out(definition, other, manifest_first=side == "desired")
    return Pictured(address, compared_graph(other, definition), label, other_label)


def _laid_out(one: Definition, other: Definition, *, manifest_first: bool) -> tuple[Definition, Definition]:
    return (keep_layout(one, other), other) if manifest_first else (one, keep_layout(other, one))


def _expected(world: ReadingWorld, desired: Desired, address: Address, state: State) -> Pictured:
    flow = desired.flows.get(address)
    if flow is not None and recorded_as(state, flow) is None:
        note = f"{address} is not recorded yet: this is what the manifest says"
        return Pictured(address, graph_of(flow.definition), "manifest", note=note)
    try:
        label, definition = _read(world, desired, address, state, "live")
    except NotSentError as error:
        if flow is None:
            raise
        note = f"{error.message}: this is what the manifest says"
        return Pictured(address, graph_of(flow.definition), "manifest", note=note)
    return Pictured(address, graph_of(definition), label)


def _read(world: ReadingWorld, desired: Desired, address: Address, state: State, side: Side) -> tuple[str, Definition]:
    if side == "desired":
        return "manifest", wanted_here(desired, state, address)
    record = record_of(desired, state, address)
    if side == "live":
        body = world.reader.fetch_flow(record.sid)
        return f"live (revision {body.row.revision}, {body.row.status})", body.definition
    revision = revision_of(world.reader, address, record, side)
    return f"revision {side} ({revision.status})", body_definition(revision)
