"""Two terminals at the same moment: one state, one Studio, two runs."""

import os

import pytest

from tests.support import clinic
from tests.support.proxy import Trap, is_write
from tests.support.scene import APPLY, converge, settled

WAITING = ("apply", "--auto-approve", "--lock-timeout", "30")

pytestmark = [pytest.mark.socket, pytest.mark.slow]


@pytest.fixture(scope="module")
def shape(make_scene):
    """Give what Studio has when one run has it for itself."""
    with make_scene() as scene:
        assert scene.run(*APPLY).code == 0
        return scene.account().shape()


def test_the_second_is_told_who_holds_the_lock(make_scene, shape):
    """While one apply writes, another is refused with exit 4, the holder's process and what to do; a plan works."""
    with make_scene() as scene:
        ended = {}

        def spring():
            ended["apply"] = scene.end(scene.start(*APPLY))
            ended["plan"] = scene.end(scene.start("plan"))

        scene.proxy.begin(Trap(1, "during", spring, is_write))
        winner = scene.execute(*APPLY)
        assert scene.end(winner).code == 0
        refused = ended["apply"]
        assert (refused.code, refused.out) == (4, "")
        assert f"pid {winner} on {os.uname().nodename}" in refused.err
        assert "--lock-timeout" in refused.err
        assert ended["plan"].code == 0
        settled(scene)
        assert scene.account().shape() == shape


def test_the_second_waits_and_finds_nothing_to_do(make_scene, shape):
    """With --lock-timeout a second apply waits for the first, then finds nothing to do and sends nothing."""
    with make_scene() as scene:
        pids = []

        def spring():
            pids.append(scene.start(*WAITING))

        scene.proxy.begin(Trap(1, "during", spring, is_write))
        assert scene.end(scene.execute(*APPLY)).code == 0
        second = scene.end(pids[0])
        assert second.code == 0
        assert "No changes" in second.out
        settled(scene)
        assert scene.account().shape() == shape


def test_two_at_once_do_the_work_once(make_scene, shape):
    """Started at the same moment and both waiting, two applies end well, and what was to be done was done once."""
    with make_scene("--latency", "10ms") as scene:
        pids = [scene.execute(*WAITING) for _ in range(2)]
        ended = [scene.end(pid) for pid in pids]
        assert [one.code for one in ended] == [0, 0]
        assert sum("No changes" in one.out for one in ended) == 1
        converge(scene, shape)


def test_two_states_of_one_account_do_not_double_it(make_scene):
    """Two machines without a common state: the second finds the first one's flows by their marks and writes nothing."""
    with make_scene(fresh=True) as scene:
        clinic.write(scene.folder / "manifests", clinic.second())
        assert scene.run(*APPLY).code == 0
        shape = scene.account().shape()
        scene.proxy.begin()
        ended = scene.run(*APPLY, "--state", str(scene.folder / "elsewhere" / "local.json"))
        assert ended.code == 0, ended
        assert not any(call.wrote for call in scene.proxy.calls)
        assert scene.account().shape() == shape
