"""Play one script: every event in turn, then calm, and runs until nothing is left to do."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace

from reconciler.model.address import Address
from reconciler.plan import document
from reconciler.plan.options import ALLOWANCES, PlanOptions
from reconciler.plan.outcome import Done
from reconciler.plan.values import Plan
from reconciler.state.document import decode, encode
from reconciler.state.operations import remove
from reconciler.workflows.apply import ApplyRequest, Approval, apply
from reconciler.workflows.importing import import_flow
from reconciler.workflows.plan import make_plan
from reconciler.workflows.world import WritingWorld
from tests.simulation.actor import Actor
from tests.simulation.invariants import check, counts, owed
from tests.simulation.people import SECRET, Sheet
from tests.simulation.rules import shown
from tests.simulation.scheduler import Process, StuckError
from tests.simulation.setting import Happening, Script
from tests.simulation.world import World

MOST_RUNS = 9
"""Runs that a person may need until nothing is left to do."""

EVERYTHING = PlanOptions(allow=frozenset(ALLOWANCES), on_drift="revert", take_over=True)
"""What a person allows who wants to be done."""


@dataclass(frozen=True)
class Verdict:
    """What came of one script."""

    violations: tuple[str, ...]
    trace: tuple[str, ...]
    met: Counter[str]


@dataclass(frozen=True)
class Saved:
    """A plan that somebody saved: when what it was decided on began to be read, and what was allowed."""

    plan: Plan
    begun: tuple[float, int]
    allowed: frozenset[str]


def play(script: Script, story: Callable[[World], Story] | None = None) -> Verdict:
    """Play a script and say which rules did not hold. `story`: what happens may be; by default without releases."""
    with World(script.setting) as world:
        try:
            (story or Story)(world).all(script.happenings)
        except StuckError as error:
            world.truth.violated(f"stuck: {error}")
        return Verdict(tuple(world.truth.violations), tuple(world.truth.trace), world.met)


def _random(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - repeatable, not secret


class Story:
    """What happens in one world, event by event."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.saved: Saved | None = None
        self.drawn = 0.0

    def all(self, happenings: tuple[Happening, ...]) -> None:
        """Let everything happen, then look at what is left."""
        for happening in happenings:
            self.world.truth.say(f"== {happening.kind} {happening.seed}")
            getattr(self, f"do_{happening.kind.replace('-', '_')}")(_random(happening.seed))
            if self.world.truth.violations or self.world.rules.meddled:
                return
        self.world.truth.say("== calm")
        self.converge()

    # Events.

    def do_start(self, rng: random.Random) -> None:
        """Begin with a folder of manifests and, sometimes, with what others had in the account before."""
        sheets = self.world.manifests.sheets
        for name in rng.sample(["ant", "bee", "cat"], rng.randint(1, 3)):
            sheets[name] = Sheet(
                "Hello",
                name,
                status=rng.choice(["published", "published", "draft"]),
                on_drift=rng.choice(["stop", "revert", "accept", "merge"]),
                contacts=rng.choice([None, None, ("+15550100001",)]),
            )
        self.world.truth.say(f"{sheets}")
        if rng.random() < 0.2:
            self.world.click(rng)

    def do_edit(self, rng: random.Random) -> None:
        """Let somebody edit the manifests."""
        self.world.truth.say(self.world.manifests.edit(rng))

    def do_console(self, rng: random.Random) -> None:
        """Let somebody click in the Console."""
        for _ in range(rng.randint(1, 2)):
            self.world.click(rng)

    def do_wait(self, rng: random.Random) -> None:
        """Let time pass."""
        self.world.scheduler.wait(None, rng.choice([1.0, 10.0, 1000.0]))

    def do_apply(self, rng: random.Random) -> None:
        """Apply, perhaps among people and with a kill."""
        with_people = self._people(rng)
        self.world.finish(self._apply(rng))
        with_people()

    def do_rival(self, rng: random.Random) -> None:
        """Two terminals at the same moment, or a plan beside an apply."""
        with_people = self._people(rng)
        other = self._apply(rng) if rng.random() < 0.7 else self._plan(rng)
        self.world.finish(self._apply(rng), other)
        with_people()

    def do_loop(self, rng: random.Random) -> None:
        """A controller applies again and again, and nobody is asked."""
        with_people = self._people(rng)
        options = self._options(rng)
        for _ in range(rng.randint(2, 4)):
            self.world.finish(self.run(options, kill_at=self._kill(rng, 40), timeout=self._timeout(rng)))
            self.world.scheduler.wait(None, rng.uniform(0.0, 2 * self.world.setting.window))
            if rng.random() < 0.3:
                self.do_edit(rng)
        with_people()

    def do_plan(self, rng: random.Random) -> None:
        """Plan, and save it."""
        with_people = self._people(rng)
        self.world.finish(self._plan(rng))
        with_people()

    def do_apply_saved(self, rng: random.Random) -> None:
        """Apply what was planned before."""
        if self.saved is None:
            self.do_edit(rng)
            self.do_plan(rng)
        if rng.random() < 0.7:
            self.world.click(rng)
        with_people = self._people(rng)
        self.world.finish(self._apply(rng, saved=self.saved))
        with_people()
        self.saved = None

    def do_import(self, rng: random.Random) -> None:
        """Take over some flow, by command or in the manifests."""
        alive = self.world.truth.alive()
        names = sorted(self.world.manifests.sheets)
        if not alive or not names:
            return
        sid, address = rng.choice(alive).sid, Address("Flow", rng.choice(names))
        timeout = self._timeout(rng)

        def act(ports: WritingWorld, actor: Actor) -> None:
            blank = self.world.blank(actor)
            import_flow(ports, actor.desired, address, sid, blank=blank, take_over=True, lock_timeout=timeout)

        if rng.random() < 0.3:
            self.world.manifests.imports[address] = sid
        else:
            self.world.finish(self.world.begin("import", act, PlanOptions(), kill_at=self._kill(rng, 12)))

    def do_rm(self, rng: random.Random) -> None:
        """Forget something recorded."""
        state = self.world.kept().read()
        if state is None or not state.resources:
            return
        address = rng.choice(sorted(state.resources))
        self.world.truth.say(f"state rm {address}")

        def act(ports: WritingWorld, _: Actor) -> None:
            remove(ports.store, address, timeout=0.0)

        self.world.finish(self.world.begin("rm", act, PlanOptions(), kill_at=self._kill(rng, 8)))

    def do_meddle(self, rng: random.Random) -> None:
        """Somebody replaces the state under a run that holds the lock, as a copy from elsewhere would."""
        if self.world.snapshot() is None:
            return
        self.world.manifests.edit(rng)
        left = [rng.randint(1, 4)]
        serials: list[int] = []

        def between(_: Process) -> None:
            left[0] -= 1
            data = self.world.snapshot()
            if left[0] == 0 and data is not None:
                state = decode(data, "the snapshot")
                serials.append(state.serial + 7)
                self.world.put_snapshot(encode(replace(state, serial=state.serial + 7)))

        self.world.between = between
        self.world.finish(self._apply(rng, hurt=False))
        self.world.between = lambda process: None  # noqa: ARG005 - nobody is there
        self.world.rules.meddled = True
        state = self.world.kept().read()
        if serials and (state is None or state.serial < serials[0]):
            self.world.truth.violated(f"a newer state, serial {serials[0]}, was overwritten")

    # Runs.

    def _people(self, rng: random.Random):
        rate = rng.choice([0.0, 0.0, 0.1, 0.3])
        chance = _random(rng.getrandbits(32))
        self.world.between = lambda _: self.world.click(chance) if chance.random() < rate else None

        def gone() -> None:
            self.world.between = lambda process: None  # noqa: ARG005 - nobody is there

        return gone

    @staticmethod
    def _kill(rng: random.Random, most: int) -> int | None:
        return rng.randint(1, most) if rng.random() < 0.5 else None

    def _timeout(self, rng: random.Random) -> float:
        """Draw how long to wait for the lock; before that, a person may break one whose run is dead."""
        if rng.random() < 0.5:
            self.world.unlock()
        return rng.choice([0.0, 4.0, self.world.setting.lease + 4.0])

    def _options(self, rng: random.Random) -> PlanOptions:
        share = rng.choice([0.0, 0.5, 1.0])
        allow = frozenset(name for name in ALLOWANCES if rng.random() < share)
        on_drift = rng.choice([None, None, "stop", "revert", "accept", "merge"])
        return PlanOptions(allow=allow, on_drift=on_drift, refresh=rng.choice(["auto", "auto", "auto", "full"]))

    def _apply(self, rng: random.Random, *, saved: Saved | None = None, hurt: bool = True) -> Actor:
        kill_at = self._kill(rng, rng.choice([15, 70])) if hurt else None
        stop_at = rng.randint(1, 60) if hurt and rng.random() < 0.1 else None
        return self.run(self._options(rng), kill_at=kill_at, stop_at=stop_at, saved=saved, timeout=self._timeout(rng))

    def run(self, options: PlanOptions, *, kill_at=None, stop_at=None, saved=None, timeout=0.0) -> Actor:
        """Start to apply; `kill_at` and `stop_at` are boundaries, `timeout` is how long it waits for the lock."""

        def act(ports: WritingWorld, actor: Actor) -> None:
            plan = None if saved is None else saved.plan
            request = ApplyRequest(actor.desired, options, plan, self.world.blank(actor), lock_timeout=timeout)
            done = apply(ports, request, lambda _: Approval(approved=True), lambda e: self.world.rules.heard(actor, e))
            self._clean(actor, done.plan)

        self.world.truth.say(f"allow {sorted(options.allow)} drift {options.on_drift} kill {kill_at} stop {stop_at}")
        actor = self.world.begin("apply", act, options, kill_at=kill_at, stop_at=stop_at)
        if saved is not None:
            actor.basis = saved.begun
            actor.options = replace(options, allow=options.allow | saved.allowed)
        return actor

    def _plan(self, rng: random.Random) -> Actor:
        options = self._options(rng)
        begun = (self.world.scheduler.now, self.world.truth.index)

        def act(ports: WritingWorld, actor: Actor) -> None:
            planned = make_plan(ports.reading(), actor.desired, options, self.world.blank(actor))
            self.world.rules.told(planned.plan)
            self.world.truth.say(f"  {actor.process.name} plans {shown(planned.plan)}")
            self._clean(actor, planned.plan)
            again = document.decode(document.encode(planned.plan, tool="0.1.0"))
            self.saved = Saved(again, begun, options.allow)

        return self.world.begin("plan", act, options)

    def _clean(self, actor: Actor, plan: Plan) -> None:
        if SECRET in str(document.encode(plan, tool="0.1.0", sensitive=actor.desired.sensitive)):
            self.world.truth.violated("a plan shows a sensitive value")

    # The end.

    def converge(self) -> None:
        """Let calm come, apply until nothing is left to do, and hold the world against every promise."""
        world = self.world
        world.calm_down()
        options = EVERYTHING
        world.manifests.repair()
        self.before_rest()
        for _ in range(MOST_RUNS):
            self._make_room()
            world.scheduler.wait(None, world.lags + 0.5)
            actor = self.run(options, timeout=world.setting.lease + 4.0)
            world.finish(actor)
            if world.truth.violations:
                return
            if actor.plan is not None and self._at_rest(actor):
                break
        else:
            world.truth.violated(
                f"not at rest after {MOST_RUNS} runs: {'' if actor.plan is None else shown(actor.plan)}"
            )
            return
        world.scheduler.wait(None, world.lags + 0.5)
        last = self.run(options)
        world.finish(last)
        check(world, last)

    def before_rest(self) -> None:
        """Do what has to be done before everything comes to rest: nothing, where only plans are applied."""

    def _make_room(self) -> None:
        """Let a person take away what is in the way: imports that mean nothing any more, names that must be unique."""
        known = self.world.rules.managed_from
        alive = {flow.sid for flow in self.world.truth.alive()}
        imports = self.world.manifests.imports
        for address, sid in list(imports.items()):
            if sid in known or sid not in alive or list(imports.values()).count(sid) > 1:
                del imports[address]
        if self.world.setting.quirks.get("friendly-name-unique") != "yes":
            return
        names = {sheet.friendly_name for sheet in self.world.manifests.sheets.values()}
        for flow in self.world.truth.alive():
            if flow.latest.row.friendly_name in names and flow.sid not in self.world.rules.managed_from:
                self.world.delete(flow.sid)

    def _at_rest(self, actor: Actor) -> bool:
        if actor.plan is None:
            return False
        undone = [o for o in actor.outcomes if not isinstance(o, Done) and o.step.address not in owed(self.world)]
        left = [step for step in actor.plan.steps if counts(self.world, step)]
        return not left and not undone
