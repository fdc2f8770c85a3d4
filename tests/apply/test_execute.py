"""Which steps go when: waiting, followers, interrupts, a full disk."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace

from reconciler.apply.execute import Notice, execute
from reconciler.apply.schedule import Schedule
from reconciler.errors import (
    StateWriteError,
)
from reconciler.model.address import Address
from reconciler.plan.outcome import Outcome, Pending, Skipped
from reconciler.plan.values import Objection, Step
from tests.support.flows import desired
from tests.support.scripted import Scripted, plan, run, step
from tests.support.world import InlinePool


class Slow(InlinePool):
    """A pool whose calls never end; time passes while somebody waits."""

    def __init__(self, clock, stop_after: float) -> None:
        self._clock = clock
        self._stop_after = stop_after

    def submit(self, call):
        """Start nothing that ends."""
        del call
        return Future()

    def wait(self, futures, timeout=None):
        """Wait in vain."""
        del futures
        self._clock.elapsed += timeout or 0.0
        self._clock.stopped = self._clock.elapsed >= self._stop_after
        return set()


def told() -> tuple[list[Step], list[Outcome], Notice]:
    """Somebody who listens."""
    started: list[Step] = []
    finished: list[Outcome] = []
    return started, finished, Notice(started.append, finished.append)


def test_interrupt_gives_what_runs_eight_seconds():
    """After an interrupt nothing is started, what runs has eight seconds, and what has not answered stays pending."""
    of = run(Scripted(), wanted=desired())
    others = [step("forget", Address("Flow", f"flow-{n}")) for n in range(6)]
    started, finished, notice = told()
    outcomes = execute(of, plan(*others), Slow(of.look.clock, 1.0), notice)
    assert [type(o) for o in outcomes] == [Pending] * 4 + [Skipped] * 2
    assert len(started) == 4
    assert len(finished) == 6
    assert 8.9 < of.look.clock.elapsed < 9.5


def test_full_disk_stops_the_run():
    """When the state cannot be written nothing new is started."""
    of = run(Scripted(), wanted=desired())
    of.ledger._session.failing = StateWriteError("disk full")
    others = [step("forget", Address("Flow", f"flow-{n}")) for n in range(6)]
    outcomes = execute(of, plan(*others), InlinePool(), told()[2])
    assert [o.kind for o in outcomes] == ["failed"] * 4 + ["skipped"] * 2
    assert isinstance(outcomes[5], Skipped)
    assert outcomes[5].because == "state"


def test_objected_steps_and_their_followers():
    """A step that a guard objects to is refused with every reason; what waits for it is skipped by its name."""
    menu, main, last = (Address("Flow", name) for name in ("menu", "main", "last"))
    objections = (
        Objection("drift", "step", menu, "a", None), Objection("draft", "step", menu, "b", None),
        Objection("lint", "plan", None, "c", None), Objection("lint", "step", None, "d", None),
    )  # fmt: skip
    steps = (
        step("forget", menu), replace(step("forget", main), depends_on=(menu,)),
        replace(step("forget", last), depends_on=(main, menu)),
    )  # fmt: skip
    outcomes = execute(run(Scripted(), wanted=desired()), plan(*steps, objections=objections), InlinePool(), told()[2])
    assert [o.kind for o in outcomes] == ["refused", "skipped", "skipped"]
    assert len(outcomes[0].objections) == 2


def test_schedule_waits_for_all_and_for_its_own_address():
    """A step waits for everything it depends on and for earlier steps of its address, and goes once."""
    one, two, three = (Address("Flow", name) for name in ("one", "two", "three"))
    steps = (
        step("adopt", one), step("update", one), step("forget", two),
        replace(step("forget", three), depends_on=(one, two)),
    )  # fmt: skip
    schedule = Schedule(steps)
    assert [found[0] for found in (schedule.next(), schedule.next()) if found] == [0, 2]
    assert schedule.next() is None
    schedule.done(0)
    schedule.done(2)
    assert schedule.next() == (1, steps[1])
    assert schedule.next() is None
    assert [index for index, _ in schedule.rest()] == [3]
    schedule.done(1)
    assert schedule.next() == (3, steps[3])
    assert schedule.not_done(3) == []


def test_schedule_takes_followers_along_once():
    """A step that was not done takes everything along that waits for it, each once; it never goes afterwards."""
    a, b, c = (Address("Flow", name) for name in "abc")
    steps = (
        step("forget", a), step("forget", b), replace(step("forget", c), depends_on=(a, b)),
    )  # fmt: skip
    schedule = Schedule(steps)
    assert schedule.next() is not None
    assert schedule.next() is not None
    assert [(index, because) for index, _, because in schedule.not_done(0)] == [(2, "Flow/a")]
    assert schedule.not_done(1) == []
    schedule.done(1)
    assert schedule.next() is None
