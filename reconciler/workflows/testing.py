"""Scenario tests: which are meant, which have to run again after a change, and what they cover."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

from reconciler.errors import UsageError
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.scenario.coverage import Coverage, coverage
from reconciler.scenario.flows import Flows
from reconciler.scenario.result import Passed, Result
from reconciler.scenario.values import Scenario


@dataclass(frozen=True, slots=True)
class Choice:
    """Which tests are meant; what is empty restricts nothing.

    Attributes:
        names: of tests, with `*` for anything.
        flows: that they test.
        labels: that they have.
    """

    names: tuple[str, ...] = ()
    flows: tuple[Address, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_all(self) -> bool:
        """Whether it restricts nothing."""
        return not self.names and not self.flows and not self.labels


def chosen(scenarios: Sequence[Scenario], choice: Choice) -> tuple[Scenario, ...]:
    """Give the tests that are meant, in their order.

    Raises:
        UsageError: there are none, or one of the names means none.
    """
    for name in choice.names:
        if not any(fnmatchcase(scenario.name, name) for scenario in scenarios):
            near = get_close_matches(name, [scenario.name for scenario in scenarios], n=1)
            hint = f"Did you mean {near[0]!r}?" if near else "`reconciler test` runs them all, and lists their names."
            raise UsageError(f"there is no test {name!r}", hint=hint)
    found = tuple(scenario for scenario in scenarios if _is_meant(scenario, choice))
    if not found:
        what = "no test is chosen" if scenarios else "there are no tests: no document of kind FlowTest"
        raise UsageError(what, hint="docs/testing-flows.md shows how one is written.")
    return found


def _is_meant(scenario: Scenario, choice: Choice) -> bool:
    return (
        (not choice.names or any(fnmatchcase(scenario.name, name) for name in choice.names))
        and (not choice.flows or any(address.name == scenario.flow for address in choice.flows))
        and all(scenario.labels.get(key) == value for key, value in choice.labels.items())
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What came of tests, and of which definitions: it still holds as long as they are the same."""

    results: Mapping[str, Result] = field(default_factory=dict)
    digests: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def still(self, scenario: Scenario, digests: tuple[str, ...]) -> Result | None:
        """Give what came of a test when it passed and would again; its places may have moved."""
        found = self.results.get(scenario.name)
        same = found is not None and found.scenario == scenario and self.digests.get(scenario.name) == digests
        return replace(found, scenario=scenario) if same and found is not None and found.ok else None


def digests_of(scenario: Scenario, definitions: Mapping[str, Definition]) -> tuple[str, ...]:
    """Give what the definitions of a test's flow, and of the flows that it calls, are compared by."""
    tested = definitions.get(scenario.flow)
    if tested is None:
        return ()
    called = (definitions[name] for name in sorted(set(tested.references)) if name in definitions)
    return tuple(definition.digests.behaviour for definition in (tested, *called))


def covered(results: Iterable[Result], flows: Flows, choice: Choice) -> Coverage:
    """Give the coverage of all flows; of the flows that were tested when not all tests were meant."""
    passed, tested = Passed(), set[str]()
    for result in results:
        passed |= result.passed
        tested.add(result.scenario.flow)
    return coverage(passed, flows, flows.names() if choice.is_all else tested)
