"""Scenario tests run in processes, one a processor; results come in the order of the tests, whatever is done first."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing.context import BaseContext
from typing import Final

from reconciler.scenario.flows import Flows
from reconciler.scenario.result import Passed, Result
from reconciler.scenario.run import run
from reconciler.scenario.values import Scenario

_WORTH_FORKING: Final = 150
"""Tests from which on processes pay: beginning them and fetching the results costs what fifty tests cost."""

_WORTH_STARTING: Final = 2_000
"""The same where a process begins from nothing."""

_CHUNK: Final = 16

_given: list[Callable[[int], Result]] = []


def run_all(
    scenarios: Sequence[Scenario], flows: Flows, *, conditions: bool, processes: int | None = None
) -> list[Result]:
    """Run tests and give what came of them, in their order.

    Args:
        scenarios: the tests.
        flows: the flows of the project.
        conditions: coverage is wanted: what was passed, conditions too, is in the results. Else it need not be.
        processes: at most so many; None for one a processor.
    """
    size = min(processes or os.cpu_count() or 1, len(scenarios) // _CHUNK)
    context = _context(len(scenarios)) if size > 1 else None
    if context is None:
        return [run(scenario, flows, conditions=conditions) for scenario in scenarios]
    # One test of each flow parses its definition and its Liquid, which every process then has.
    first = {scenario.flow: number for number, scenario in reversed(list(enumerate(scenarios)))}
    done = {number: run(scenarios[number], flows, conditions=conditions) for number in first.values()}
    rest = [number for number in range(len(scenarios)) if number not in done]
    pool = ProcessPoolExecutor(size, context, initializer=_begin, initargs=(scenarios, flows, conditions))
    try:
        found = list(pool.map(_run, rest, chunksize=_CHUNK))
    finally:
        pool.shutdown(cancel_futures=True)
    done |= {number: replace(one, scenario=scenarios[number]) for number, one in zip(rest, found, strict=True)}
    return [done[number] for number in range(len(scenarios))]


def _context(number: int) -> BaseContext | None:
    # A fork of a process with threads can hang, and so can one of a Mac's own libraries.
    if sys.platform == "linux" and threading.active_count() == 1:
        return multiprocessing.get_context("fork") if number >= _WORTH_FORKING else None
    return multiprocessing.get_context("spawn") if number >= _WORTH_STARTING else None


def _begin(scenarios: Sequence[Scenario], flows: Flows, conditions: bool) -> None:  # noqa: FBT001 - given by position
    # Ctrl-C reaches every process of the terminal; the first one alone says so.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)

    def one(number: int) -> Result:
        scenario = scenarios[number]
        return _lean(run(scenario, flows, conditions=conditions), Scenario("", "", scenario.trigger), passed=conditions)

    _given[:] = [one]


def _run(number: int) -> Result:
    return _given[0](number)


def _lean(result: Result, scenario: Scenario, *, passed: bool) -> Result:
    """Leave out what nobody asks for, because bringing it back from a process takes longer than the run did.

    Args:
        result: what came of a test.
        scenario: a small one, in the place of the one that the other side has.
        passed: whether coverage is wanted.
    """
    shown = () if result.ok else result.transcript
    return replace(result, scenario=scenario, transcript=shown, passed=result.passed if passed else Passed())
