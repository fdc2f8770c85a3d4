"""In which order, and about which addresses: references, cycles, targets, exclusions, selectors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.definition import document
from reconciler.errors import CycleError, UsageError
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.plan.scope import Scope
from tests.support.check import (
    empty_after,
    ended,
    made_by_hand,
    objected,
    options,
    says,
    sid,
    steps,
)
from tests.support.flows import caller, calling, data, desired, edited, flow, greeting, users
from tests.support.world import Bed


@pytest.fixture
def bed(tmp_path: Path) -> Bed:
    return Bed(tmp_path)


def count(bed: Bed) -> int:
    """How many flows the account has."""
    return len(bed.world().reader.list_flows())


def calling_sid(called: str) -> Definition:
    """A definition that calls a flow by its SID."""
    return document.of(data(calling("call", called)))


def test_cycle_is_refused_as_a_path(bed: Bed):
    """Flows that call each other in a circle are refused before anything is sent, with the path."""
    with pytest.raises(CycleError) as caught:
        bed.apply(desired([flow("one", caller("two")), flow("two", caller("one"))]))
    assert list(caught.value.path) == ["Flow/one", "Flow/two", "Flow/one"]
    assert count(bed) == 0


def test_flow_that_calls_itself(bed: Bed):
    """A new flow that refers to itself cannot be created: its SID is known too late."""
    with pytest.raises(CycleError):
        bed.plan(desired([flow("one", caller("one"))]))


def test_order_follows_references(bed: Bed):
    """What is called is created first, and the caller's SID is resolved."""
    wanted = desired([flow("a", caller("b")), flow("b", caller("c")), flow("c")])
    applied = bed.apply(wanted)
    assert [name for name, _, _ in steps(applied.plan)] == ["c", "b", "a"]
    assert applied.plan.steps[2].basis.target is None
    assert bed.world().reader.fetch_flow(sid(bed, "a")).definition.subflows == (sid(bed, "b"),)
    empty_after(bed, wanted)


def test_failed_callee_takes_its_callers_along(tmp_path: Path):
    """What waits for a failed step is skipped, what does not goes on."""
    bed = Bed(tmp_path, quirks={"friendly-name-unique": "yes"})
    made_by_hand(bed, "c")
    wanted = desired([flow("a", caller("c")), flow("b"), flow("c")])
    applied = bed.apply(wanted, options("namesake"))
    assert ended(applied) == [("b", "create", "done"), ("c", "create", "failed"), ("a", "create", "skipped")]
    assert bed.state().pending == {}


def test_called_flow_is_not_deleted(bed: Bed):
    """A flow that a wanted flow still calls is not deleted without leave."""
    bed.apply(desired([flow("callee")]))
    called = sid(bed, "callee")
    wanted = desired([flow("main", caller("callee"))])
    wanted = edited(wanted, replace(wanted.flows[Address("Flow", "main")], definition=calling_sid(called)))
    plan = bed.plan(wanted).plan
    assert ("called", "callee") in objected(plan)


def test_active_executions_stop_a_delete(bed: Bed):
    """A flow with active executions is deleted only when that is allowed; what starts later is noticed too."""
    bed.apply(desired([flow("menu"), flow("stays")]))
    wanted = desired([flow("stays")])
    saved = bed.plan(wanted).plan
    with bed.console() as client:
        client.post(f"/_console/Flows/{sid(bed, 'menu')}/Executions", data={"Status": "active"}).raise_for_status()
    assert ended(bed.apply(wanted, saved=saved)) == [("menu", "delete", "refused")]
    assert objected(bed.plan(wanted).plan) == [("active", "menu")]
    assert ended(bed.apply(wanted, options("active"))) == [("menu", "delete", "done")]


def test_target_brings_what_it_refers_to(bed: Bed):
    """A target brings along what it calls, and nothing else; everything else comes with the next full plan."""
    wanted = desired(
        [flow("main", caller("menu")), flow("menu"), flow("other")], [users("testers", "main", "+15550100001")]
    )
    only = options(scope=Scope(targets=(Address("Flow", "main"),)))
    assert [name for name, _, _ in steps(bed.plan(wanted, only).plan)] == ["menu", "main"]
    assert {end for _, _, end in ended(bed.apply(wanted, only))} == {"done"}
    assert sorted(name for name, _, _ in steps(bed.plan(wanted).plan)) == ["other", "testers"]
    tested = options(scope=Scope(targets=(Address("TestUsers", "testers"),)))
    assert [name for name, _, _ in steps(bed.plan(wanted, tested).plan)] == ["testers"]


def test_exclude_takes_along_what_refers_to_it(bed: Bed):
    """An excluded flow takes along its callers and test users."""
    wanted = desired(
        [flow("main", caller("menu")), flow("menu"), flow("other")], [users("testers", "main", "+15550100001")]
    )
    without = options(scope=Scope(excludes=(Address("Flow", "menu"),)))
    assert [name for name, _, _ in steps(bed.plan(wanted, without).plan)] == ["other"]


def test_selector_takes_labelled_flows(bed: Bed):
    """A selector takes flows with all its labels, and their test users."""
    labelled = replace(flow("menu"), labels={"team": "care", "tier": "1"})
    wanted = desired([labelled, flow("other")], [users("testers", "menu", "+15550100001")])
    chosen = options(scope=Scope(selector={"team": "care"}))
    assert [name for name, _, _ in steps(bed.plan(wanted, chosen).plan)] == ["menu", "testers"]
    assert steps(bed.plan(wanted, options(scope=Scope(selector={"team": "x"}))).plan) == []


def test_target_of_a_recorded_flow_deletes_only_it(bed: Bed):
    """A target that is only recorded is deleted; other removed flows wait."""
    bed.apply(desired([flow("one"), flow("two")]))
    only = options("empty", scope=Scope(targets=(Address("Flow", "one"),)))
    assert steps(bed.plan(desired(), only).plan) == [("one", "delete", "no-longer-desired")]


def test_target_that_nobody_knows(bed: Bed):
    """A target that is neither declared nor recorded is an error that names the nearest address."""
    with pytest.raises(UsageError) as caught:
        bed.plan(desired([flow("menu")]), options(scope=Scope(targets=(Address("Flow", "menus"),))))
    assert "Flow/menu" in (caught.value.hint or "")
    with pytest.raises(UsageError):
        bed.plan(desired(), options(scope=Scope(targets=(Address("Flow", "menus"),))))


def test_target_of_a_renamed_flow(bed: Bed):
    """A targeted flow that was renamed keeps its SID."""
    bed.apply(desired([flow("old", friendly_name="x")]))
    wanted = desired([flow("new", friendly_name="x", previous_names=("old",)), flow("other")])
    only = options(scope=Scope(targets=(Address("Flow", "new"),)))
    assert steps(bed.apply(wanted, only).plan) == [("new", "record", "renamed")]


def test_test_users_move_to_another_flow(bed: Bed):
    """A TestUsers document that names another flow sets the list of that one."""
    bed.apply(desired([flow("one"), flow("two")], [users("testers", "one", "+15550100001")]))
    wanted = desired([flow("one"), flow("two")], [users("testers", "two", "+15550100001")])
    assert ended(bed.apply(wanted)) == [("testers", "set-test-users", "done")]
    assert bed.state().test_users()[Address("TestUsers", "testers")].sid == sid(bed, "two")
    empty_after(bed, wanted)


def test_commit_message_is_no_change_and_bears_our_mark(bed: Bed):
    """A new commit message alone changes nothing; what is written bears the mark, and `-m` overrules the manifest."""
    bed.apply(desired([flow("menu")]))
    message = bed.world().reader.fetch_flow(sid(bed, "menu")).commit_message
    assert message is not None
    assert message.startswith("[reconciler TOKEN0000001 4f1c2a9e ")
    assert message.endswith("clinic/local/Flow/menu] Applied by reconciler")
    empty_after(bed, desired([replace(flow("menu"), commit_message="Else")]))
    bed.apply(desired([flow("menu", greeting("New"))]), options(message="x" * 400))
    message = bed.world().reader.fetch_flow(sid(bed, "menu")).commit_message or ""
    assert len(message) == 255
    assert says(bed, sid(bed, "menu")) == "New"
