"""A run is killed at every point of one plan, once each; the next run makes it good."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.model.address import Address
from reconciler.model.desired import Desired
from tests.support.flows import caller, desired, edited, flow, greeting, users
from tests.support.kill import KilledError, deadly, harmless
from tests.support.story import ALLOWED, accounted_for, failed, sid_of
from tests.support.world import Bed, CountedChance

BEFORE = desired(
    [flow("changed"), flow("drafted", status="draft"), flow("gone"), flow("old"), flow("taken")],
    [users("of-gone", "gone", "+15550100001"), users("of-old", "old", "+15550100002")],
)


def _wanted() -> Desired:
    kept = edited(
        BEFORE,
        flow("changed", greeting("Bye")),
        flow("drafted"),
        flow("callee"),
        flow("caller", caller("callee")),
        flow("renamed", greeting("Ciao"), previous_names=("old",)),
        without=["gone", "old"],
    )
    contacts = [users("of-old", "renamed", "+15550100003"), users("of-callee", "callee", "+15550100004")]
    return replace(kept, test_users={u.address: u for u in contacts})


AFTER = _wanted()
STEPS = 8


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("before")
    bed = Bed(folder, database=folder / "studio.sqlite")
    assert failed(bed.apply(BEFORE, ALLOWED)) == []
    return folder


@pytest.fixture
def fresh(before: Path, tmp_path: Path) -> Callable[[int], Bed]:
    def make(number: int) -> Bed:
        folder = tmp_path / str(number)
        shutil.copytree(before, folder)
        return Bed(folder, database=folder / "studio.sqlite", chance=CountedChance("AGAIN"))

    return make


def _converges(bed: Bed, renamed: str) -> None:
    applied = bed.apply(AFTER, ALLOWED)
    assert failed(applied) == []
    assert bed.plan(AFTER, ALLOWED).plan.steps == ()
    accounted_for(bed, AFTER)
    state = bed.state()
    assert sid_of(bed, "renamed") == renamed
    assert {a.name: r.flow.name for a, r in state.test_users().items()} == {"of-old": "renamed", "of-callee": "callee"}
    reader = bed.world().reader
    assert reader.fetch_test_users(renamed) == ("+15550100003",)
    assert reader.fetch_test_users(sid_of(bed, "callee")) == ("+15550100004",)


def test_plan_has_every_kind_of_write(fresh: Callable[[int], Bed]):
    """The plan that is killed creates, updates, publishes, renames, deletes and sets test users."""
    bed = fresh(0)
    kinds = [step.kind for step in bed.plan(AFTER, ALLOWED).plan.steps]
    assert len(kinds) == STEPS
    assert set(kinds) == {"create", "update", "publish", "delete", "set-test-users"}


def test_killed_anywhere_and_run_again(fresh: Callable[[int], Bed]):
    """Killed before or after any request and any record, the next run ends with one flow each and all recorded."""
    number, ended = 0, False
    while not ended:
        number += 1
        bed = fresh(number)
        renamed = sid_of(bed, "old")
        killer = deadly(bed, number)
        try:
            bed.apply(AFTER, ALLOWED)
            ended = True
        except KilledError:
            killer.bury()
        harmless(bed)
        _converges(bed, renamed)
        shutil.rmtree(bed.folder)
    assert number > 7 * STEPS


def test_killed_twice(fresh: Callable[[int], Bed]):
    """Killed, and killed again while it finds out what became of the first run, the third run makes it good."""
    for number in range(3, 60, 12):
        bed = fresh(number)
        renamed = sid_of(bed, "old")
        for at in (number, number % 5 + 1):
            killer = deadly(bed, at)
            try:
                bed.apply(AFTER, ALLOWED)
            except KilledError:
                killer.bury()
        harmless(bed)
        _converges(bed, renamed)


def test_plan_after_a_kill_writes_nothing(fresh: Callable[[int], Bed]):
    """A plan after a kill says what became of the open write, and leaves it for apply to record."""
    bed = fresh(1)
    killer = deadly(bed, 4)  # the first write was sent, its answer never arrived
    with pytest.raises(KilledError):
        bed.apply(AFTER, ALLOWED)
    killer.bury()
    harmless(bed)
    before = bed.state()
    assert list(before.pending) == [Address("Flow", "callee")]
    planned = bed.plan(AFTER, ALLOWED)
    assert planned.plan.warnings[0].startswith("Flow/callee: the create of an interrupted run is revision 1 of FW")
    assert bed.state() == before
    assert [s.address.name for s in planned.plan.steps if s.kind == "create"] == ["caller"]
