"""SIGKILL at requests of a real run whose state is elsewhere, then run again: for every kind of store.

All points with KILL_MATRIX=1, as `make kills` has it, else one in twelve. A state in files has its own tests.
"""

import os
import re
import signal
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.proxy import Trap
from tests.support.scene import APPLY, Scene, converge
from tests.support.stores import IMPLEMENTATIONS, params

SOME = 12

pytestmark = [pytest.mark.socket, pytest.mark.slow]


@dataclass
class Elsewhere:
    """Makes scenes whose state is in one store."""

    locate: Any
    environ: dict[str, str]
    make: Any
    folder: Any

    def begin(self, scene: Scene) -> None:
        """Bring the scene's state there."""
        document = scene.state
        scene.location, scene.environ = self.locate(self.folder), self.environ
        pushed = scene.run("state", "push", str(document))
        assert pushed.code == 0, pushed
        scene.proxy.begin()


@pytest.fixture(params=params([name for name in IMPLEMENTATIONS if name != "file"]))
def elsewhere(request, make_scene, tmp_path):
    """Give each kind of store in turn."""
    locate, environ = request.getfixturevalue(request.param.server)
    return Elsewhere(locate, dict(environ), make_scene, tmp_path)


def released(scene: Scene) -> None:
    """Break the lock of the killed run, where it does not go with its process, as the refusal says."""
    refused = scene.run(*APPLY)
    if refused.code == 0:
        return
    identity = re.search(r"\(ID ([^)]+)\)", refused.err)
    assert refused.code == 4, refused
    assert identity is not None, refused
    assert scene.run("state", "unlock", identity[1]).code == 0


def test_killed_at_requests(elsewhere, record_property):
    """Killed before or after a request was carried out, a run with its state elsewhere is finished by the next one."""
    with elsewhere.make() as scene:
        elsewhere.begin(scene)
        assert scene.run(*APPLY, "--parallelism", "1").code == 0
        calls, shape = len(scene.proxy.calls), scene.account().shape()
    points = [(number, when) for number in range(1, calls + 1) for when in ("before", "after")]
    chosen = points if os.environ.get("KILL_MATRIX") else points[len(points) // 3 :: SOME]
    for number, when in chosen:
        with elsewhere.make() as scene:
            elsewhere.begin(scene)
            pids: list[int] = []
            scene.proxy.begin(Trap(number, when, lambda pids=pids: os.kill(pids[0], signal.SIGKILL)))
            pids.append(scene.start(*APPLY, "--parallelism", "1"))
            assert scene.end(pids[0]).code == -signal.SIGKILL, (number, when)
            scene.proxy.begin()
            released(scene)
            converge(scene, shape)
    record_property("counted kill points with a state elsewhere", len(chosen))
