"""Stories in which there are releases: begun, killed, gone on with, taken back, among everything else."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from reconciler.model.release import Health
from reconciler.plan.options import PlanOptions, Scope
from reconciler.studio.live_executions import LiveExecutionReader, LiveExecutionWriter
from reconciler.workflows.release.run import release, take_back
from reconciler.workflows.release.values import ReleaseRequest, ReleasingWorld
from reconciler.workflows.world import WritingWorld
from tests.simulation.actor import Actor
from tests.simulation.play import EVERYTHING, Story, Verdict, play
from tests.simulation.setting import Script

MOST_TRIES = 8
"""Runs that a person may need until no release is under way any more."""


@dataclass(frozen=True)
class Callers:
    """How the callers of one world fare."""

    sick: bool

    def look(self, flow: str, since: datetime, events: Collection[str]) -> Health:
        """Give ten executions, all well or all failed."""
        del flow, since, events
        return Health(10, 10 if self.sick else 0, 10 if self.sick else 0)


@dataclass(frozen=True)
class How:
    """How one release is run."""

    options: PlanOptions
    back: bool = False
    on_drift: str | None = None
    sick: bool = False
    kill_at: int | None = None
    stop_at: int | None = None
    timeout: float = 0.0


class ReleaseStory(Story):
    """What happens in one world in which there are releases."""

    _edition = 0

    def do_release(self, rng: random.Random) -> None:
        """Edit, and release, perhaps among people, with a kill, and with callers who fare badly."""
        if rng.random() < 0.6:
            self._rewrite_all()
        if rng.random() < 0.5:
            self.do_edit(rng)
        with_people = self._people(rng)
        for _ in range(rng.randint(1, 3)):
            back = rng.random() < 0.15
            how = How(
                options=self._options(rng) if rng.random() < 0.3 else EVERYTHING,
                back=back,
                on_drift=rng.choice([None, None, "accept", "revert"]) if back else None,
                sick=rng.random() < 0.4,
                kill_at=self._kill(rng, rng.choice([30, 120])),
                stop_at=rng.randint(1, 80) if rng.random() < 0.15 else None,
                timeout=self._timeout(rng),
            )
            actor = self.release(how)
            others = [self._apply(rng)] if rng.random() < 0.2 else []
            self.world.finish(actor, *others)
            for _ in range(rng.choice([0, 0, 1, 2])):
                self.world.click(rng)
        with_people()

    def _rewrite_all(self) -> None:
        """Let every flow say something else, so that a release is of several."""
        sheets = self.world.manifests.sheets
        self._edition += 1
        for name, sheet in sheets.items():
            sheets[name] = replace(sheet, text=f"edition {self._edition}", broken=False, status="published")
        self.world.truth.say(f"write all, edition {self._edition}")

    def release(self, how: How) -> Actor:
        """Start to release, to go on, or to go back."""
        world = self.world

        def act(ports: WritingWorld, actor: Actor) -> None:
            client = world.clients[actor.process.name]
            runs = LiveExecutionReader(client)
            releasing = ReleasingWorld(ports, runs, LiveExecutionWriter(client), Callers(how.sick))
            request = ReleaseRequest(
                actor.desired,
                how.options,
                world.blank(actor),
                lock_timeout=how.timeout,
                on_drift=how.on_drift,
                again=True,
            )
            if how.back:
                found = take_back(releasing, request, lambda e: world.rules.heard(actor, e))
            else:
                found = release(releasing, request, lambda _: True, lambda e: world.rules.heard(actor, e))
            now = found.release
            world.truth.say(
                f"  {actor.process.name}: {None if now is None else (now.stage, now.reason)} {found.halted}"
            )
            world.met["releases done"] += now is not None and now.stage == "done"
            world.met["releases taken back"] += now is not None and now.stage == "taken-back"

        world.truth.say(f"release {how}")
        actor = world.begin("release", act, how.options, kill_at=how.kill_at, stop_at=how.stop_at)
        actor.reverts = how.on_drift == "revert"
        return actor

    def before_rest(self) -> None:
        """Bring what is under way to its end: go on with it, or, where that is refused, take it back."""
        world = self.world
        for number in range(MOST_TRIES):
            state = world.kept().read()
            if state is None or state.releasing is None:
                break
            world.scheduler.wait(None, world.lags + 0.5)
            how = How(
                EVERYTHING if number else PlanOptions(scope=Scope(), take_over=True),
                back=number > 1,
                on_drift="accept" if number > 1 else None,
                timeout=world.setting.lease + 4.0,
            )
            world.finish(self.release(how))
            if world.truth.violations:
                return
        else:
            world.truth.violated(f"a release is under way after {MOST_TRIES} runs: {state.releasing}")
            return
        self._calm_release()
        self._started_once()

    def _calm_release(self) -> None:
        """In calm, a release comes to an end at once, one way or the other."""
        world = self.world
        if not world.manifests.sheets:
            return
        self._rewrite_all()
        world.manifests.repair()
        self._make_room()
        world.scheduler.wait(None, world.lags + 0.5)
        world.finish(self.release(How(EVERYTHING, timeout=world.setting.lease + 4.0)))
        state = world.kept().read()
        if state is not None and state.releasing is not None and not world.truth.violations:
            world.truth.violated(f"a release in calm did not come to an end: {state.releasing}")

    def _started_once(self) -> None:
        for token, number in self.world.started.items():
            if number > 1:
                self.world.truth.violated(f"the smoke execution {token} was started {number} times")


def play_release(script: Script) -> Verdict:
    """Play a script in which there are releases."""
    return play(script, ReleaseStory)
