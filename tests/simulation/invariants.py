"""What must hold in the end, once faults are over, nobody edits any more, and a run has nothing left to do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reconciler.definition import document
from reconciler.emulator.stored import stored_definition
from reconciler.model.address import Address
from reconciler.model.record import FlowRecord, RevisionEntry, State
from reconciler.plan.inputs import flow_names, flow_sids, wanted
from reconciler.plan.outcome import Failed
from reconciler.plan.values import Step
from tests.simulation.people import SECRET
from tests.simulation.truth import TrueFlow

if TYPE_CHECKING:
    from tests.simulation.actor import Actor
    from tests.simulation.world import World


def owed(world: World) -> frozenset[Address]:
    """Give the test users that Studio refuses to clear: an error is owed for each, every time."""
    if world.setting.quirks.get("empty-test-users", "accept") == "accept":
        return frozenset()
    return frozenset(
        Address("TestUsers", f"{name}-users") for name, sheet in world.manifests.sheets.items() if sheet.contacts == ()
    )


def counts(world: World, step: Step) -> bool:
    """Tell whether a step of a plan at rest is one too many: not what is owed, nor the revision that asking minted."""
    debts = owed(world)
    bumped = world.setting.quirks.get("test-users-bump-revision") == "yes" and step.kind == "record"
    return step.address not in debts and not (bumped and _users_of(step.address) in debts)


def _users_of(flow: Address) -> Address:
    return Address("TestUsers", f"{flow.name}-users")


def check(world: World, last: Actor) -> None:
    """Hold the world against every promise."""
    state = world.kept().read()
    if state is None and not world.manifests.sheets:
        return
    if state is None:
        world.truth.violated("there is no state in the end")
        return
    _rest(world, last, state)
    _flows(world, state, last)
    _edits(world, state)
    _secrets(world)


def _rest(world: World, last: Actor, state: State) -> None:
    say = world.truth.violated
    if last.plan is None:
        say("the last run ended with an error")
        return
    left = [step for step in last.plan.steps if counts(world, step)]
    if left or (last.writes and not owed(world)):
        say(f"the last plan is not empty: {left}, {last.writes} writes")
    if state.pending.keys() - owed(world):
        say(f"pending in the end: {dict(state.pending)}")
    if state.serial < world.rules.serial:
        say(f"the serial fell from {world.rules.serial} to {state.serial}")
    failed = {o.step.address for o in last.outcomes if isinstance(o, Failed)}
    for step in last.plan.steps:
        if step.address in owed(world) and step.address not in failed:
            say(f"{step.address}: a list that cannot be emptied, and no error")


def _flows(world: World, state: State, last: Actor) -> None:
    desired = world.manifests.desired()
    recorded = state.flows()
    if set(recorded) != set(desired.flows):
        world.truth.violated(f"recorded {sorted(map(str, recorded))}, wanted {sorted(map(str, desired.flows))}")
        return
    names, sids = flow_names(desired, state), flow_sids(desired, state)
    for address, flow in desired.flows.items():
        record = recorded[address]
        truth = world.truth.flows.get(record.sid)
        if truth is None or not truth.alive:
            world.truth.violated(f"{address}: {record.sid} does not exist")
            continue
        _one_each(world, address, truth)
        asked = last.process.name if _users_of(address) in owed(world) else None
        _history(world, address, record, truth, asked)
        merged = any(revision.console for revision in truth.revisions.values())
        definition = wanted(flow.definition, names, sids)
        _content(world, address, truth, (flow.friendly_name, flow.status, definition, merged))
    for address, record in state.test_users().items():
        users = desired.test_users.get(address)
        if users is None:
            world.truth.violated(f"{address} is recorded and not wanted")
        elif address not in owed(world) and not _same_contacts(world, users.contacts, record.sid):
            world.truth.violated(
                f"{address}: Studio has {world.store.contacts_of(record.sid)}, wanted {users.contacts}"
            )


def _same_contacts(world: World, contacts: tuple[str, ...], sid: str) -> bool:
    live = world.store.contacts_of(sid)
    if world.setting.quirks.get("test-users-normalised") == "yes":
        return len(set(live)) <= len(set(contacts)) and bool(live) == bool(contacts)
    return set(live) == set(contacts)


def _one_each(world: World, address: Address, truth: TrueFlow) -> None:
    recorded = {record.sid for record in world.rules.state.flows().values()} if world.rules.state else set()
    for other in world.truth.alive():
        if other is not truth and other.owner == address and not other.released and other.sid not in recorded:
            world.truth.violated(f"{address}: {other.sid} is a second one")


def _content(world: World, address: Address, truth: TrueFlow, what: tuple) -> None:
    name, status, definition, merged = what
    head = truth.published if status == "published" else truth.latest
    if head is None:
        world.truth.violated(f"{address} is not published")
        return
    if truth.latest.row.friendly_name != name:
        world.truth.violated(f"{address} is called {truth.latest.row.friendly_name!r}, wanted {name!r}")
    kept = document.of(
        json.loads(stored_definition(json.loads(definition.text), world.setting.quirks.get("stored-definition", "")))
    )
    if not merged and head.definition.digests.behaviour != kept.digests.behaviour:
        world.truth.violated(f"{address}: revision {head.row.number} is not what is wanted")


def _history(world: World, address: Address, record: FlowRecord, truth: TrueFlow, asked: str | None) -> None:
    """Compare revisions; `asked` is the run whose refused test users may have minted one that the next run records."""
    entries = {e.revision: e for e in (*world.kept().history(address), *record.revisions)}
    since = world.rules.managed_from.get(record.sid, 1)
    known = {number for number in entries if number >= since}
    minted = {n for n, r in truth.revisions.items() if asked and r.actor == asked and r.mark is None} - known
    real = {number for number in truth.revisions if number >= since} - minted
    if known != real:
        world.truth.violated(f"{address}: recorded revisions {sorted(known)}, real ones {sorted(real)}")
        return
    for number in real:
        _entry(world, address, entries[number], truth)


def _entry(world: World, address: Address, entry: RevisionEntry, truth: TrueFlow) -> None:
    real = truth.revisions[entry.revision]
    same = (entry.message, entry.author) == (real.row.commit_message, real.row.author)
    latest = real is truth.latest
    if latest or not real.flipped:
        same = same and entry.status == real.row.status
    if entry.digest is not None:
        same = same and entry.digest == real.definition.digests.full
    if not same:
        world.truth.violated(f"{address}: revision {entry.revision} is recorded as {entry}, but is {real.row}")


def _edits(world: World, state: State) -> None:
    for address, record in state.flows().items():
        truth = world.truth.flows[record.sid]
        since = world.rules.managed_from.get(record.sid, 1)
        kept = {truth.latest.row.number, truth.published.row.number if truth.published else 0}
        for number, revision in truth.revisions.items():
            if number <= since or not revision.console or number in kept or (record.sid, number) in world.rules.named:
                continue
            world.truth.violated(f"{address}: revision {number}, an edit in the Console, was named nowhere")


def _secrets(world: World) -> None:
    for name, data in world.contents().items():
        deleted = "/deleted/" in name or "/.deleted/" in name
        if b"canary-of-a-password" in data or (SECRET.encode() in data and not deleted):
            world.truth.violated(f"{name} holds a secret")
