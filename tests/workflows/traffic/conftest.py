from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.traffic import Run, run_maker


@pytest.fixture(scope="session")
def run_of() -> Callable[..., Run]:
    """Give a function that makes an execution of moves that are ten seconds apart."""
    return run_maker()


@pytest.fixture
def run() -> Callable[..., Run]:
    """Give the same, with SIDs that begin anew."""
    return run_maker()
