"""One run that does everything there is, killed at every boundary it meets, once each.

With a shared state, `make test` takes every second one; `make kills` takes all.
"""

import os
import random

import pytest

from tests.simulation.people import Sheet
from tests.simulation.play import EVERYTHING, Story
from tests.simulation.setting import Setting
from tests.simulation.world import World

BEFORE = {
    "ant": Sheet("Hello", "ant"),
    "bee": Sheet("Hello", "bee", status="draft", contacts=("+15550100001",)),
    "cat": Sheet("Hello", "cat", contacts=("+15550100002",)),
    "dog": Sheet("Hello", "dog"),
    "elk": Sheet("Hello", "elk", on_delete="retain"),
}
AFTER = {
    "ant": Sheet("Bye", "ant"),
    "bee": Sheet("Hello", "bee", contacts=("+15550100003",)),
    "eel": Sheet("Hi", "eel", previous=("cat",), contacts=("+15550100002",)),
    "fox": Sheet("Hello", "fox", calls="gnu"),
    "gnu": Sheet("Hello", "gnu"),
}


def killed(setting: Setting, kill_at: int) -> tuple[list[str], bool]:
    """Apply, edit everything, apply again with a kill, then until nothing is left; give what does not hold."""
    with World(setting) as world:
        story = Story(world)
        world.manifests.sheets |= BEFORE
        world.finish(story.run(EVERYTHING))
        world.manifests.sheets.clear()
        world.manifests.sheets |= AFTER
        actor = story.run(EVERYTHING, kill_at=kill_at)
        world.finish(actor)
        if world.truth.alive() and kill_at % 3 == 0:
            world.click(random.Random(kill_at))  # noqa: S311 - repeatable, not secret
        story.converge()
        return world.truth.violations, actor.process.dying


@pytest.mark.parametrize("lease", [0.0, 3.0], ids=["files", "shared"])
def test_a_run_may_die_at_any_boundary(lease: float, record_property):
    """Before, within and after each call and each state write: one flow each, nothing lost, an empty plan."""
    step = 2 if lease and not os.environ.get("KILL_MATRIX") else 1
    for kill_at in range(1, 2_000, step):
        violations, died = killed(Setting(seed=7, lease=lease), kill_at)
        assert violations == [], kill_at
        if not died:
            break
    record_property("counted simulation, kill points", (kill_at - 1) // step)
    assert kill_at > 100
