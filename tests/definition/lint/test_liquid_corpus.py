"""The rules on Liquid, asked about odd and about real flows. They are data: nothing of them stands here."""

from __future__ import annotations

import json
from collections import Counter

from hypothesis import given

from reconciler.definition.lint import attributes, flow, liquid_text, references, variables
from reconciler.definition.lint.engine import problems
from reconciler.definition.lint.history import fact_of, history, reads
from reconciler.definition.renames import renamed
from tests.support.odd_flows import ANY_FLOWS, FLOWS

RULES = (*references.RULES, *variables.RULES, *liquid_text.RULES, *attributes.RULES)
COUNTS = {
    "unknown-widget-reference": 13,
    "unknown-widget-output": 11,
    "widget-may-not-have-run": 15,
    "variable-never-set": 3,
    "variable-may-be-unset": 12,
    "attributes-not-json": 1,
}
"""Findings in 149 real flows, each of them read by a person: none is a false alarm."""


@given(ANY_FLOWS | FLOWS)
def test_any_flow_is_read(data):
    """However odd a definition is, the rules have an answer, and what they find has a path."""
    for _, problem in problems(data, RULES):
        assert problem.path[0] == "states"
        assert problem.message


@given(FLOWS)
def test_what_must_have_been_may_have_been(data):
    """What happened on every path happened on some path."""
    past = history(flow.read(data))
    for name, must in past.must.items():
        assert must & ~past.may[name] == 0


def test_counts_on_real_flows(current_flows):
    """Real flows have few findings, as many as were read."""
    counts = Counter(rule.id for raw in current_flows.values() for rule, _ in problems(json.loads(raw), RULES))
    assert counts == COUNTS


def test_renames_that_references_do_not_follow_are_found(current_flows):
    """In every real flow, a widget that is renamed without its references is found, and not when they follow."""
    tried = 0
    for raw in current_flows.values():
        data = json.loads(raw)
        facts = [fact_of(read.reference) for read in reads(flow.read(data))]
        names = {fact[1] for fact in facts if fact and fact[0] == "widgets"} & {s["name"] for s in data["states"]}
        for name in sorted(names)[:1]:
            tried += 1
            before = unknown(data)
            followed = renamed(data, {name: "renamed_since"})
            assert len(unknown(followed)) == len(before)
            left = json.loads(raw)
            for state in left["states"]:
                state["name"] = "renamed_since" if state["name"] == name else state["name"]
            assert len(unknown(left)) > len(before)
    assert tried > 80


def unknown(data):
    return [problem for rule, problem in problems(data, references.RULES) if rule.id == "unknown-widget-reference"]
