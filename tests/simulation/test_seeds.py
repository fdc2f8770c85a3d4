"""Two thousand worlds, each decided by its seed; a failing one prints the command that repeats and shrinks it."""

import pytest

from tests.simulation.play import play
from tests.simulation.run import failures, sort_of
from tests.simulation.setting import draw

BATCHES = 50
SEEDS = 2_000


@pytest.mark.parametrize("batch", range(BATCHES))
def test_promises_hold_in_every_world(batch: int, record_property):
    """Whatever fails, whoever edits and wherever a run dies: one flow each, nothing lost, an empty second plan."""
    size = SEEDS // BATCHES
    found, met = failures(range(batch * size, (batch + 1) * size))
    for what in ("seeds", "kills", "faults", "console edits", "calls"):
        record_property(f"counted simulation, {what}", met[what])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("seed", [7, 1007, 1010])
def test_a_seed_is_one_world(seed: int):
    """The same seed gives the same trace, so that a failure can be looked at again."""
    first, second = play(draw(seed)), play(draw(seed))
    assert first.trace == second.trace
    assert sort_of(first) == sort_of(second) == ""
