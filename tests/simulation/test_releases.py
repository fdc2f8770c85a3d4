"""Worlds in which flows are released, by several runs, among all else that happens; and all ways to break that."""

import os

import pytest

from reconciler.model.release import OVER
from tests.simulation.mutants import Mutant
from tests.simulation.people import Sheet
from tests.simulation.play import EVERYTHING
from tests.simulation.release_mutants import MUTANTS
from tests.simulation.releases import How, ReleaseStory, play_release
from tests.simulation.run import failures
from tests.simulation.setting import Setting, draw_release
from tests.simulation.world import World

BATCHES = 5
SEEDS = 60
OTHERS = 300
"""Seeds that are tried when those that are known to notice a mutant do so no more."""

TESTER = ("+15550100001",)
BEFORE = {
    "ant": Sheet("Hello1", "ant", calls="bee", contacts=TESTER),
    "bee": Sheet("Hello1", "bee", contacts=TESTER),
    "cat": Sheet("Hello1", "cat"),
}
AFTER = {
    "ant": Sheet("Bye1", "ant", calls="bee", contacts=TESTER),
    "bee": Sheet("Bye1", "bee", contacts=TESTER),
    "cat": Sheet("Hello1", "cat"),
    "dog": Sheet("Hello1", "dog"),
}


@pytest.mark.parametrize("batch", range(BATCHES))
def test_releases_keep_their_promises_in_every_world(batch: int, record_property):
    """Whatever fails, whoever edits, wherever a run dies: all flows are new or all are as before, nothing untried."""
    size = SEEDS // BATCHES
    found, met = failures(range(batch * size, (batch + 1) * size), releases=True)
    for what in ("releases done", "releases taken back", "kills"):
        record_property(f"counted simulation, {what}", met[what])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("sick", [False, True], ids=["forward", "back"])
def test_a_release_may_die_at_any_boundary(record_property, *, sick: bool):
    """Before, within and after each call and each state write: the next run ends it, and all flows agree."""
    step = 1 if os.environ.get("KILL_MATRIX") else 15
    for kill_at in range(1 + 3 * sick, 2_000, step):
        violations, died, stage = _killed(kill_at, sick=sick)
        assert violations == [], kill_at
        assert stage in OVER, (kill_at, stage)
        if not died:
            break
    record_property("counted simulation, kill points of releases", kill_at // step)
    assert kill_at > 100


def _killed(kill_at: int, *, sick: bool) -> tuple[list[str], bool, str]:
    with World(Setting(seed=7, releases=True)) as world:
        story = ReleaseStory(world)
        world.manifests.sheets |= BEFORE
        world.finish(story.run(EVERYTHING))
        world.manifests.sheets.clear()
        world.manifests.sheets |= AFTER
        actor = story.release(How(EVERYTHING, sick=sick, kill_at=kill_at))
        world.finish(actor)
        world.finish(story.release(How(EVERYTHING, sick=sick)))
        state = world.kept().read()
        stage = "none" if state is None or state.release is None else state.release.stage
        story.converge()
        return world.truth.violations, actor.process.dying, stage


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_release_is_noticed(mutant: Mutant, record_property):
    """Each way to break a promise of releases is noticed by some seed."""
    with mutant.loose():
        assert any(play_release(draw_release(seed)).violations for seed in (*mutant.seeds, *range(OTHERS)))
    record_property("counted simulation, mutants noticed", 1)
