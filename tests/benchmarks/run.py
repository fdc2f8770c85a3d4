"""Measure calls, time and memory of the real command line, each beside its budget: `make bench`.

    python -m tests.benchmarks.run [--flows 100,1000,10000] [--steps 1000000] [--only PART,PART]

Figures only: nothing fails on a slow machine. Every project, emulator and state is made anew in a temporary folder.
"""

import argparse
import gc
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable
from math import ceil
from pathlib import Path

from reconciler.cli import YOUNG
from tests.benchmarks.comparison import WIDGETS, comparisons, seconds
from tests.benchmarks.definitions import seconds_of_lint
from tests.benchmarks.exports import exports
from tests.benchmarks.processes import Run, emulator, reconciler
from tests.benchmarks.project import generate
from tests.benchmarks.scenarios import command as tests_of
from tests.benchmarks.scenarios import steps_per_second as scenario_steps_per_second
from tests.benchmarks.simulation import steps_per_second
from tests.benchmarks.states import seconds_per_record
from tests.benchmarks.traffic import fold_per_second, report_on_export

REPOSITORY = Path(__file__).resolve().parents[2]
UNCHANGED_BUDGETS = {100: "", 1_000: "2 s", 10_000: "10 s, 300 MB"}
LATENCY = 0.1
PARALLELISM = 8
PARTS = "start,compare,lint,simulate,test,state,sizes,latency,export,report"


def row(*cells: object) -> None:
    """Print one line of a table."""
    widths = (52, 10, 12, 12)
    line = "  ".join(str(cell).ljust(width) for cell, width in zip(cells, (*widths, 0), strict=False))
    sys.stdout.write(line.rstrip() + "\n")
    sys.stdout.flush()


def costs(what: str, calls: int, run: Run, budget: str) -> None:
    """Print what one run cost, beside what it may cost."""
    row(what, calls, f"{run.seconds:.2f} s", f"{run.megabytes:.0f} MB", budget)


def start() -> None:
    """Time a start of the interpreter with our command, and a plan of the sample: the median of many."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        shutil.copytree(REPOSITORY / "manifests", folder / "manifests")
        reconciler("apply", "--auto-approve", cwd=folder)
        for command, times, budget in (("version", 10, "0.15 s"), ("plan", 5, "0.60 s")):
            runs = [reconciler(command, cwd=folder) for _ in range(times)]
            seconds = statistics.median(run.seconds for run in runs)
            row(f"{command} (median of {times})", "", f"{seconds:.3f} s", f"{runs[0].megabytes:.0f} MB", budget)


def size(flows: int) -> None:
    """Plan, apply and plan again a project of so many flows, against an emulator on a socket."""
    with tempfile.TemporaryDirectory() as temporary, emulator() as server:
        folder = Path(temporary)
        generate(folder, flows)
        budgets = {
            "plan": "2 calls: the account, the list",
            "apply": f"{2 * flows} calls and those of a plan",
            "plan without changes": ", ".join(
                filter(None, (f"{ceil(flows / 1000)} calls", UNCHANGED_BUDGETS.get(flows)))
            ),
        }
        for what, budget in budgets.items():
            before = server.calls()
            options = ("--auto-approve",) if what == "apply" else ("--detailed-exitcode",) if "without" in what else ()
            run = reconciler(what.split()[0], *options, "--endpoint", server.url, "--state", "state.json", cwd=folder)
            costs(f"{flows} flows: {what}", server.calls() - before, run, budget)


def latency() -> None:
    """Apply 1,000 creates to a server that takes 100 ms for each call, and compare with the ideal."""
    flows = 1_000
    with tempfile.TemporaryDirectory() as temporary, emulator("--latency", f"{LATENCY * 1000:.0f}ms") as server:
        folder = Path(temporary)
        generate(folder, flows)
        place = ("--endpoint", server.url, "--state", "state.json", "--parallelism", str(PARALLELISM))
        run = reconciler("apply", "--auto-approve", *place, cwd=folder)
        calls = server.calls()
    ideal = calls * LATENCY / PARALLELISM
    costs(
        f"{flows} creates at {LATENCY * 1000:.0f} ms, parallelism {PARALLELISM}", calls, run, f"1.15 of {ideal:.1f} s"
    )
    row("  of the ideal", "", f"{run.seconds / ideal:.2f}", "", "1.15")


def state() -> None:
    """Record steps in a small and in a large state: the cost must not grow with it."""
    small, large = seconds_per_record(10, 10_000)
    row("state write of a step, 10 resources", "", f"{small * 1000:.2f} ms", "", "")
    row(
        "state write of a step, 10000 resources",
        "",
        f"{large * 1000:.2f} ms",
        "",
        f"constant (ratio {large / small:.2f})",
    )


def lint() -> None:
    """Lint a large flow full of Liquid, without a start of Python and of the Liquid library."""
    for widgets, budget in ((200, "0.100 s"), (1_000, "")):
        liquid, every = seconds_of_lint(widgets)
        row(f"{widgets} widgets: follow Liquid, first time", "", f"{liquid:.3f} s", "", budget)
        row(f"{widgets} widgets: every lint rule", "", f"{every:.3f} s", "", "")


def compare() -> None:
    """Compare two definitions of 1,000 widgets: the quickest of several runs."""
    for what, task in comparisons().items():
        budget = "" if what.startswith("merge") else "100 ms"
        row(f"{WIDGETS} widgets: {what}", "", f"{seconds(task) * 1000:.0f} ms", "", budget)


def simulate() -> None:
    """Take steps in a scripted conversation, straight on and with the state kept between any two events."""
    row("steps of a simulated conversation", "", f"{steps_per_second():,.0f}/s", "", "")
    row("  state kept between events", "", f"{steps_per_second(keep=True):,.0f}/s", "", "")


def test() -> None:
    """Run scenario tests: in this process, and 200 of them by the command line, with and without coverage."""
    row("steps of scenario tests", "", f"{scenario_steps_per_second():,.0f}/s", "", "")
    for what, options in (("", ()), (" with coverage", ("--coverage",)), (" in one process", ("--parallelism", "1"))):
        with tempfile.TemporaryDirectory() as temporary:
            costs(f"200 scenario tests{what}", 0, tests_of(Path(temporary), 200, *options), "")


def export(steps: int) -> None:
    """Export many steps from an emulator, in two formats, and then what is new."""
    with tempfile.TemporaryDirectory() as temporary:
        for cost in exports(Path(temporary), steps):
            costs(f"{cost.steps} steps exported as {cost.what}", cost.calls, cost.run, "")
            if cost.steps:
                row("  rows a second", "", f"{cost.steps / cost.run.seconds:,.0f}", "", "")


def report(steps: int) -> None:
    """Count steps in this process, and from an export of many by the command line."""
    row("steps counted for a report", "", f"{fold_per_second():,.0f}/s", "", "")
    with tempfile.TemporaryDirectory() as temporary:
        run = report_on_export(Path(temporary), steps)
        costs(f"report on an export of {steps} steps", 0, run, "")
        row("  steps a second", "", f"{steps / run.seconds:,.0f}", "", "")


def main() -> None:
    """Run the parts that were asked for."""
    gc.set_threshold(YOUNG)  # what is measured in this process is measured as the command has it
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flows", default="100,1000,10000", help="sizes, separated by commas")
    parser.add_argument("--steps", type=int, default=1_000_000, help="steps of executions to export")
    parser.add_argument("--only", default=PARTS, help="parts, separated by commas")
    options = parser.parse_args()
    parts: dict[str, Callable[[], None]] = {
        "start": start,
        "compare": compare,
        "sizes": lambda: [size(int(flows)) for flows in options.flows.split(",")][-1],
        "latency": latency,
        "state": state,
        "simulate": simulate,
        "test": test,
        "lint": lint,
        "export": lambda: export(options.steps),
        "report": lambda: report(options.steps),
    }
    row("what", "API calls", "time", "peak memory", "budget")
    for part in options.only.split(","):
        parts[part]()


if __name__ == "__main__":
    main()
