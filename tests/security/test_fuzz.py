"""Whatever somebody else wrote is read to a value or to an error of ours: no traceback, and no wait without end."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings

from reconciler.errors import ReconcilerError
from tests.security import mutations, sweep
from tests.security.targets import TARGETS

SECONDS = 5
FACTORS = {"yaml_text": 2.0, "state": 2.0, "journal": 2.0, "history": 2.0, "pages": 1.0, "answer": 0.5, "project": 1.0}
"""How many examples of each target, as a share of the profile's: what is quick is tried more often."""
SWEPT = 120


@contextlib.contextmanager
def watched(seconds: int = SECONDS) -> Iterator[None]:
    """Fail what takes longer than so many seconds of a processor, whatever else the machine does meanwhile."""

    def ring(_number: int, _frame: object) -> None:
        pytest.fail(f"a reader took longer than {seconds} seconds")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def survives(name: str, raw: bytes) -> None:
    """Run a target, which may raise errors of ours only."""
    with watched(), contextlib.suppress(ReconcilerError):
        TARGETS[name](raw)


def _examples(name: str) -> int:
    return int(settings.default.max_examples * FACTORS.get(name, 1.0))


@pytest.mark.hypothesis  # a soak runs it with many more examples
@pytest.mark.parametrize("name", TARGETS)
def test_spoilt_documents(name: str):
    """Right documents that were spoilt a little, value by value or byte by byte."""

    @settings(max_examples=_examples(name), suppress_health_check=list(HealthCheck))
    @given(mutations.inputs(name))
    def run(raw: bytes) -> None:
        survives(name, raw)

    run()


@pytest.mark.hypothesis  # a soak runs all of it
@pytest.mark.parametrize("name", sweep.BASES)
def test_odd_values_in_every_place(name: str, request: pytest.FixtureRequest):
    """Each odd value (dates at the end of the calendar, half characters, depths, digits) in each place of a document.

    The ordinary run takes an even share of them, a soak takes all.
    """
    everything = request.config.getoption("--hypothesis-profile") == "soak"
    for raw in sweep.inputs(name, most=None if everything else SWEPT):
        survives(sweep.BASES[name].target, raw)
