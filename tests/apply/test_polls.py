"""How long is looked for a write that may not be visible yet."""

from reconciler.apply.look import Look
from tests.support.world import VirtualClock


def test_the_last_attempt_begins_when_the_window_has_passed():
    """An attempt that takes longer than the window is followed by one that begins behind it."""
    clock = VirtualClock()
    begun = []
    for _ in Look(None, clock, 2.0).polls():
        begun.append(clock.elapsed)
        clock.elapsed += 5.0
    assert begun[0] == 0.0
    assert begun[-1] >= 2.0
    assert len(begun) == 2


def test_no_window_means_one_attempt():
    """Where nothing lags, what is read once is believed."""
    clock = VirtualClock()
    assert len(list(Look(None, clock, 0.0).polls())) == 1
    assert clock.elapsed == 0.0


def test_attempts_come_at_growing_distances_until_the_window_has_passed():
    """Quick attempts wait for each other, and the last one is not before the end of the window."""
    clock = VirtualClock()
    begun = [clock.elapsed for _ in Look(None, clock, 3.0).polls()]
    assert begun == sorted(begun)
    assert begun[-1] >= 3.0
    assert len(begun) < 10
