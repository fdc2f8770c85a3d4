"""A release goes through its stages, and every flow of it is live in the end, or none."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest

from reconciler.events.assembly import Assembled
from reconciler.events.cloudevents import parse
from reconciler.events.store import EventStore
from reconciler.model.address import Address
from reconciler.workflows.release.health import KeptHealth
from reconciler.workflows.release.values import SmokeEnded, StageBegan
from tests.support import flows
from tests.support.cloudevents import body_of, run_of
from tests.support.releasing import WATCH, Stand, released_flow, smoke, users_of
from tests.support.world import Bed


@pytest.fixture
def stand(tmp_path):
    """Give an account without anything."""
    return Stand(Bed(tmp_path))


def side(text: str, *, watch=None, reach: str = "greet"):
    """Two flows, one calling the other, both tried out."""
    return flows.desired(
        [
            released_flow("ant", text, smoke("says it", reach), calls="bee", watch=watch),
            released_flow("bee", text, smoke("greets"), watch=watch),
        ],
        users_of("ant", "bee"),
    )


def stages(stand: Stand) -> list[str]:
    """The stages in their order."""
    return [event.release.stage for event in stand.events if isinstance(event, StageBegan)]


def test_all_flows_are_live_in_the_end(stand):
    """Draft, test users, smoke executions of the drafts, publish, done: both flows have the new body."""
    stand.bed.apply(side("one"))
    found = stand.release(side("two"))
    assert found.release is not None
    assert found.release.stage == "done", found
    assert stages(stand) == ["draft", "test-users", "smoke", "publish", "done"]
    assert {stand.live(name)[1] for name in ("ant", "bee")} == {"two"}
    assert [e.run.verdict for e in stand.events if isinstance(e, SmokeEnded)] == ["passed", "passed"]
    assert stand.bed.plan(side("two")).plan.empty
    assert all(run.ended for run in stand.now().smoke)


def test_sub_flows_are_published_first(stand):
    """The flow that is called has its revision before the one that calls it."""
    stand.bed.apply(side("one"))
    found = stand.release(side("two"))
    assert [flow.address.name for flow in found.release.flows] == ["bee", "ant"]
    record = {name: stand.bed.state().flow(Address("Flow", name)) for name in ("ant", "bee")}
    assert record["bee"].revisions[-1].at <= record["ant"].revisions[-1].at


def test_new_flows_are_created_as_drafts(stand):
    """Flows that do not exist yet are drafts until they are published."""
    found = stand.release(side("one"))
    assert found.release.stage == "done", found
    assert stand.live("ant") == (2, "one")
    assert [flow.previous for flow in found.release.flows] == [None, None]


def test_nothing_to_release(stand):
    """What the manifests do not change is not released, and no release is remembered."""
    stand.bed.apply(side("one"))
    found = stand.release(side("one"))
    assert (found.release, found.decided.flows) == (None, ())
    assert stand.bed.state().release is None


def test_a_no_leaves_everything(stand):
    """Whoever says no has changed nothing."""
    stand.bed.apply(side("one"))
    found = stand.release(side("two"), yes=False)
    assert (found.declined, found.release) == (True, None)
    assert stand.live("ant") == (1, "one")


def test_a_named_flow_brings_along_what_it_calls(stand):
    """A release of one flow is a release of the sub-flows that change with it, and of nothing else."""
    before = flows.edited(side("one"), released_flow("cat", "one"))
    stand.bed.apply(before)
    after = flows.edited(side("two"), released_flow("cat", "two"))
    found = stand.release(after, "ant")
    assert {flow.address.name for flow in found.release.flows} == {"ant", "bee"}
    assert stand.live("cat") == (1, "one")


def test_a_failed_smoke_publishes_nothing(stand):
    """What does not reach what it has to is taken back; callers never got it, and the drafts stay for who looks."""
    stand.bed.apply(side("one"))
    found = stand.release(side("two", reach="call"))
    assert found.release.stage == "done", found
    found = stand.release(side("three", reach="nowhere"))
    assert (found.release.stage, found.release.cause) == ("taken-back", "smoke")
    assert [flow.published for flow in found.release.flows] == [None, None]
    assert {stand.live(name)[1] for name in ("ant", "bee")} == {"two"}
    assert all(run.ended for run in stand.now().smoke if run.at)


def test_the_same_is_not_released_again_by_mistake(stand):
    """What was taken back because it failed is refused, unchanged, until somebody says again."""
    stand.bed.apply(side("one"))
    stand.release(side("two", reach="nowhere"))
    refused = stand.release(side("two", reach="nowhere"))
    assert [objection.id for objection in refused.decided.plan.objections] == ["taken-back"]
    assert stand.release(side("two", reach="nowhere"), again=True).release.stage == "taken-back"
    assert stand.release(side("two")).release.stage == "done"


def test_a_healthy_watch_ends_done(stand):
    """Callers are looked after for as long as was declared, and then it is done."""
    stand.bed.apply(side("one"))
    found = stand.release(side("two", watch=WATCH))
    assert found.release.stage == "done", found
    assert (found.release.until - found.release.since).total_seconds() >= 60


class Sick:
    """Callers who fare badly, from the second look on."""

    def __init__(self, inner):
        self.inner, self.looks = inner, 0

    def look(self, flow, since, events):
        """Give what there is, and later many errors."""
        self.looks += 1
        found = self.inner.look(flow, since, events)
        return found if self.looks < 4 else replace(found, executions=10, failed=5, errors=7)


def sick(stand: Stand) -> None:
    """Let callers fare badly from now on."""
    stand.wrap = lambda world: replace(world, health=Sick(world.health))


def test_sick_callers_take_everything_back(stand):
    """Too many failed executions: every flow gets the very body back that callers had before, as a new revision."""
    stand.bed.apply(side("one"))
    sick(stand)
    found = stand.release(side("two", watch=WATCH))
    assert (found.release.stage, found.release.cause) == ("taken-back", "watch"), found
    assert {stand.live(name) for name in ("ant", "bee")} == {(4, "one")}
    reader = stand.world().writing.reader
    for name in ("ant", "bee"):
        first, now = (reader.fetch_revision(stand.sid(name), number) for number in (1, 4))
        assert now.definition.text == first.definition.text
        assert found.release.id in now.commit_message
    assert not stand.bed.plan(side("two", watch=WATCH)).plan.drift


def test_events_tell_how_callers_fare(stand, tmp_path):
    """With received events as the source nobody is polled: what they tell takes the release back, or leaves it."""
    stand.bed.apply(side("one"))
    store = EventStore(tmp_path / "events.sqlite", create=True)
    told: list[str] = []

    def look_at(flow: str, since: datetime) -> Iterator[Assembled]:
        told.append(flow)
        if len(told) == 5:  # the first flow's third look
            crowd = [one for n in (1, 2, 3) for one in run_of(n, 3, flow=stand.sid("ant"), after=since, name="failed")]
            store.add(parse(body_of(crowd)), since)
        return store.executions(flow, since)

    stand.wrap = lambda world: replace(world, health=KeptHealth(look_at))
    found = stand.release(side("two", watch=WATCH))
    assert (found.release.stage, found.release.cause) == ("taken-back", "watch"), found
    assert set(told) == {stand.sid("ant"), stand.sid("bee")}
    store.close()


def test_what_was_never_published_stays(stand):
    """Studio cannot unpublish: a flow that the release published first stays so, and the release says it."""
    stand.bed.apply(flows.desired([released_flow("bee", "one", watch=WATCH)]))
    sick(stand)
    found = stand.release(side("two", watch=WATCH))
    assert found.release.stage == "taken-back", found
    assert {flow.address.name: flow.left is not None for flow in found.release.flows} == {"bee": False, "ant": True}
    assert stand.live("bee")[1] == "one"
    assert stand.live("ant")[1] == "two"


def test_a_draft_in_the_manifest_stays_one(stand):
    """A flow that is to be a draft is drafted with the others and never published."""
    stand.bed.apply(side("one"))
    after = side("two")
    ant = after.flows[Address("Flow", "ant")]
    after = flows.edited(after, replace(ant, status="draft"))
    found = stand.release(after)
    assert found.release.stage == "done", found
    assert (stand.live("ant"), stand.live("bee")[1]) == ((1, "one"), "two")


def test_an_ignored_status_does_not_publish_a_draft(stand):
    """A flow whose status the manifest leaves alone is a draft, too, until it has been tried."""
    before, after = side("one"), side("two", reach="nowhere")
    for desired in (before, after):
        for address, flow in desired.flows.items():
            lifecycle = replace(flow.lifecycle, ignore_changes=("status",))
            desired.flows[address] = replace(flow, lifecycle=lifecycle)
    stand.bed.apply(before)
    found = stand.release(after)
    assert (found.release.stage, found.release.cause) == ("taken-back", "smoke"), found
    assert {stand.live(name) for name in ("ant", "bee")} == {(1, "one")}
