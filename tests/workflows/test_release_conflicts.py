"""Others act while a release is under way: nothing of theirs is lost, and callers never get half of a release."""

import json
from dataclasses import replace

import pytest

from reconciler.errors import (
    NotSentError,
    RefusedError,
    RequestRefusedError,
    StaleError,
    StudioConflictError,
    UsageError,
)
from reconciler.model.address import Address
from reconciler.plan.options import PlanOptions, Scope
from reconciler.plan.outcome import Refused
from reconciler.state.operations import move
from tests.support import flows
from tests.support.releasing import WATCH, Stand, released_flow, smoke, users_of
from tests.support.world import Bed


@pytest.fixture
def stand(tmp_path):
    """Give an account with two flows, one calling the other."""
    made = Stand(Bed(tmp_path))
    made.bed.apply(side("one"))
    return made


def side(text: str, *, watch=None):
    """Two flows, one calling the other, both tried out."""
    return flows.desired(
        [
            released_flow("ant", text, smoke("says it"), calls="bee", watch=watch),
            released_flow("bee", text, smoke("greets"), watch=watch),
        ],
        users_of("ant", "bee"),
    )


def by_hand(stand: Stand, name: str, text: str, status: str) -> int:
    """Somebody writes in the Console; give the revision."""
    data = released_flow(name, text).definition.data()
    return stand.bed.edit(stand.sid(name), Definition=json.dumps(data), Status=status)


def stop_at(stand: Stand, stage: str) -> None:
    """Press Ctrl-C when a stage begins, and let the next run be without it."""
    stand.at[stage] = lambda: setattr(stand.bed.clock, "stopped", True)


def stopped(stand: Stand, stage: str, text: str = "two", **said):
    """Release until a stage, and leave it under way."""
    stop_at(stand, stage)
    found = stand.release(side(text, **said))
    stand.bed.clock.stopped = False
    return found


@pytest.mark.parametrize("stage", ["test-users", "smoke", "publish"])
@pytest.mark.parametrize("status", ["draft", "published"])
def test_an_edit_in_between_stops_everything(stand, stage, status):
    """A revision of others between the draft and its publication: no flow is published, and the release says whose."""
    stand.at[stage] = lambda: by_hand(stand, "bee", "by hand", status)
    found = stand.release(side("two"))
    assert (found.release.stage, found.release.cause) == ("taken-back", "conflict"), found
    assert "revision 3" in found.release.reason
    assert stand.live("ant") == (1, "one")
    assert stand.live("bee")[1] == ("by hand" if status == "published" else "one")


def test_an_edit_while_publishing_takes_back_what_was_published(stand):
    """One flow cannot be published any more: the other one, which was, has its old body again."""
    world = stand.world()

    class Meddler:
        def __init__(self, inner):
            self.inner = inner

        def update_flow(self, sid, what):
            answer = self.inner.update_flow(sid, what)
            if what.status == "published" and sid == stand.sid("bee") and '"two"' in what.definition.text:
                by_hand(stand, "ant", "by hand", "published")
            return answer

        def __getattr__(self, name):
            return getattr(self.inner, name)

    stand.wrap = lambda each: replace(each, writing=replace(each.writing, writer=Meddler(each.writing.writer)))
    found = stand.release(side("two"))
    assert world is not None
    assert (found.release.stage, found.release.cause) == ("taken-back", "conflict"), found
    assert stand.live("bee") == (4, "one")
    assert stand.live("ant") == (3, "by hand")


def test_ctrl_c_leaves_it_under_way(stand):
    """An interrupted release goes on in the next run, from the stage in which it was."""
    for stage, then in (("draft", "draft"), ("test-users", "smoke"), ("publish", "publish")):
        found = stopped(stand, stage)
        assert (found.interrupted, stand.now().stage) == (True, then)
        assert stand.live("ant") == (1, "one")
    assert stand.release(side("two")).release.stage == "done"


def test_ctrl_c_during_the_watch(stand):
    """What is published stays so; the next run watches until the time that was said."""
    found = stopped(stand, "watch", watch=WATCH)
    assert (found.interrupted, stand.now().stage) == (True, "watch")
    until = stand.now().until
    found = stand.release(side("two", watch=WATCH))
    assert (found.release.stage, found.release.until) == ("done", until)


def test_apply_leaves_its_flows_alone(stand):
    """While a release is under way, apply refuses its flows and does the others."""
    stopped(stand, "publish")
    after = flows.edited(side("three"), released_flow("cat", "one"))
    applied = stand.bed.apply(after)
    refused = [o for o in applied.outcomes if isinstance(o, Refused)]
    assert {o.id for each in refused for o in each.objections} == {"release"}
    assert {o.step.address.name: o.kind for o in applied.outcomes} == {
        "ant": "skipped", "bee": "refused", "cat": "done",
    }  # fmt: skip
    assert stand.live("cat")[1] == "one"
    assert stand.release(side("two")).release.stage == "done"
    assert stand.bed.plan(side("three")).plan.objections == ()


def test_a_new_name_is_no_way_around(stand):
    """A flow of a release that is renamed in the manifests is the same flow: apply refuses it, too."""
    stopped(stand, "publish")
    renamed = replace(
        released_flow("eel", "two", smoke("says it"), calls="bee"), previous_names=("ant",), friendly_name="ant"
    )
    applied = stand.bed.apply(flows.edited(side("two"), renamed, without=["ant"]))
    assert {o.step.address.name: o.kind for o in applied.outcomes if o.step.address.kind == "Flow"} == {
        "bee": "refused", "eel": "skipped",
    }  # fmt: skip
    assert stand.live("ant") == (1, "one")


def test_changed_manifests_do_not_go_on(stand):
    """What was approved is what is released: other manifests are refused, until it is taken back."""
    stopped(stand, "publish")
    with pytest.raises(RefusedError):
        stand.release(side("three"))
    found = stand.back(side("three"))
    assert (found.release.stage, found.asked) == ("taken-back", True)
    assert stand.live("ant") == (1, "one")
    assert stand.release(side("three")).release.stage == "done"


def test_another_release_waits(stand):
    """A second release of other flows is refused by name while one is under way."""
    stopped(stand, "publish")
    after = flows.edited(side("two"), released_flow("cat", "one"))
    with pytest.raises(UsageError):
        stand.release(after, "cat")


def test_nothing_to_take_back(stand):
    """Without a release under way there is nothing to take back."""
    with pytest.raises(UsageError):
        stand.back(side("one"))


def test_taken_back_from_elsewhere_during_the_watch(stand):
    """Somebody else takes it back while it is watched: the watching run says so and does nothing more."""
    stand.at["watch"] = lambda: stand.back(side("two", watch=WATCH))
    found = stand.release(side("two", watch=WATCH))
    assert isinstance(found.error, StaleError)
    assert stand.now().stage == "taken-back"
    assert stand.live("ant") == (4, "one")


@pytest.mark.parametrize(
    ("said", "greeting", "over"), [(None, "fixed", False), ("accept", "fixed", True), ("revert", "one", True)]
)
def test_going_back_meets_what_others_published(stand, said, greeting, over):
    """A fix that somebody published is never overwritten unasked; all other flows go back, and the rest is said."""
    stopped(stand, "watch", watch=WATCH)
    by_hand(stand, "bee", "fixed", "published")
    found = stand.back(side("two", watch=WATCH), on_drift=said)
    assert (found.release.stage == "taken-back", found.conflict) == (over, not over)
    assert stand.live("ant") == (4, "one")
    assert stand.live("bee")[1] == greeting
    if not over:
        assert "Flow/bee" in found.halted
        assert stand.back(side("two", watch=WATCH), on_drift="accept").release.stage == "taken-back"


def test_going_back_supersedes_a_draft_of_others(stand):
    """Callers come first: a newer draft of somebody is superseded, and stays readable as a revision."""
    stopped(stand, "watch", watch=WATCH)
    number = by_hand(stand, "bee", "my draft", "draft")
    assert stand.back(side("two", watch=WATCH)).release.stage == "taken-back"
    assert stand.live("bee") == (number + 1, "one")


def test_a_deleted_flow_does_not_keep_the_others(stand):
    """What somebody deleted cannot go back; everything else does."""
    stopped(stand, "watch", watch=WATCH)
    with stand.bed.console() as client:
        client.delete(f"/v2/Flows/{stand.sid('ant')}").raise_for_status()
    found = stand.back(side("two", watch=WATCH))
    assert found.release.stage == "taken-back", found
    assert stand.live("bee") == (4, "one")


class Refusing:
    """An executions port that fails in one way."""

    def __init__(self, inner, error):
        self.inner, self.error = inner, error

    def start_execution(self, *_):
        """Fail."""
        raise self.error

    def __getattr__(self, name):
        return getattr(self.inner, name)


@pytest.mark.parametrize("error", [StudioConflictError("active"), RequestRefusedError("no", status=400)])
def test_a_start_that_is_refused_is_a_failed_smoke(stand, error):
    """Where no execution can be started, nothing is published."""
    stand.wrap = lambda world: replace(world, runner=Refusing(world.runner, error))
    found = stand.release(side("two"))
    assert (found.release.stage, found.release.cause) == ("taken-back", "smoke"), found
    assert stand.live("ant") == (1, "one")


def test_a_start_that_does_not_get_through_waits(stand):
    """A connection that is down fails nothing: the release stays where it is, and the next run goes on."""
    stand.wrap = lambda world: replace(world, runner=Refusing(world.runner, NotSentError("down")))
    found = stand.release(side("two"))
    assert (found.release.stage, found.halted is not None) == ("smoke", True)
    stand.wrap = lambda world: world
    assert stand.release(side("two")).release.stage == "done"


def test_a_protected_environment_wants_its_name_each_time(stand):
    """Going on and going back are writes too: a protected environment wants its name."""
    stopped(stand, "publish")
    after = side("two")
    after = replace(after, environment=replace(after.environment, protected=True))
    with pytest.raises(RefusedError):
        stand.release(after)
    with pytest.raises(RefusedError):
        stand.back(after)
    said = PlanOptions(scope=Scope(), confirm="local")
    assert stand.release(after, options=said).release.stage == "done"


def test_its_flows_keep_their_names(stand):
    """A flow of a release that is under way is not given another address in the state."""
    stopped(stand, "publish")
    with pytest.raises(UsageError):
        move(stand.bed.store, Address("Flow", "ant"), Address("Flow", "eel"), timeout=0)
