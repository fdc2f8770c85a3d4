from __future__ import annotations

import threading

import pytest

from reconciler.errors import InterruptedRunError
from reconciler.studio.limit import Limit


def never() -> bool:
    return False


def use(limit: Limit, *, throttled: bool | None) -> None:
    with limit.slot() as slot:
        slot.throttled = throttled


def test_halved_by_each_round_of_throttling_and_never_zero():
    """Multiplicative decrease, down to one."""
    limit = Limit(8, never)
    seen = []
    for _ in range(5):
        use(limit, throttled=True)
        seen.append(limit.allowed)
    assert seen == [4, 2, 1, 1, 1]


def test_one_more_after_each_full_round_of_good_answers():
    """Additive increase, up to the ceiling."""
    limit = Limit(4, never)
    use(limit, throttled=True)
    seen = []
    for _ in range(2 + 3 + 4):
        use(limit, throttled=False)
        seen.append(limit.allowed)
    assert seen == [2, 3, 3, 3, 4, 4, 4, 4, 4]


def test_one_burst_lowers_it_once():
    """Requests that were in flight together are one piece of news."""
    limit = Limit(8, never)
    with limit.slot() as first, limit.slot() as second, limit.slot() as third:
        first.throttled = second.throttled = third.throttled = True
    assert limit.allowed == 4


def test_no_answer_teaches_nothing():
    """A request that failed on the way counts neither way."""
    limit = Limit(2, never)
    use(limit, throttled=True)
    for _ in range(5):
        use(limit, throttled=None)
    assert limit.allowed == 1


def test_a_slot_is_given_back_whatever_happens():
    """An exception frees the slot."""
    limit = Limit(1, never)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), limit.slot():
            raise ZeroDivisionError
    use(limit, throttled=False)


def test_who_waits_goes_on_when_a_slot_is_free():
    """A waiting thread starts as soon as the one before it ends."""
    limit = Limit(1, never)
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


def test_who_waits_gives_up_with_the_run():
    """When the run is to stop, a request that waits is not sent, one that need not wait still is."""
    stop = threading.Event()
    limit = Limit(1, stop.is_set)
    caught = []

    def second() -> None:
        try:
            use(limit, throttled=False)
        except InterruptedRunError as error:
            caught.append(error)

    thread = threading.Thread(target=second)
    with limit.slot():
        thread.start()
        thread.join(timeout=0.02)
        stop.set()
        with pytest.raises(InterruptedRunError):
            use(limit, throttled=False)
    thread.join(timeout=5)
    assert len(caught) == 1
    use(limit, throttled=False)


def test_a_ceiling_below_one_is_one():
    """Nothing would ever be sent otherwise."""
    assert Limit(0, never).allowed == 1
