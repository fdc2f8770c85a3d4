"""The lock of every state store, and the death of those who hold it: what `ports.StateStore.open` promises.

The stores are named in conftest.py.
"""

import contextlib
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from reconciler.errors import InterruptedRunError, StateLockedError
from reconciler.model.address import flow
from reconciler.model.definition import Digests
from reconciler.model.record import FlowRecord, PutResource, State
from reconciler.state.document import decode, encode

EMPTY = State("lineage-1", 0, "clinic", "production", None, None)
DIGESTS = Digests("sha256:b", "sha256:f")


def put(number):
    return PutResource(flow(f"f{number}"), FlowRecord(f"FW{number:032x}", "n", "draft", 1, None, None, None, DIGESTS))


def names(state):
    return set() if state is None else {address.name for address in state.resources}


def _free(store):
    """End the lock of a killed run, where it does not end with its process."""
    held = store.holder()
    if held is not None:
        with contextlib.suppress(StateLockedError):
            store.unlock(held.split("(ID ")[-1].split(")")[0])


def test_two_sessions_exclude_each_other(make):
    """While one session is open, another one is refused, in the same process too; afterwards it is not."""
    with make().open(create=EMPTY, timeout=0), pytest.raises(StateLockedError), make().open(create=EMPTY, timeout=0):
        pytest.fail("two sessions at once")
    with make().open(create=EMPTY, timeout=0):
        pass


def test_a_session_can_be_waited_for(make):
    """With a timeout, the second session begins when the first one ends."""
    first_is_open, order = threading.Event(), []

    def first():
        with make().open(create=EMPTY, timeout=0) as session:
            first_is_open.set()
            time.sleep(0.1)
            session.record([put(1)])
            order.append("first")

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(first)
        first_is_open.wait(10)
        with make().open(create=EMPTY, timeout=30) as session:
            order.append("second")
            assert names(session.state) == {"f1"}
        running.result()
    assert order == ["first", "second"]


def test_waiting_ends_with_its_timeout(make):
    """A run that waits in vain is told so when its time is over."""
    with make().open(create=EMPTY, timeout=0):
        start = time.monotonic()
        with pytest.raises(StateLockedError), make().open(create=EMPTY, timeout=0.2):
            pytest.fail("two sessions at once")
        assert 0.2 <= time.monotonic() - start < 5


def test_waiting_ends_at_an_interrupt(make):
    """A run that is to stop does not wait on, and holds nothing afterwards."""
    with (
        make().open(create=EMPTY, timeout=0),
        pytest.raises(InterruptedRunError),
        make(stop_after=2).open(create=EMPTY, timeout=3600),
    ):
        pytest.fail("two sessions at once")
    with make().open(create=EMPTY, timeout=0):
        pass


def test_the_holder_is_named(make, child, implementation):
    """Who is refused hears which process of which machine holds the lock; it dies with that process, or by its ID."""
    script = "with make().open(create=empty, timeout=0):\n    say(os.getpid())\n    sys.stdin.read()\n"
    with child(script) as process:
        pid = process.stdout.readline().strip()
        with pytest.raises(StateLockedError) as caught, make().open(create=EMPTY, timeout=0):
            pytest.fail("two sessions at once")
        assert pid in caught.value.message
        assert os.uname().nodename in caught.value.message
        assert caught.value.hint
        assert f"pid {pid}" in make().holder()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        holder = make().holder()
        if not implementation.lock_dies:
            with pytest.raises(StateLockedError):
                make().unlock("another-id")
            make().unlock(holder.split("(ID ")[1].split(")")[0])
        elif holder is not None:  # a server may see a moment later that a connection is gone
            time.sleep(0.5)
        assert make().holder() is None
    with make().open(create=EMPTY, timeout=0):
        pass


LOOP = """
def work():
    store = make()
    free(store)
    number = len((store.read() or empty).resources)
    while True:
        with store.open(create=empty, timeout=5) as session:
            for _ in range(4):
                session.record([PutResource(flow(f"f{number}"), record(number))])
                say(number)
                number += 1
for line in sys.stdin:
    pid = os.fork()
    if not pid:
        try:
            work()
        finally:
            os._exit(1)
    say(f"pid {pid}")
    status = os.waitpid(pid, 0)[1]
    say(f"dead {os.waitstatus_to_exitcode(status)}")
"""


def test_a_kill_never_loses_what_was_acknowledged(make, child, implementation):
    """Killed at many random moments, a run has lost nothing acknowledged, and the next one needs no unlock."""
    seed = time.time_ns()
    chance = random.Random(seed)  # noqa: S311  # moments to kill at, no secrets
    acknowledged = -1
    with child(LOOP) as process:
        for _ in range(implementation.kills):
            process.stdin.write("go\n")
            process.stdin.flush()
            lines = iter(process.stdout.readline, "")
            pid, said, moment = None, [], chance.randrange(12)
            for line in lines:
                word = line.split()
                if word[0] == "dead":
                    assert int(word[1]) == -signal.SIGKILL, f"seed {seed}"
                    break
                if word[0] == "pid":
                    pid = int(word[1])
                else:
                    said.append(int(word[0]))
                if pid is not None and len(said) >= moment:
                    time.sleep(chance.random() * 0.004)
                    os.kill(pid, signal.SIGKILL)
                    moment = 10**9
            acknowledged = max([acknowledged, *said])
            count = len(names(make().read()))
            # One more may have been recorded and not been said any more.
            assert acknowledged + 1 <= count <= acknowledged + 2, f"seed {seed}"
            assert names(make().read()) == {f"f{n}" for n in range(count)}
    _free(make())
    with make().open(create=EMPTY, timeout=5) as session:
        assert session.state == make().read()
        session.record([put(0)])
    assert decode(encode(make().read()), "x") == make().read()


def test_the_next_run_goes_on_from_a_killed_one(make, child):
    """What a killed run recorded is folded by the next one, under one serial."""
    script = (
        "with make().open(create=empty, timeout=0) as session:\n"
        "    session.record([PutResource(flow('f1'), record(1))])\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    with child(script) as process:
        assert process.wait() == -signal.SIGKILL
    left = make().read()
    assert names(left) == {"f1"}
    _free(make())
    with make().open(create=EMPTY, timeout=5) as session:
        assert session.state == left
        session.record([put(2)])
        assert names(make().read()) == {"f1", "f2"}
    assert make().read().serial == left.serial + 1
