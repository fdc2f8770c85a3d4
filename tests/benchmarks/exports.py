"""Very many steps in an emulator, and the command line that exports them."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from reconciler.emulator.store import Store
from tests.benchmarks.processes import Run, emulator, reconciler
from tests.benchmarks.project import generate
from tests.support.many_executions import Crowd, put_crowd

STEPS_EACH = 100
"""Steps of each execution: one request has them."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one export cost: of so many steps, with so many API calls."""

    what: str
    steps: int
    calls: int
    run: Run


def exports(folder: Path, steps: int) -> Iterator[Cost]:
    """Export so many steps as JSON Lines and as Parquet, and then what is new, which is nothing."""
    generate(folder, 1)
    database = folder / "studio.sqlite"
    with emulator("--database", str(database)) as server:
        place = ("--endpoint", server.url, "--state", "state.json")
        reconciler("apply", "--auto-approve", *place, cwd=folder)
        rows = json.loads((folder / "state.json").read_text())["resources"]
        crowd = Crowd(steps // STEPS_EACH + 1, STEPS_EACH, time.time() - 20 * 86_400, active=10**9)  # one has not ended
        with closing(Store(database)) as store:
            put_crowd(store, rows["Flow/flow-00000"]["sid"], crowd)
        for what, form, output in (
            ("", "jsonl", "lines"),
            ("", "parquet", "columns"),
            (", nothing new", "jsonl", "lines"),
        ):
            before = server.calls()
            words = ("executions", "export", "--output", output, "--format", form, "--json", *place)
            run = reconciler(*words, cwd=folder)
            done = json.loads(run.output)["rows"]["steps"]
            yield Cost(f"{form}{what}", done, server.calls() - before, run)
