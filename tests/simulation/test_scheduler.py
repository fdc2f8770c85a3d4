"""The machinery of the simulation does what the simulation relies on."""

import pytest

from reconciler.state.file import FileStateStore
from tests.simulation.ports import ProcessClock, ServerClock, SimulatedPool
from tests.simulation.scheduler import Killed, Process, Scheduler, StuckError
from tests.simulation.storage import Folder, watching
from tests.support import flows
from tests.support.world import Bed


def start(scheduler, process, call):
    """Start a task of a process and wait until it is gone."""
    scheduler.start(call, process, process.name)
    scheduler.wait(lambda: process.tasks == 0, None)


def test_time_passes_only_when_everybody_waits():
    """Sleeps add up to the longest one, not to their sum."""
    scheduler, woken = Scheduler(1), []
    clock = ServerClock(scheduler)
    for seconds in (3.0, 1.0, 2.0):
        scheduler.start(lambda s=seconds: (clock.sleep(s), woken.append(s)), Process("p"), "p")
    clock.sleep(5.0)
    assert woken == [1.0, 2.0, 3.0]
    assert scheduler.now == 5.0


def test_the_seed_decides_who_goes_next():
    """One seed gives one order, and some other seed another."""

    def order(seed):
        scheduler, seen = Scheduler(seed), []
        for name in "abcd":

            def steps(name=name):
                for _ in range(3):
                    seen.append(name)
                    scheduler.pause()

            scheduler.start(steps, Process(name), name)
        scheduler.wait(lambda: len(seen) == 12, None)
        return "".join(seen)

    assert order(3) == order(3)
    assert len({order(seed) for seed in range(10)}) > 1


def test_nothing_of_a_killed_process_acts_any_more():
    """After a kill every task of the process ends at its next boundary, also in `finally`; others go on."""
    scheduler, acted = Scheduler(1), []
    process = Process("p", kill_at=2)

    def act():
        try:
            process.point()
            scheduler.pause()
            process.point()
            acted.append("behind the kill")
        finally:
            process.point()
            acted.append("in finally")

    def other():
        scheduler.wait(None, 10.0)
        acted.append("another task of the same process")

    scheduler.start(other, process, "p")
    start(scheduler, process, act)
    assert acted == []
    with pytest.raises(Killed):
        process.point()


def test_waiting_for_ever_is_noticed():
    """Tasks that all wait for each other are an error, not a hang."""
    scheduler = Scheduler(1)
    scheduler.start(lambda: scheduler.wait(lambda: False, None), Process("p"), "p")
    with pytest.raises(StuckError):
        scheduler.wait(lambda: False, None)
    scheduler.abandon()


def test_a_pool_works_in_parallel():
    """As many calls of a pool stand side by side as it has threads, never more, and results keep their order."""
    scheduler, process = Scheduler(1), Process("p")
    pool, clock = SimulatedPool(scheduler, process, 4), ProcessClock(scheduler, process, 0.0)
    running, most, results = [], [], []

    def call(number):
        running.append(number)
        most.append(len(running))
        clock.sleep(1.0)
        running.remove(number)
        return number * number

    start(scheduler, process, lambda: results.extend(pool.map(call, range(10))))
    assert results == [n * n for n in range(10)]
    assert max(most) == 4
    assert scheduler.now == 3.0


def test_file_operations_are_boundaries_and_a_kill_leaves_the_folder(tmp_path):
    """A process that dies while it writes its state leaves what was there at that moment, whatever it does later."""
    scheduler = Scheduler(1)
    side = flows.desired([flows.flow("ant")])
    bed = Bed(tmp_path)
    bed.apply(side)
    folder = Folder(tmp_path / "state", scheduler)

    for kill_at in range(1, 12):
        process = Process("p", kill_at=kill_at)

        def died(process=process):
            process.left = folder.capture()

        process.at_kill = died
        process.buried = lambda process=process: folder.restore(process.left)
        store = FileStateStore(tmp_path / "state" / "local.json", clock=bed.clock, version="0", command="x")

        def act(store=store):
            with store.open(create=bed.blank(side), timeout=0) as session:
                session.record([])

        with watching(folder):
            start(scheduler, process, act)
        assert store.read().resources == bed.state().resources
        assert process.left is None or folder.capture() == process.left
