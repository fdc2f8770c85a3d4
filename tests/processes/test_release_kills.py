"""SIGKILL at requests of a real release, then release again: it goes on, and ends as one that nobody kills.

`make test` takes a few of the points; with KILL_MATRIX=1, as `make kills` has it, none is left out.
"""

import os
import signal

import pytest

from tests.support import clinic
from tests.support.flows import EVENTS, data, widget
from tests.support.proxy import Trap
from tests.support.scene import Scene

RELEASE = ("release", "--auto-approve", "--lock-timeout", "0", "--parallelism", "1")
SOME = 13

pytestmark = [pytest.mark.socket, pytest.mark.slow]


def _wanted(scene: Scene) -> None:
    """Want three flows to change, one of which is tried."""
    body = data(widget("greet", "Good morning"))
    states = body["states"]
    assert isinstance(states, list)
    states[0]["transitions"] = [
        {"event": event, "next": "greet"} if event == "incomingRequest" else {"event": event} for event in EVENTS
    ]
    smoke = {"name": "greets", "to": "+15550100003", "from": "+15550100000", "expect": {"reaches": ["greet"]}}
    kept = [d for d in clinic.first() if d["metadata"]["name"] not in {"edited", "named", "waiting"}]
    documents = [
        *kept,
        clinic.flow("edited", body, release={"smoke": [smoke]}),
        clinic.flow("named", friendlyName="A better name"),
        clinic.flow("waiting"),
    ]
    clinic.write(scene.folder / "manifests", documents)


def test_killed_at_requests(make_scene, record_property):
    """Killed before or after any request was carried out, a release is finished by the next one, with nothing twice."""
    with make_scene() as scene:
        _wanted(scene)
        scene.proxy.begin()
        ended = scene.run(*RELEASE)
        assert ended.code == 0, ended
        calls, shape = len(scene.proxy.calls), scene.account().shape()
    points = [(number, when) for number in range(1, calls + 1) for when in ("before", "after")]
    chosen = points if os.environ.get("KILL_MATRIX") else points[SOME // 2 :: SOME]
    for number, when in chosen:
        with make_scene() as scene:
            _wanted(scene)
            pids: list[int] = []
            scene.proxy.begin(Trap(number, when, lambda pids=pids: os.kill(pids[0], signal.SIGKILL)))
            pids.append(scene.start(*RELEASE))
            assert scene.end(pids[0]).code == -signal.SIGKILL, (number, when)
            scene.proxy.begin()
            again = scene.run(*RELEASE)
            assert again.code == 0, (number, when, again)
            assert scene.account().shape() == shape, (number, when)
            document = scene.document()
            assert document is not None
            assert (document["release"]["stage"], document["pending"]) == ("done", {}), (number, when)
            assert [run["verdict"] for run in document["release"]["smoke"]] == ["passed"]
            assert scene.run("plan", "--detailed-exitcode").code == 0
    record_property("counted kill points of real releases", len(chosen))
