"""What one seed decides before anything happens: quirks, faults, lags, parallelism, the script of events. Values."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

from reconciler.emulator.faults import FAULTS
from reconciler.emulator.quirks import DURATION, QUIRKS
from tests.simulation.wire import Mishaps

EVENTS = {
    "edit": 6, "console": 3, "apply": 5, "rival": 2, "plan": 2, "apply-saved": 2, "import": 1, "rm": 1, "wait": 1,
    "loop": 1,
}  # fmt: skip
"""Kinds of events and how often they come."""


@dataclass(frozen=True)
class Happening:
    """One event of a script. Everything about it is drawn from its own seed, so that others may be left out."""

    kind: str
    seed: int


@dataclass(frozen=True)
class Setting:
    """Everything about one world but what happens in it.

    Attributes:
        window: the project's consistency window, in seconds.
        skew: how many seconds the clock of our machine is ahead of Studio's.
        size: threads of each process.
        lease: seconds of the lock of a state that several machines share; 0 for a state in files of one machine.
        releases: whether flows have smoke executions and are released, too.
    """

    seed: int
    quirks: dict[str, str] = field(default_factory=dict)
    faults: dict[str, float] = field(default_factory=dict)
    mishaps: Mishaps = field(default_factory=Mishaps)
    window: float = 2.0
    skew: float = 0.0
    size: int = 4
    layout: str = "ignore"
    lease: float = 0.0
    releases: bool = False


@dataclass(frozen=True)
class Script:
    """A world and what happens in it."""

    setting: Setting
    happenings: tuple[Happening, ...]

    def shorter(self) -> list[Script]:
        """Give every script that leaves one thing out, the largest first."""
        setting, all_ = self.setting, self.happenings
        found = [replace(self, happenings=all_[:at] + all_[at + 1 :]) for at in range(len(all_) - 1, -1, -1)]
        for part in ("quirks", "faults"):
            values = getattr(setting, part)
            found += [
                replace(self, setting=replace(setting, **{part: {n: v for n, v in values.items() if n != name}}))
                for name in values
            ]
        if setting.mishaps != Mishaps():
            found.append(replace(self, setting=replace(setting, mishaps=Mishaps())))
        if setting.skew:
            found.append(replace(self, setting=replace(setting, skew=0.0)))
        if setting.lease:
            found.append(replace(self, setting=replace(setting, lease=0.0)))
        return found

    def __str__(self) -> str:
        setting = self.setting
        lines = [f"quirks {setting.quirks}", f"faults {setting.faults} {setting.mishaps}"]
        lines.append(f"window {setting.window} skew {setting.skew} threads {setting.size} layout {setting.layout}")
        lines.append(f"lease {setting.lease}" if setting.lease else "state in files")
        lines += [f"{happening.kind} {happening.seed}" for happening in self.happenings]
        return "\n".join(lines)


def draw(seed: int) -> Script:
    """Draw the script of a seed."""
    rng = random.Random(seed)  # noqa: S311 - repeatable, not secret
    window = rng.choice([2.0, 3.0, 5.0])
    faults, mishaps = _faults(rng, window)
    setting = Setting(
        seed=seed,
        quirks=_quirks(rng, window),
        faults=faults,
        mishaps=mishaps,
        window=window,
        skew=rng.choice([0.0, 0.0, 1.5, -40.0, 1300.0, -1300.0]),
        size=rng.choice([4, 4, 5, 8, 1]),
        layout=rng.choice(["ignore", "ignore", "manage"]),
    )
    kinds = rng.choices(list(EVENTS), weights=list(EVENTS.values()), k=rng.randint(3, 7))
    if rng.random() < 0.02:
        kinds = ["apply", *kinds[:1], "meddle"]
    happenings = tuple(Happening(kind, rng.getrandbits(32)) for kind in ["start", "apply", *kinds])
    return Script(replace(setting, lease=rng.choice([0.0, 0.0, 3.0, 10.0])), happenings)


OF_RUNS = {
    "execution-conflict", "start-unpublished", "running-executions", "sink-on-create", "event-batching", "event-order",
    "event-redelivery",
}  # fmt: skip
"""Quirks of executions and events, which no plan and no apply meets: to draw them would only renumber all worlds."""


def draw_release(seed: int) -> Script:
    """Draw the script of a seed in which there are releases among everything else."""
    rng = random.Random(seed ^ 0xBEEF)  # noqa: S311 - repeatable, not secret
    script = draw(seed)
    events = {**EVENTS, "release": 14}
    kinds = ["release", *rng.choices(list(events), weights=list(events.values()), k=rng.randint(2, 6))]
    happenings = tuple(Happening(kind, rng.getrandbits(32)) for kind in ["start", "apply", *kinds])
    return Script(replace(script.setting, releases=True), happenings)


def _quirks(rng: random.Random, window: float) -> dict[str, str]:
    found = {}
    share = rng.choice([0.0, 0.2, 0.4])
    for quirk in QUIRKS.values():
        if quirk.name in OF_RUNS or rng.random() >= share:
            continue
        values = quirk.values[1:]
        if DURATION in values:
            values = (f"{int(window * 100)}ms", f"{int(window * 400)}ms")
        found[quirk.name] = rng.choice(values)
    return found


def _faults(rng: random.Random, window: float) -> tuple[dict[str, float], Mishaps]:
    weather = rng.choice(["fine", "fine", "mixed", "mixed", "one", "storm", "short"])
    if weather == "fine":
        return {}, Mishaps()
    if weather == "storm":
        return {"429": rng.choice([0.3, 0.6]), "slow": rng.choice([0.0, 0.1])}, Mishaps()
    if weather == "short":
        return {}, Mishaps(lost=0.3, short=0.6)
    if weather == "one":
        name = rng.choice([*FAULTS, "late", "lost", "short"])
        rates = {each: 0.3 if each == name else 0.0 for each in ("late", "lost")}
        mishaps = Mishaps(**rates, short=0.5 if name == "short" else 0.0, delay=window * 0.5)
        return ({name: 0.25} if name in FAULTS else {}), mishaps
    faults = {name: rng.choice([0.02, 0.06]) for name in FAULTS if rng.random() < 0.5}
    rates = {each: rng.choice([0.0, 0.15]) for each in ("late", "lost")}
    return faults, Mishaps(**rates, short=rng.choice([0.0, 0.1]), delay=window * 0.5)
