"""Which scenario tests are meant, and which have to run again after a change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.errors import UsageError
from reconciler.model.address import flow
from reconciler.model.finding import Place
from reconciler.scenario.flows import Flows
from reconciler.scenario.result import Failure, Result
from reconciler.scenario.run import run
from reconciler.scenario.values import Exactly, Expects, Scenario
from reconciler.simulate import IncomingMessage
from reconciler.workflows.testing import Choice, Known, chosen, covered, digests_of
from tests.support.flows import caller, greeting

TRIGGER = IncomingMessage("+15550100001", "+15550100002", "Hi")
HELLO = Scenario("hello", "menu", TRIGGER, (Expects("sends", Exactly("Hello")),), labels={"team": "care"})
OTHER = Scenario("other", "main", TRIGGER, labels={"team": "sales"})
BOTH = (HELLO, OTHER)
DEFINITIONS = {"menu": greeting("Hello"), "main": caller("menu")}


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        (Choice(), ["hello", "other"]),
        (Choice(names=("h*",)), ["hello"]),
        (Choice(names=("other", "hello")), ["hello", "other"]),
        (Choice(flows=(flow("main"),)), ["other"]),
        (Choice(labels={"team": "care"}), ["hello"]),
        (Choice(names=("*",), labels={"team": "sales"}), ["other"]),
    ],
)
def test_chosen(choice, names):
    """Names, flows and labels restrict together; the order stays."""
    assert [scenario.name for scenario in chosen(BOTH, choice)] == names


@pytest.mark.parametrize("choice", [Choice(names=("nobody",)), Choice(labels={"team": "x"}), Choice(names=("*x",))])
def test_none(choice):
    """Nothing to run is an error, whatever restricts."""
    with pytest.raises(UsageError):
        chosen(BOTH, choice)
    with pytest.raises(UsageError):
        chosen((), Choice())


def test_what_is_known_holds_as_long_as_nothing_changes():
    """A test that passed runs again when it, its flow or a subflow of it changes; one that failed always does."""
    digests = digests_of(OTHER, DEFINITIONS)
    passed = Result(OTHER)
    known = Known({"other": passed}, {"other": digests})
    moved = replace(OTHER, place=Place("elsewhere.yaml", 1))
    assert known.still(OTHER, digests) == passed
    found = known.still(moved, digests)
    assert found is not None
    assert found.scenario.place == moved.place
    assert known.still(replace(OTHER, at=0.0), digests) is None
    assert known.still(OTHER, digests_of(OTHER, {**DEFINITIONS, "menu": greeting("Bye")})) is None
    assert known.still(HELLO, digests_of(HELLO, DEFINITIONS)) is None
    failed = Known({"other": Result(OTHER, Failure("a", "b"))}, {"other": digests})
    assert failed.still(OTHER, digests) is None
    assert digests_of(replace(OTHER, flow="lost"), DEFINITIONS) == ()


def test_coverage_counts_what_was_meant():
    """All flows count when all tests were meant; else those that were tested."""
    flows = Flows(DEFINITIONS)
    results = [run(HELLO, flows)]
    assert [one.flow for one in covered(results, flows, Choice()).flows] == ["main", "menu"]
    assert [one.flow for one in covered(results, flows, Choice(names=("hello",))).flows] == ["menu"]
