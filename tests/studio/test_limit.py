from __future__ import annotations

import threading

import pytest

from reconciler.studio.limit import Limit


def use(limit: Limit, *, throttled: bool | None) -> None:
    with limit.slot() as slot:
        slot.throttled = throttled


def test_halved_by_each_round_of_throttling_and_never_zero():
    """Multiplicative decrease, down to one."""
    limit = Limit(8)
    seen = []
    for _ in range(5):
        use(limit, throttled=True)
        seen.append(limit.allowed)
    assert seen == [4, 2, 1, 1, 1]


def test_one_more_after_each_full_round_of_good_answers():
    """Additive increase, up to the ceiling."""
    limit = Limit(4)
    use(limit, throttled=True)
    seen = []
    for _ in range(2 + 3 + 4):
        use(limit, throttled=False)
        seen.append(limit.allowed)
    assert seen == [2, 3, 3, 3, 4, 4, 4, 4, 4]


def test_one_burst_lowers_it_once():
    """Requests that were in flight together are one piece of news."""
    limit = Limit(8)
    with limit.slot() as first, limit.slot() as second, limit.slot() as third:
        first.throttled = second.throttled = third.throttled = True
    assert limit.allowed == 4


def test_no_answer_teaches_nothing():
    """A request that failed on the way counts neither way."""
    limit = Limit(2)
    use(limit, throttled=True)
    for _ in range(5):
        use(limit, throttled=None)
    assert limit.allowed == 1


def test_a_slot_is_given_back_whatever_happens():
    """An exception frees the slot."""
    limit = Limit(1)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), limit.slot():
            raise ZeroDivisionError
    use(limit, throttled=False)


def test_who_waits_goes_on_when_a_slot_is_free():
    """A waiting thread starts as soon as the one before it ends."""
    limit = Limit(1)
    started = threading.Event()

    def second() -> None:
        with limit.slot():
            started.set()

    with limit.slot():
        thread = threading.Thread(target=second)
        thread.start()
        assert not started.wait(0.02)
    thread.join(timeout=5)
    assert started.is_set()


def test_a_ceiling_below_one_is_one():
    """Nothing would ever be sent otherwise."""
    assert Limit(0).allowed == 1
