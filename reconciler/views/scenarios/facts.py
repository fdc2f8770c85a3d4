"""What is told of a run of scenario tests, whatever it looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.model.finding import Place
from reconciler.scenario.coverage import Coverage
from reconciler.scenario.result import Result
from reconciler.simulate import Assumption


@dataclass(frozen=True, slots=True)
class TestReport:
    """What came of all scenarios.

    Attributes:
        results: in the order in which they are told.
        root: what stands before places, so that they lead there from where the reader is.
        cover: takes secrets out of a text.
        coverage: of the flows; None when it was not asked for.
        wanted: percent of the transitions that must be covered; None for no such limit.
        assumptions: whether people are told what runs relied upon, and not only of failures.
        listed: names of the tests that people are told one by one; None for all. The numbers are those of all.
    """

    __test__ = False  # pytest takes every class called Test… for a test otherwise

    results: tuple[Result, ...]
    root: str
    cover: Callable[[str], str]
    coverage: Coverage | None = None
    wanted: float | None = None
    assumptions: bool = False
    listed: frozenset[str] | None = None

    @property
    def failed(self) -> int:
        """How many went another way than expected."""
        return sum(1 for one in self.results if one.failure is not None and one.failure.kind == "expectation")

    @property
    def broken(self) -> int:
        """How many could not be run."""
        return sum(1 for one in self.results if one.failure is not None and one.failure.kind == "error")

    @property
    def steps(self) -> int:
        """How many steps all runs took."""
        return sum(one.steps for one in self.results)

    @property
    def too_little(self) -> bool:
        """Whether less is covered than was asked for."""
        if self.coverage is None or self.wanted is None:
            return False
        return self.coverage.transitions.percent < self.wanted

    @property
    def ok(self) -> bool:
        """Whether everything is as it should be."""
        return not self.failed and not self.broken and not self.too_little

    def used(self) -> tuple[Assumption, ...]:
        """Give the assumptions that any run relied upon, in order."""
        return tuple(sorted({name for one in self.results for name in one.assumptions}))

    def place(self, place: Place | None) -> str | None:
        """Write where something stands, from where the reader is."""
        return None if place is None else f"{self.root}{place}"


def counted(number: int, noun: str) -> str:
    """Write a number with its noun."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
