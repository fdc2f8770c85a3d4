"""Scenario tests: steps per second of the runner, and the command on many tests, made of the sample's."""

import re
import shutil
import statistics
import time
from pathlib import Path

from reconciler.manifest.load import load
from reconciler.scenario.run import run
from tests.benchmarks.processes import Run, reconciler

REPOSITORY = Path(__file__).resolve().parents[2]
ROUNDS = 5
TIMES = 3


def many_tests(folder: Path, number: int) -> None:
    """Copy the sample, its tests repeated until there are so many."""
    shutil.copytree(REPOSITORY / "manifests", folder / "manifests")
    tests = folder / "manifests" / "tests"
    documents = []
    for path in sorted(tests.iterdir()):
        documents += re.split(r"^---\n", path.read_text(), flags=re.MULTILINE)
        path.unlink()
    named = (
        re.sub(r"\{name: ([a-z0-9-]+)", rf"{{name: \1-{count}", documents[count % len(documents)], count=1)
        for count in range(number)
    )
    (tests / "many.yaml").write_text("---\n".join(named))


def steps_per_second() -> float:
    """Run the sample's tests again and again; the best round counts."""
    loaded = load(REPOSITORY / "manifests", "local", variables={}, variable_files=(), process_environment={})
    tests = loaded.tests()
    best = 0.0
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        results = [run(scenario, tests.flows) for scenario in tests.scenarios]
        best = max(best, sum(result.steps for result in results) / (time.perf_counter() - begun))
    return best


def command(folder: Path, number: int, *options: str) -> Run:
    """Run `reconciler test` on so many tests, several times; give the median."""
    many_tests(folder, number)
    runs = [reconciler("test", *options, cwd=folder) for _ in range(TIMES)]
    middle = statistics.median(run.seconds for run in runs)
    return next(run for run in runs if run.seconds == middle)
