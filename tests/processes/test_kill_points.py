"""SIGKILL at every point of a run, then run again.

The points: every request, before and after it was carried out; every touch of the state, before it, in the middle of a
write, and after the last. A run that lives counts them. Shards share them out among workers. `make test` takes every
third request and every second touch; with KILL_MATRIX=1, as `make kills` has it, none is left out.
"""

import os
import signal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pytest

from tests.support.proxy import Trap
from tests.support.scene import APPLY, Scene, converge

SHARDS = range(4)
REQUESTS, TOUCHES = 3, 2
"""`make test` takes one in so many. Three, as the points of a request are two: so both kinds are met."""
SERIAL = (*APPLY, "--parallelism", "1")

pytestmark = [pytest.mark.socket, pytest.mark.slow]


@dataclass(frozen=True, slots=True)
class Life:
    """What a run does that nobody kills."""

    shape: Mapping[str, object]
    calls: int
    touches: tuple[str, ...]


@pytest.fixture(scope="session")
def life(make_scene):
    """Let a run live and count its points."""
    with make_scene() as scene:
        ended = scene.end(scene.start(*SERIAL, fatal=""))
        assert ended.code == 0, ended
        calls = len(scene.proxy.calls)
        touches = tuple((scene.folder / "touches").read_text().splitlines())
        shape = scene.account().shape()
        converge(scene, shape)
        return Life(shape, calls, touches)


def _chosen(points: Iterable[str], shard: int, *, step: int) -> list[str]:
    """Give the points of a shard, or the one that KILL_POINT names; of `step` points one, unless all are wanted."""
    wanted = os.environ.get("KILL_POINT")
    if wanted is not None:
        return [point for point in points if point == wanted]
    chosen = list(points)[:: 1 if os.environ.get("KILL_MATRIX") else step]
    return chosen[shard :: len(SHARDS)]


def _points(touches: Sequence[str]) -> list[str]:
    """Give the points of a run: before each touch, in the middle of each write, and after the last touch."""
    before = [f"{n}:before" for n in range(1, len(touches) + 1)]
    torn = [f"{n}:torn" for n, touch in enumerate(touches, 1) if touch.startswith("write ")]
    return [*before, *torn, f"{len(touches)}:after"]


def _killed_at_call(scene: Scene, point: str, *command: str) -> None:
    number, _, when = point.partition(":")
    pid = None
    trap = Trap(int(number), when, lambda: os.kill(pid, signal.SIGKILL))  # type: ignore[arg-type]  # set before the first call
    scene.proxy.begin(trap)
    pid = scene.start(*command)
    assert scene.end(pid).code == -signal.SIGKILL


@pytest.mark.parametrize("shard", SHARDS)
@pytest.mark.parametrize("parallelism", ["1", "4"])
def test_killed_at_every_request(make_scene, life, shard, parallelism, record_property):
    """Killed before or after any of its requests was carried out, a run is finished by the next one, nothing twice."""
    calls = (f"{n}:{when}" for n in range(1, life.calls + 1) for when in ("before", "after"))
    points = _chosen(calls, shard, step=REQUESTS)
    for point in points:
        with make_scene() as scene:
            try:
                _killed_at_call(scene, point, *APPLY, "--parallelism", parallelism)
                converge(scene, life.shape)
            except BaseException as error:
                error.add_note(f"to repeat it: KILL_POINT={point} pytest {__file__} -k 'request and {parallelism}-'")
                raise
    record_property(f"counted kill points at requests, {parallelism} at a time", len(points))


@pytest.mark.parametrize("shard", SHARDS)
def test_killed_at_every_touch_of_the_state(make_scene, life, shard, record_property):
    """Killed at any touch of a state file, in the middle of a write too, a run is finished by the next one."""
    points = _chosen(_points(life.touches), shard, step=TOUCHES)
    for point in points:
        with make_scene() as scene:
            try:
                ended = scene.end(scene.start(*SERIAL, fatal=point))
                assert ended.code == -signal.SIGKILL, ended
                converge(scene, life.shape)
            except BaseException as error:
                error.add_note(f"to repeat it: KILL_POINT={point} pytest {__file__} -k touch")
                raise
    record_property("counted kill points at touches of the state", len(points))


@pytest.fixture(scope="session")
def birth(make_scene):
    """Let a first run live, which makes the state; give what Studio has then, and how its state began."""
    with make_scene(fresh=True) as scene:
        ended = scene.end(scene.start(*SERIAL, fatal=""))
        assert ended.code == 0, ended
        touches = (scene.folder / "touches").read_text().splitlines()
        begun = touches.index("write local.journal") + 1
        return Life(scene.account().shape(), len(scene.proxy.calls), tuple(touches[:begun]))


def test_killed_while_the_state_begins(make_scene, birth, record_property):
    """Killed while it makes lock, folder, first snapshot and journal, a run is finished by the next one."""
    points = _points(birth.touches)
    for point in points:
        with make_scene(fresh=True) as scene:
            ended = scene.end(scene.start(*SERIAL, fatal=point))
            assert ended.code == -signal.SIGKILL, (point, ended)
            converge(scene, birth.shape)
    record_property("counted kill points at the beginning of a state", len(points))
