"""Steps per second of a report: of the fold alone, and of the command line over an export of very many steps."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

from reconciler.exports.folder import opened
from reconciler.model.execution import Execution, ExecutionStep
from reconciler.model.export import ExportCursor, ExportSettings
from reconciler.workflows.executions.flows import KnownFlow, SeenRun
from reconciler.workflows.executions.rows import WholeRun, rows_of
from reconciler.workflows.traffic.fold import Traffic
from tests.benchmarks.processes import Run, reconciler
from tests.benchmarks.project import generate

STEPS_EACH = 20
FLOW = "FW00000000000000000000000000000001"
ROUNDS = 3
RUNS = 2_000
_BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


def runs() -> Iterator[tuple[Execution, list[ExecutionStep]]]:
    """Make executions that wander about in a flow of 40 widgets, without end; their steps come newest first."""
    chance, number = Random(7), 0  # noqa: S311 - nothing to guess
    while True:
        number += 1
        began = _BEGAN + timedelta(seconds=7 * number)
        steps, place, at = [], "Trigger", began
        for step in range(STEPS_EACH):
            target = "Ended" if step == STEPS_EACH - 1 else f"widget_{chance.randrange(40)}"
            at += timedelta(seconds=chance.randrange(90))
            kind = "trigger" if place == "Trigger" else "split-based-on"
            sid = f"FT{number:024}{step:08}"
            steps.append(ExecutionStep(sid, f"FN{number:032}", FLOW, "match", place, target, kind, date_created=at))
            place = target
        found = Execution(f"FN{number:032}", FLOW, "ended", None, 7, date_created=began, date_updated=at)
        yield found, steps[::-1]


def fold_per_second() -> float:
    """Give the steps that the fold takes in a second, of the best of some rounds."""
    given, best = list(islice(runs(), RUNS)), 0.0
    for _ in range(ROUNDS):
        traffic, began = Traffic(), time.perf_counter()
        for execution, steps in given:
            traffic.add(execution, steps)
        best = max(best, traffic.steps / (time.perf_counter() - began))
    return best


def report_on_export(folder: Path, steps: int) -> Run:
    """Report on an export of so many steps."""
    generate(folder, 1)
    with opened(folder / "lines", "jsonl", "") as out:
        for execution, taken in islice(runs(), steps // STEPS_EACH):
            whole = WholeRun(SeenRun(KnownFlow(FLOW), execution), taken[::-1])
            for table, rows in rows_of(whole, str, contexts=False):
                out.write(table, rows)
        out.commit(ExportCursor(ExportSettings()))
    return reconciler("executions", "report", "--from-export", "lines", "--json", cwd=folder)
