"""Clock, chance, pool and progress of the command line."""

import threading
import time
from concurrent.futures import CancelledError

import pytest

from reconciler.cli.chance import SystemChance
from reconciler.cli.clock import RunClock
from reconciler.cli.common import Common
from reconciler.cli.places import places
from reconciler.cli.pool import ThreadPool
from reconciler.cli.progress import Bars, Silent
from reconciler.errors import InterruptedRunError
from reconciler.model.desired import Environment


@pytest.fixture
def stop():
    """Give the event that asks a run to stop."""
    return threading.Event()


@pytest.fixture
def pool(stop):
    """Give a pool of three threads."""
    made = ThreadPool(3, stop)
    yield made
    made.close()


def test_the_pool_is_bounded_and_keeps_the_order(pool):
    """Never more calls run at once than it has threads; results stand in the order of the items."""
    lock, running, most = threading.Lock(), [0], [0]

    def call(item: int) -> int:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.002)
        with lock:
            running[0] -= 1
        return item * 2

    assert pool.map(call, range(50)) == [item * 2 for item in range(50)]
    assert most[0] == 3


def test_the_pool_raises_the_first_error_and_starts_no_more(pool):
    """An error ends a map; calls that have not begun never do."""
    done = []

    def call(item: int) -> None:
        if item == 1:
            raise ValueError(str(item))
        time.sleep(0.01)
        done.append(item)

    with pytest.raises(ValueError, match="1"):
        pool.map(call, range(100))
    time.sleep(0.05)
    assert len(done) < 20


def test_the_pool_ends_when_the_run_is_to_stop(pool, stop):
    """Calls that hang keep nobody: a map ends with the run."""
    hang = threading.Event()
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(InterruptedRunError):
        pool.map(lambda _: hang.wait(), range(5))
    hang.set()


def test_the_pool_waits_for_the_first(pool):
    """`wait` gives what is done, and nothing when the time is over before."""
    hang = threading.Event()
    slow, quick = pool.submit(hang.wait), pool.submit(lambda: True)
    assert pool.wait([slow, quick], timeout=5) == {quick}
    assert pool.wait([slow], timeout=0.01) == set()
    hang.set()
    assert slow.result(5)


def test_threads_end_with_their_pool(stop):
    """A closed pool leaves no thread behind."""
    made = ThreadPool(2, stop)
    made.map(lambda item: item, range(4))
    names = {thread for thread in threading.enumerate() if thread.name.startswith("pool-") and thread.is_alive()}
    made.close()
    for thread in names:
        thread.join(2)
    assert not any(thread.is_alive() for thread in names)


def test_a_cancelled_call_is_not_made(stop):
    """What was cancelled before a thread was free is never called."""
    made = ThreadPool(1, stop)
    hang = threading.Event()
    made.submit(hang.wait)
    waiting = made.submit(lambda: pytest.fail("called"))
    assert waiting.cancel()
    hang.set()
    made.close()
    with pytest.raises(CancelledError):
        waiting.result(1)


def test_waits_end_with_the_run(stop):
    """A sleep ends at once when the run is to stop, and full otherwise."""
    clock = RunClock(stop)
    started = clock.monotonic()
    clock.sleep(0.01)
    assert clock.monotonic() - started >= 0.01
    assert not clock.stopping()
    stop.set()
    with pytest.raises(InterruptedRunError):
        clock.sleep(60)
    assert clock.stopping()
    assert clock.now().utcoffset().total_seconds() == 0


def test_tokens_are_unique():
    """Ten thousand tokens are ten thousand, each of twelve characters that nobody misreads."""
    chance = SystemChance()
    tokens = {chance.token() for _ in range(10_000)}
    assert len(tokens) == 10_000
    assert {len(token) for token in tokens} == {12}
    assert set("".join(tokens)) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    assert chance.lineage() != chance.lineage()
    assert 0 <= chance.jitter() < 1


def test_bars_show_only_long_work(capsys):
    """What is done within a second is never shown; unknown work and a second end are no fault."""
    bars = Bars(color=False)
    bars.begin("Reading", 2)
    bars.advance("Reading")
    bars.advance("Nothing")
    with bars.hidden():
        bars.advance("Reading")
    bars.close()
    bars.close()
    Silent().begin("Reading", 2)
    assert capsys.readouterr() == ("", "")


def test_bars_show_long_work_and_go(capsys, monkeypatch):
    """What takes longer has a bar, which makes room for other output and goes at the end."""
    monkeypatch.setenv("FORCE_COLOR", "1")  # lets rich take the captured stream for a terminal
    bars = Bars(color=False)
    bars.begin("Reading", 3)
    bars.advance("Reading")
    time.sleep(1.3)
    bars.begin("Writing", 1)
    bars.advance("Writing")
    with bars.hidden():
        bars.advance("Reading")
    bars.advance("Reading")
    assert "Reading" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("common", "environment", "state"),
    [
        (Common(), Environment("local"), "state/local.json"),
        (Common(), Environment("p", state="kept/p.json"), "kept/p.json"),
        (Common(state="here.json"), Environment("p", state="kept/p.json"), "here.json"),
        (Common(endpoint="http://127.0.0.1:81"), Environment("p", state="k.json"), "state/p@127.0.0.1-81.json"),
        (Common(endpoint="http://[::1]:81"), Environment("p"), "state/p@--1-81.json"),
        (Common(endpoint="https://studio.example"), Environment("p"), "state/p@studio.example.json"),
        (Common(endpoint="embedded"), Environment("p"), "state/p@embedded.json"),
    ],
)
def test_the_state_has_its_place(monkeypatch, tmp_path, common, environment, state):
    """--state wins, then an endpoint's own place, then what the environment says, then the usual one."""
    monkeypatch.chdir(tmp_path)
    found = places(common, environment)
    assert found.state.absolute() == tmp_path / state
    assert found.emulator.name == f"{environment.name}.emulator.sqlite"
