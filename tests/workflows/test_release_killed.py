"""A release may end at any request, before or after it was carried out: the next run goes on and ends right."""

import os
from dataclasses import replace

import httpx
import pytest

from reconciler.model.release import OVER
from reconciler.workflows.release.values import SmokeEnded
from tests.support import flows
from tests.support.releasing import WATCH, Stand, released_flow, smoke, users_of
from tests.support.world import Bed


class Killed(BaseException):
    """The process is gone."""


class Trap(httpx.BaseTransport):
    """Die at one request, before or after it was carried out."""

    def __init__(self, inner, counter, at, *, after):
        self.inner, self.counter, self.at, self.after = inner, counter, at, after

    def handle_request(self, request):
        """Count, and die when it is time."""
        self.counter[0] += 1
        fatal = self.counter[0] == self.at
        if fatal and not self.after:
            raise Killed
        answer = self.inner.handle_request(request)
        if fatal:
            raise Killed
        return answer


class Sick:
    """Callers who fare badly."""

    def __init__(self, inner):
        self.inner = inner

    def look(self, flow, since, events):
        """Give many errors."""
        return replace(self.inner.look(flow, since, events), executions=10, failed=10, errors=10)


def side(text: str):
    """Two flows, one calling the other, both tried out and watched."""
    return flows.desired(
        [
            released_flow("ant", text, smoke("says it"), calls="bee", watch=WATCH),
            released_flow("bee", text, smoke("greets"), watch=WATCH),
        ],
        users_of("ant", "bee"),
    )


def killed(stand: Stand, at: int, *, after: bool) -> bool:
    """Release until the end comes; tell whether it came."""
    counter = [0]
    stand.transport = lambda inner: Trap(inner, counter, at, after=after)
    try:
        stand.release(side("two"))
    except Killed:
        return True
    finally:
        stand.transport = stand.bed.transport = None
    return False


def settled(stand: Stand):
    """Run again until the release is over."""
    for _ in range(4):
        found = stand.release(side("two"))
        if found.release is None or found.release.stage in OVER:
            return stand.now()
    raise AssertionError(found)


@pytest.mark.parametrize("healthy", [True, False], ids=["forward", "back"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_request(tmp_path, healthy, after, record_property):
    """All flows have the new body or all have the old one, each smoke execution was started once, none is active."""
    step = 1 if os.environ.get("KILL_MATRIX") else 4
    for at in range(1 + 2 * after, 500, step):
        stand = Stand(Bed(tmp_path / f"{at}"))
        if not healthy:
            stand.wrap = lambda world: replace(world, health=Sick(world.health))
        stand.bed.apply(side("one"))
        died = killed(stand, at, after=after)
        over = settled(stand)
        assert over.stage == ("done" if healthy else "taken-back"), (at, over)
        assert {stand.live(name)[1] for name in ("ant", "bee")} == {"two" if healthy else "one"}, at
        started = [one for name in ("ant", "bee") for one in _executions(stand, name)]
        assert len(started) == 2, (at, started)
        assert {one["status"] for one in started} == {"ended"}, at
        assert not stand.bed.state().pending, at
        if not died:
            break
    record_property("counted kill points of releases", at // step)
    assert at > 40


def test_a_failed_verdict_outlives_a_kill(tmp_path, monkeypatch):
    """What was judged and failed is never published, even when the run died before it could go back."""
    stand = Stand(Bed(tmp_path))
    wanted = flows.desired([released_flow("bee", "two", smoke("greets", "nowhere"))], users_of("bee"))
    stand.bed.apply(flows.desired([released_flow("bee", "one")], users_of("bee")))
    tell = stand.tell

    def die(event):
        if isinstance(event, SmokeEnded):
            raise Killed
        tell(event)

    monkeypatch.setattr(stand, "tell", die)
    with pytest.raises(Killed):
        stand.release(wanted)
    monkeypatch.undo()
    assert [run.verdict for run in stand.now().smoke] == ["failed"]
    found = stand.release(wanted)
    assert (found.release.stage, found.release.cause) == ("taken-back", "smoke")
    assert stand.live("bee") == (1, "one")


def _executions(stand: Stand, name: str):
    with stand.bed.console() as client:
        return client.get(f"/v2/Flows/{stand.sid(name)}/Executions").json()["executions"]
