"""Take stock of a whole account: the way in for people whose flows exist already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.apply.look import Look, published_head
from reconciler.apply.records import adopted
from reconciler.model.address import Address
from reconciler.model.live import FlowRow, LiveFlow
from reconciler.model.record import PutResource, StateChange, TestUsersRecord
from reconciler.plan.mark import Owner
from reconciler.workflows.world import ReadingWorld

READING = "Reading flows"


@dataclass(frozen=True, slots=True)
class Stock:
    """One flow of an account and its test users."""

    flow: LiveFlow
    test_users: tuple[str, ...]


def take_stock(world: ReadingWorld) -> tuple[Stock, ...]:
    """Read every flow with its latest and its published revision and its test users, by friendly name."""
    rows = sorted(world.reader.list_flows(), key=lambda row: (row.friendly_name, row.sid))
    look = Look(world.reader, world.clock, 0.0)
    world.progress.begin(READING, len(rows))

    def read(row: FlowRow) -> Stock:
        body = world.reader.fetch_flow(row.sid)
        published = published_head(look, body)
        contacts = world.reader.fetch_test_users(row.sid)
        world.progress.advance(READING)
        return Stock(LiveFlow(body.row, body.latest, published, never_published=published is None), contacts)

    return tuple(world.pool.map(read, rows))


def records_of(stock: Mapping[Address, Stock], project: str, environment: str) -> tuple[StateChange, ...]:
    """Give what a new state has to record so that the next plan is empty; test users go by the name of their flow."""
    changes: list[StateChange] = []
    for address, one in sorted(stock.items()):
        record = adopted(one.flow, Owner(project, environment, address), "delete")
        changes.append(PutResource(address, record))
        if one.test_users:
            contacts = tuple(sorted(one.test_users))
            users = TestUsersRecord(address, record.sid, contacts, contacts)
            changes.append(PutResource(Address("TestUsers", address.name), users))
    return tuple(changes)
