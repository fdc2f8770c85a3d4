"""Ctrl-C on a terminal, and SIGTERM: once, twice, in every phase of a run."""

import os
import signal
import threading
import time

import pytest

from tests.support.proxy import Trap, is_write
from tests.support.scene import APPLY, converge, settled
from tests.support.terminal import CTRL_C, Terminal

SERIAL = (*APPLY, "--parallelism", "1")
HEARD = 0.4  # seconds after which a process has heard a signal, on a busy machine too
LONG = 20.0  # seconds that an answer takes which nobody waits for

pytestmark = [pytest.mark.socket, pytest.mark.slow]


@pytest.fixture
def terminal():
    """Give a terminal."""
    with Terminal() as opened:
        yield opened


@pytest.fixture(params=["Ctrl-C", "SIGTERM"])
def ask(request, terminal):
    """Give a function that asks a process to stop."""
    if request.param == "Ctrl-C":
        return lambda _pid: terminal.type(CTRL_C)
    return lambda pid: os.kill(pid, signal.SIGTERM)


@pytest.fixture(scope="module")
def shape(make_scene):
    """Give what Studio has when nobody interrupts."""
    with make_scene() as scene:
        assert scene.run(*APPLY).code == 0
        return scene.account().shape()


def test_asked_once_it_records_what_is_in_flight(make_scene, shape, terminal, ask):
    """Asked to stop, an apply says so, waits for the answer in flight, records it, starts nothing more, exits 130."""
    with make_scene() as scene:
        pids = []

        def spring():
            ask(pids[0])
            time.sleep(HEARD)

        scene.proxy.begin(Trap(2, "during", spring, is_write))
        pids.append(scene.execute(*SERIAL, terminal=terminal))
        ended = scene.end(pids[0])
        assert ended.code == 130
        assert "Stopping" in terminal.shown()
        assert "Traceback" not in terminal.shown()
        assert "apply" in ended.out.splitlines()[-1]
        assert sum(call.wrote for call in scene.proxy.calls) == 2
        document = scene.document()
        assert document["pending"] == {}
        assert document["resources"]["Flow/edited"]["revision"] == 2
        converge(scene, shape)


def test_asked_twice_it_ends_at_once(make_scene, shape, terminal, ask):
    """Asked twice, an apply ends at once, although no answer came; the next one picks up what was left."""
    with make_scene() as scene:
        released, pids = threading.Event(), []

        def spring():
            ask(pids[0])
            time.sleep(HEARD)
            ask(pids[0])
            released.wait(LONG)

        scene.proxy.begin(Trap(2, "during", spring, is_write))
        pids.append(scene.execute(*SERIAL, terminal=terminal))
        start = time.monotonic()
        ended = scene.end(pids[0])
        assert time.monotonic() - start < LONG / 2
        assert ended.code == 130
        assert "Aborted" in terminal.shown()
        assert "Traceback" not in terminal.shown()
        released.set()
        _wait_for(lambda: sum(call.wrote for call in scene.proxy.calls) == 2)
        converge(scene, shape)


def test_asked_once_it_does_not_wait_for_ever(make_scene, shape, terminal):
    """When what is in flight does not answer within eight seconds, it stays pending, and the next run finds out."""
    with make_scene() as scene:
        released, pids = threading.Event(), []

        def spring():
            os.kill(pids[0], signal.SIGTERM)
            released.wait(2 * LONG)

        scene.proxy.begin(Trap(2, "during", spring, is_write))
        pids.append(scene.execute(*SERIAL, terminal=terminal))
        start = time.monotonic()
        ended = scene.end(pids[0])
        assert 7 < time.monotonic() - start < LONG
        assert ended.code == 130
        assert set(scene.document()["pending"]) == {"Flow/edited"}
        assert "pending" in ended.out
        released.set()
        _wait_for(lambda: sum(call.wrote for call in scene.proxy.calls) == 2)
        converge(scene, shape)


def test_plan_ends_at_once(make_scene, terminal, ask):
    """Asked to stop, a plan ends at once with 130, prints no plan, and leaves no file."""
    with make_scene() as scene:
        released, pids = threading.Event(), []

        def spring():
            ask(pids[0])
            released.wait(LONG)

        before = sorted(scene.state.parent.rglob("*"))
        scene.proxy.begin(Trap(1, "during", spring))
        pids.append(scene.execute("plan", terminal=terminal))
        start = time.monotonic()
        ended = scene.end(pids[0])
        released.set()
        assert time.monotonic() - start < LONG / 2
        assert (ended.code, ended.out) == (130, "")
        assert "Traceback" not in terminal.shown()
        assert sorted(scene.state.parent.rglob("*")) == before


def test_the_question_can_be_left(make_scene, shape, terminal, ask):
    """Asked to stop where it asks for approval, an apply exits with 130 and has sent nothing; a no exits with 1."""
    with make_scene() as scene:
        pid = scene.execute("apply", terminal=terminal)
        terminal.expect("Answer: ")
        ask(pid)
        assert scene.end(pid).code == 130
        pid = scene.execute("apply", terminal=terminal)
        terminal.expect("Answer: ", times=2)
        terminal.type("no\n")
        assert scene.end(pid).code == 1
        assert not any(call.wrote for call in scene.proxy.calls)
        pid = scene.execute("apply", terminal=terminal)
        terminal.expect("Answer: ", times=3)
        terminal.type("yes\n")
        assert scene.end(pid).code == 0
        settled(scene)
        assert scene.account().shape() == shape


def _wait_for(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
