"""Which addresses a plan is about, and in which order its steps go."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.errors import CycleError, UsageError
from reconciler.model.address import Address
from reconciler.plan.scope import Scope
from tests.support.check import (
    empty_after,
    ended,
    options,
    sid,
    steps,
)
from tests.support.flows import caller, desired, flow, users
from tests.support.world import Bed


@pytest.fixture
def bed(tmp_path: Path) -> Bed:
    return Bed(tmp_path)


def count(bed: Bed) -> int:
    """How many flows the account has."""
    return len(bed.world().reader.list_flows())


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
