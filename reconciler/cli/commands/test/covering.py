"""Which transitions the tests of a project pass."""

from __future__ import annotations

from reconciler.cli.testing import run_all
from reconciler.manifest.flowtests import Tests
from reconciler.scenario.result import Visit


def passed_by(tests: Tests) -> frozenset[Visit]:
    """Run all tests and give the transitions that those that pass went through."""
    results = run_all(tests.scenarios, tests.flows, conditions=False)
    return frozenset[Visit]().union(*(result.passed.transitions for result in results if result.ok))
