"""Real flows. They are data: nothing of them stands here."""

import json

import pytest

from reconciler.definition.lint.engine import Subject, finding_of, judge
from reconciler.definition.lint.fixing import fixed

SPARING = 12
"""Warnings that a real flow may have in the median; more would not be read."""


@pytest.fixture(scope="module")
def judged(current_flows):
    return {name: judge(Subject(json.loads(raw))) for name, raw in current_flows.items()}


def test_no_rule_fails_on_a_real_flow_and_few_speak(judged, current_flows):
    """Every rule takes every real flow, its findings have places, and most flows have few warnings."""
    numbers = []
    for name, found in judged.items():
        for verdict in found[:1]:
            assert finding_of(verdict, name, current_flows[name].decode()).place.line > 0
        numbers.append(sum(1 for verdict in found if verdict.severity != "note"))
    assert len(numbers) >= 140
    assert sorted(numbers)[len(numbers) // 2] <= SPARING


def test_invalid_flows_alone_have_errors(judged, invalid_flows):
    """What is an error by default is found only in flows that Studio would refuse."""
    wrong = {name for name, found in judged.items() if any(verdict.severity == "error" for verdict in found)}
    assert wrong <= invalid_flows
    assert wrong


def test_repairs_of_real_flows_leave_nothing_to_repair(judged, current_flows):
    """What a repair has done is found no more, and no other mistake comes of it."""
    repaired = 0
    for name, before in judged.items():
        fixes = [verdict.problem.fix for verdict in before if verdict.problem.fix]
        if not fixes:
            continue
        after, done = fixed(json.loads(current_flows[name]), fixes)
        left = judge(Subject(after))
        assert not [verdict for verdict in left if verdict.problem.fix]
        assert len(left) < len(before)
        repaired += len(done)
    assert repaired
