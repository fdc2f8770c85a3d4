"""Every revision is accounted for, also those that a write of ours is on top of."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.apply.recover import recover
from reconciler.model.address import Address
from reconciler.model.desired import Environment
from reconciler.model.record import DropIntent, DropResource, Intent, PutIntent, PutResource
from reconciler.plan.mark import Owner, commit_message, mark
from reconciler.plan.options import PlanOptions
from reconciler.plan.outcome import Done
from reconciler.workflows.refresh import look_of
from reconciler.workflows.results import Recovered
from tests.support import flows
from tests.support.world import Bed

ANT = Address("Flow", "ant")
REVERT = PlanOptions(on_drift="revert")
OURS = commit_message(
    mark("0123456789AB", "4f1c2a9e-0000-4000-8000-000000000001", "sha256:" + "0" * 64, Owner("clinic", "local", ANT)),
    "Late",
)


@pytest.fixture
def bed(tmp_path):
    """An account with one flow of ours."""
    bed = Bed(tmp_path)
    bed.apply(flows.desired([flows.flow("ant")]))
    return bed


def body(text):
    """A definition as the Console sends it."""
    return json.dumps(flows.data(flows.widget("greet", text)))


def test_reverted_drift_is_recorded(bed):
    """An update on top of drift records the revisions of others that it reverts, and overwrites nothing unseen."""
    sid = bed.state().flow(ANT).sid
    bed.edit(sid, Definition=body("by hand"))
    bed.edit(sid, Definition=body("again"))
    applied = bed.apply(flows.desired([flows.flow("ant")]), REVERT)
    (outcome,) = applied.outcomes
    assert isinstance(outcome, Done)
    assert outcome.overwritten == ()
    entries = bed.state().flow(ANT).revisions
    assert [(e.revision, e.by) for e in entries] == [(1, "us"), (2, "others"), (3, "others"), (4, "us")]


def test_what_a_lost_write_is_on_top_of_is_named(bed):
    """A write found again after a crash names the edits that landed between its look and itself, and records them."""
    record = bed.state().flow(ANT)
    wanted = flows.greeting("new")
    intent = Intent(
        token="0123456789AB", kind="update", sid=record.sid, friendly_name="ant", status="published", base=1,
        target=wanted.digests.full, plan="sha256:0", at=datetime(2026, 1, 1, tzinfo=UTC),
        behaviour=wanted.digests.behaviour,
    )  # fmt: skip
    side = flows.desired([flows.flow("ant", wanted)])
    with bed.store.open(create=bed.blank(side), timeout=0) as session:
        session.record([PutIntent(ANT, intent)])
    bed.edit(record.sid, Definition=body("by hand"))
    bed.edit(record.sid, Definition=wanted.text, CommitMessage=OURS)
    bed.events.clear()
    bed.apply(side)
    (found,) = [event for event in bed.events if isinstance(event, Recovered)]
    assert (found.sid, [r.revision for r in found.overwritten]) == (record.sid, [2])
    assert [e.revision for e in bed.state().flow(ANT).revisions] == [1, 2, 3]


def test_test_users_that_studio_spells_anew_are_found_again(tmp_path):
    """A list that was set by a run which lost its record is taken as set, however Studio spells it."""
    bed = Bed(tmp_path, quirks={"test-users-normalised": "yes"})
    side = flows.desired([flows.flow("ant")], [flows.users("testers", "ant", "+1 (555) 010-0004")])
    bed.apply(side)
    users = Address("TestUsers", "testers")
    record = bed.state().resources[users]
    with bed.store.open(create=bed.blank(side), timeout=0) as session:
        session.record([PutResource(users, replace(record, sent=(), stored=())), DropIntent(users)])
    assert [outcome.kind for outcome in bed.apply(side).outcomes] == ["done"]
    assert bed.apply(side).plan.steps == ()


def test_a_create_of_a_moment_ago_is_waited_for_whatever_our_clock_says(bed):
    """How old an intent is, Studio's clock tells: a machine that is 20 minutes ahead still waits out the window."""
    side = flows.desired([flows.flow("ant"), flows.flow("bee")])
    intent = Intent(
        token="0123456789AC", kind="create", sid=None, friendly_name="bee", status="published", base=0,
        target="sha256:0", plan="sha256:0", at=bed.clock.now(),
    )  # fmt: skip
    with bed.store.open(create=bed.blank(side), timeout=0) as session:
        session.record([PutIntent(Address("Flow", "bee"), intent)])
    world = bed.world()
    ahead = replace(world.reading(), clock=Ahead(bed.clock))
    before = bed.clock.elapsed
    recover(look_of(ahead, side), world.pool, bed.state(), side)
    assert bed.clock.elapsed - before >= side.policy.consistency_window.total_seconds()


class Ahead:
    """A clock whose day is 20 minutes ahead of Studio's."""

    def __init__(self, clock):
        self._clock = clock
        self.monotonic, self.sleep, self.stopping = clock.monotonic, clock.sleep, clock.stopping

    def now(self):
        """Give the wrong time of day."""
        return self._clock.now() + timedelta(minutes=20)


def test_a_flow_that_is_imported_is_not_adopted_by_its_mark_as_well(bed):
    """`imports` gives a flow to one address, also when its mark names another one that lost its record."""
    record = bed.state().flow(ANT)
    bee = Address("Flow", "bee")
    environment = Environment("local", imports={bee: record.sid})
    side = flows.desired([flows.flow("ant"), flows.flow("bee")], environment=environment)
    with bed.store.open(create=bed.blank(side), timeout=0) as session:
        session.record([DropResource(ANT)])
    plan = bed.plan(side).plan
    assert [s.address for s in plan.steps if s.kind == "adopt"] == [bee]
    assert [s.kind for s in plan.steps if s.address == ANT] == ["create"]
