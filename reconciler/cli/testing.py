"""Scenario tests run in processes, one a processor; results come in the order of the tests, whatever is done first."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import BaseContext
from typing import Final

from reconciler.scenario.flows import Flows
from reconciler.scenario.result import Result
from reconciler.scenario.run import run
from reconciler.scenario.values import Scenario

_WORTH_FORKING: Final = 64
"""Tests from which on processes pay: a fork takes ten milliseconds, a test two."""

_WORTH_STARTING: Final = 2_000
"""The same where a process begins from nothing."""

_CHUNK: Final = 8

_given: list[Callable[[Scenario], Result]] = []


def run_all(
    scenarios: Sequence[Scenario], flows: Flows, *, conditions: bool, processes: int | None = None
) -> list[Result]:
    """Run tests and give what came of them, in their order.

    Args:
        scenarios: the tests.
        flows: the flows of the project.
        conditions: note conditions too, for coverage.
        processes: at most so many; None for one a processor.
    """
    size = min(processes or os.cpu_count() or 1, len(scenarios) // _CHUNK)
    context = _context(len(scenarios)) if size > 1 else None
    if context is None:
        return [run(scenario, flows, conditions=conditions) for scenario in scenarios]
    pool = ProcessPoolExecutor(size, context, initializer=_begin, initargs=(flows, conditions))
    try:
        return list(pool.map(_run, scenarios, chunksize=_CHUNK))
    finally:
        pool.shutdown(cancel_futures=True)


def _context(number: int) -> BaseContext | None:
    # A fork of a process with threads can hang, and so can one of a Mac's own libraries.
    if sys.platform == "linux" and threading.active_count() == 1:
        return multiprocessing.get_context("fork") if number >= _WORTH_FORKING else None
    return multiprocessing.get_context("spawn") if number >= _WORTH_STARTING else None


def _begin(flows: Flows, conditions: bool) -> None:  # noqa: FBT001 - the pool gives it by position
    # Ctrl-C reaches every process of the terminal; the first one alone says so.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _given[:] = [lambda scenario: run(scenario, flows, conditions=conditions)]


def _run(scenario: Scenario) -> Result:
    return _given[0](scenario)
