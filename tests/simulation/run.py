"""Run the simulation by hand: one seed with its trace, or as many as fit into a time.

python -m tests.simulation.run --seed 12345 --shrink
python -m tests.simulation.run --minutes 10
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.simulation.play import Verdict, play
from tests.simulation.releases import play_release
from tests.simulation.setting import Script, draw, draw_release

BATCH = 20


def command(seed: int, *, releases: bool = False) -> str:
    """Give the command that repeats a seed."""
    return f".venv/bin/python -m tests.simulation.run --seed {seed} --shrink{' --releases' if releases else ''}"


def failures(seeds: Iterable[int], *, releases: bool = False) -> tuple[list[str], Counter[str]]:
    """Play seeds; give a report for each that fails, and what was met in all. `releases`: of worlds that know them."""
    met: Counter[str] = Counter()
    found = []
    for seed in seeds:
        script = draw_release(seed) if releases else draw(seed)
        verdict = played(script)
        met += verdict.met
        met["seeds"] += 1
        met.update({f"quirk {name}={value}": 1 for name, value in script.setting.quirks.items()})
        if verdict.violations:
            found.append(f"seed {seed}: {verdict.violations[0]}\n  repeat: {command(seed, releases=releases)}")
    return found, met


def played(script: Script) -> Verdict:
    """Play a script, of whichever family it is."""
    return play_release(script) if script.setting.releases else play(script)


def shrunk(script: Script, fails: Callable[[Script], bool]) -> Script:
    """Leave out whatever can be left out while it still fails."""
    while True:
        smaller = next((each for each in script.shorter() if fails(each)), None)
        if smaller is None:
            return script
        script = smaller


def sort_of(verdict: Verdict) -> str:
    """Give what sort of failure it is: its first words without names and numbers."""
    return re.sub(r"(Flow|TestUsers)/\S+|FW\w+|S?\d+|apply-|\[.*", "", "".join(verdict.violations[:1]))[:60]


def show(seed: int, *, shrink: bool, releases: bool) -> int:
    """Print what a seed does."""
    script = draw_release(seed) if releases else draw(seed)
    verdict = played(script)
    if shrink and verdict.violations:
        kind = sort_of(verdict)
        script = shrunk(script, lambda each: sort_of(played(each)) == kind)
        verdict = played(script)
    print_verdict(seed, script, verdict)
    return 1 if verdict.violations else 0


def print_verdict(seed: int, script: Script, verdict: Verdict) -> None:
    """Print the script, the trace and what did not hold."""
    lines = [f"seed {seed}", str(script), *verdict.trace]
    lines += [f"violated: {text}" for text in verdict.violations] or ["all rules hold"]
    sys.stdout.write("\n".join(lines) + "\n")


def summary(met: Counter[str], seconds: float) -> str:
    """Say in one line what a soak met."""
    quirks = sum(1 for name in met if name.startswith("quirk "))
    parts = [f"{met[name]} {name}" for name in ("seeds", "kills", "faults", "console edits", "calls")]
    return f"{', '.join(parts)}, {quirks} values of quirks, {seconds:.0f} s"


def soak(minutes: float, start: int, *, releases: bool) -> int:
    """Play seeds on all processors that we may use until the time is over; print what was met."""
    begun, met, found = time.monotonic(), Counter[str](), []
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with ProcessPoolExecutor(workers) as pool:
        batches = (range(at, at + BATCH) for at in range(start, sys.maxsize, BATCH))
        running = {pool.submit(failures, next(batches), releases=releases) for _ in range(workers)}
        while running:
            done = next(as_completed(running))
            running.remove(done)
            reports, counted = done.result()
            met += counted
            found += reports
            for report in reports:
                sys.stdout.write(report + "\n")
            if time.monotonic() - begun < minutes * 60:
                running.add(pool.submit(failures, next(batches), releases=releases))
    sys.stdout.write(f"simulation: {summary(met, time.monotonic() - begun)}, {len(found)} failures\n")
    return 1 if found else 0


def main() -> int:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(description="Play seeds of the simulation.")
    parser.add_argument("--seed", type=int, help="one seed, with its trace")
    parser.add_argument("--shrink", action="store_true", help="leave out of a failing seed whatever can be left out")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long to play seeds when none is named")
    parser.add_argument("--start", type=int, default=None, help="the first seed; by the clock when not given")
    parser.add_argument("--releases", action="store_true", help="worlds in which flows are released, too")
    asked = parser.parse_args()
    if asked.seed is not None:
        return show(asked.seed, shrink=asked.shrink, releases=asked.releases)
    start = int(time.time()) * 1000 if asked.start is None else asked.start
    return soak(asked.minutes, start, releases=asked.releases)


if __name__ == "__main__":
    sys.exit(main())
