"""Take stock of a whole account: the way in for people whose flows exist already."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.apply.look import Look, published_head
from reconciler.apply.records import adopted
from reconciler.model.address import Address
from reconciler.model.live import FlowRow, LiveFlow
from reconciler.model.record import PutResource, StateChange
from reconciler.plan.mark import Owner
from reconciler.workflows.world import ReadingWorld

READING = "Reading flows"


def take_stock(world: ReadingWorld) -> tuple[LiveFlow, ...]:
    """Read every flow of the account with its latest and its published revision, by friendly name."""
    rows = sorted(world.reader.list_flows(), key=lambda row: (row.friendly_name, row.sid))
    look = Look(world.reader, world.clock, 0.0)
    world.progress.begin(READING, len(rows))

    def read(row: FlowRow) -> LiveFlow:
        body = world.reader.fetch_flow(row.sid)
        published = published_head(look, body)
        world.progress.advance(READING)
        return LiveFlow(body.row, body.latest, published, never_published=published is None)

    return tuple(world.pool.map(read, rows))


def records_of(flows: Mapping[Address, LiveFlow], project: str, environment: str) -> tuple[StateChange, ...]:
    """Give what a new state has to record so that the next plan is empty."""
    return tuple(
        PutResource(address, adopted(live, Owner(project, environment, address), "delete"))
        for address, live in sorted(flows.items())
    )
