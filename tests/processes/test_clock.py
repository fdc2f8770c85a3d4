"""This machine's clock is wrong, and jumps between runs and within one: what is done stays right."""

import os
import shutil
import signal
import subprocess

import pytest

from tests.support import clinic
from tests.support.proxy import Trap, is_write
from tests.support.scene import APPLY, converge

SERIAL = (*APPLY, "--parallelism", "1")
JUMPS = ["-1h", "+1d"]
LAG = ("--quirk", "list-lag=3s")  # longer than a run needs to begin, so that looking once finds nothing

pytestmark = [pytest.mark.socket, pytest.mark.slow, pytest.mark.needs_server("faketime")]


@pytest.fixture(scope="module")
def faked():
    """Give a function that gives the environment of a process whose wall clock follows a file; time itself goes on."""
    program = shutil.which("faketime")
    if program is None:
        pytest.skip("faketime is absent")
    show = ["printenv", "LD_PRELOAD"]
    library = subprocess.run([program, "-f", "+0", *show], capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - a tool of the system

    def environment(file):
        return {
            "LD_PRELOAD": library.replace("libfaketime.so", "libfaketimeMT.so"),
            "FAKETIME_TIMESTAMP_FILE": str(file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    return environment


@pytest.fixture(scope="module")
def shape(make_scene):
    """Give what Studio has when every clock is right."""
    with make_scene() as scene:
        assert scene.run(*APPLY).code == 0
        return scene.account().shape()


def patient(scene):
    """Give the project a consistency window that is longer than the lag."""
    clinic.write(scene.folder / "manifests", clinic.second(), window="4s")


def test_the_fake_is_seen(faked, tmp_path):
    """The clock of a process jumps when its file says so; its monotonic clock does not."""
    (tmp_path / "clock").write_text("+1d")
    code = "import time; print(time.time(), time.monotonic())"
    clocks = [
        subprocess.run(["python3", "-c", code], env=env, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603, S607 - as above
        for env in (dict(os.environ), dict(os.environ) | faked(tmp_path / "clock"))
    ]
    wall, monotonic = (float(clocks[1][n]) - float(clocks[0][n]) for n in (0, 1))
    assert 86_000 < wall < 87_000
    assert monotonic < 600


@pytest.mark.parametrize("jump", JUMPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_jump_between_runs(make_scene, shape, faked, when, jump):
    """Killed at a create whose clock was wrong, or found by a run whose clock is: it is created once, also with lag."""
    with make_scene(*LAG) as scene:
        patient(scene)
        clock = scene.folder / "clock"
        pids = []
        scene.proxy.begin(Trap(1, when, lambda: os.kill(pids[0], signal.SIGKILL), is_write))
        clock.write_text("+0")
        pids.append(scene.execute(*SERIAL))
        assert scene.end(pids[0]).code == -signal.SIGKILL
        clock.write_text(jump)
        again = scene.end(scene.execute(*SERIAL, env=faked(clock)))
        assert again.code == 0, again
        converge(scene, shape)


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_within_a_run(make_scene, shape, faked, jump):
    """A clock that jumps in the middle of an apply changes nothing: no wait gets longer, no write is done twice."""
    with make_scene() as scene:
        clock = scene.folder / "clock"
        clock.write_text("+0")
        scene.proxy.begin(Trap(3, "during", lambda: clock.write_text(jump), is_write))
        ended = scene.end(scene.execute(*SERIAL, env=faked(clock)))
        assert ended.code == 0, ended
        assert scene.proxy.trap.sprung
        converge(scene, shape)


@pytest.mark.parametrize("jump", JUMPS)
def test_a_wrong_clock_is_killed(make_scene, shape, faked, jump):
    """Intents that a wrong clock wrote are settled by a run whose clock is right."""
    with make_scene(*LAG) as scene:
        patient(scene)
        clock = scene.folder / "clock"
        clock.write_text(jump)
        pids = []
        scene.proxy.begin(Trap(1, "after", lambda: os.kill(pids[0], signal.SIGKILL), is_write))
        pids.append(scene.execute(*SERIAL, env=faked(clock)))
        assert scene.end(pids[0]).code == -signal.SIGKILL
        converge(scene, shape)
