"""The simulation is worth its time: what is broken on purpose is noticed."""

import pytest

from tests.simulation.mutants import MUTANTS, Mutant, lease_for_all
from tests.simulation.play import play
from tests.simulation.run import shrunk, sort_of
from tests.simulation.setting import draw

OTHERS = 400
"""Seeds that are tried when those that are known to notice a mutant do so no more."""

ENOUGH = 20
"""Worlds at least in which two runs of machines that share a state meet."""


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_product_is_noticed(mutant: Mutant, record_property):
    """Each way to break a promise is noticed by some seed."""
    with mutant.loose():
        assert any(play(draw(seed)).violations for seed in (*mutant.seeds, *range(OTHERS)))
    record_property("counted simulation, mutants noticed", 1)


def test_a_lease_is_only_advice(monkeypatch: pytest.MonkeyPatch):
    """Where machines share a state, runs that take each other's lease at once still lose nothing and double nothing."""
    lease_for_all(monkeypatch)
    scripts = [script for script in map(draw, range(160)) if script.setting.lease and "rival" in str(script)]
    assert len(scripts) > ENOUGH
    assert [str(script) for script in scripts if play(script).violations] == []


def test_a_failing_seed_shrinks():
    """Leaving out what can be left out ends with a shorter script that fails in the same way."""
    mutant = MUTANTS[0]
    with mutant.loose():
        seed = next(seed for seed in (*mutant.seeds, *range(OTHERS)) if play(draw(seed)).violations)
        script = draw(seed)
        kind = sort_of(play(script))
        small = shrunk(script, lambda each: sort_of(play(each)) == kind)
        assert sort_of(play(small)) == kind
    assert len(small.happenings) <= len(script.happenings)
    assert len(small.setting.quirks) <= len(script.setting.quirks)
    assert not play(small).violations
