"""Several calls at a time, given in the order of their items, whenever the run is to stop."""

from threading import Event, Timer

import pytest

from reconciler.cli.pool import ThreadPool
from reconciler.errors import InterruptedRunError
from reconciler.workflows.executions.order import in_order
from tests.support.world import VirtualClock


@pytest.fixture
def pool():
    """Give a pool of two threads."""
    made = ThreadPool(2, Event())
    yield made
    made.close()


def test_results_come_in_the_order_of_the_items(pool):
    """The slowest does not let the others overtake it, and few are taken ahead."""
    taken = []

    def items():
        for number in range(100):
            taken.append(number)
            yield number

    found = in_order(pool, VirtualClock(), lambda number: number * 2, items())
    assert next(found) == (0, 0)
    assert len(taken) <= 10
    assert list(found) == [(number, number * 2) for number in range(1, 100)]


def test_the_first_error_ends_it(pool):
    """What is behind the error is not given, and what has not begun never begins."""
    begun = []

    def call(number):
        begun.append(number)
        return 1 // (number - 3)

    found = in_order(pool, VirtualClock(), call, range(1000))
    with pytest.raises(ZeroDivisionError):
        list(found)
    assert len(begun) < 50


def test_what_is_under_way_is_given_before_the_end(pool):
    """When the run is to stop, calls that have begun are waited for and given; the others never begin."""
    clock, first, go = VirtualClock(), Event(), Event()

    def call(number):
        if clock.stopped:
            raise InterruptedRunError("stopped before it was sent")
        if number == 0:
            first.set()
        if number == 1:
            first.wait(10)
            clock.stopped = True
            Timer(0.3, go.set).start()
        go.wait(10)
        return number

    done = []
    with pytest.raises(InterruptedRunError):
        done.extend(number for _, number in in_order(pool, clock, call, range(6)))
    assert done == [0, 1]
