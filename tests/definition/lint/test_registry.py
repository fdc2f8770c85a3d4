"""All rules together."""

import re

from reconciler.definition.lint.registry import MODULES, by_id, rules
from reconciler.model.lint import Level

KEBAB = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def test_every_kind_of_mistake_has_a_rule():
    """All 22 kinds of mistakes are covered, and every module has rules."""
    assert {rule.number for rule in rules()} == set(range(1, 23))
    assert len(by_id()) == len(rules()) >= len(MODULES)


def test_every_rule_can_be_documented():
    """Every rule has a stable id in kebab case, and says what it finds, why it matters, and what to do."""
    for rule in rules():
        assert KEBAB.fullmatch(rule.id), rule.id
        assert rule.severity in Level.__args__
        assert not rule.summary.endswith("."), rule.id
        assert all(text.endswith(".") for text in (rule.why, rule.remedy)), rule.id
        assert rule.example.strip()
        assert rule.page == f"docs/lint.md#{rule.id}"


def test_only_what_studio_refuses_is_an_error():
    """Errors by default are what Studio itself enforces."""
    errors = {rule.id for rule in rules() if rule.severity == "error"}
    assert errors == {"dangling-next", "duplicate-widget", "too-many-widgets", "too-large"}


def test_odd_definitions_are_taken():
    """No rule fails on JSON that is no flow."""
    odd = [
        {},
        {"states": None},
        {"states": [None, 1, "x", [], {}]},
        {"states": [{"name": 7, "type": [], "properties": [], "transitions": {"a": 1}}], "initial_state": 3},
        {"states": [{"name": "a", "type": "split-based-on", "transitions": [{"event": None, "conditions": [1, {}]}]}]},
        {"states": [{"name": "a", "type": "run-subflow", "properties": {"flow_sid": None, "flow_revision": 1}}]},
        {"states": [{"name": "a", "type": "trigger", "transitions": [{"event": "x", "next": ["a"]}]}]},
    ]
    from reconciler.definition.lint.engine import problems  # noqa: PLC0415 - beside what it is tried on

    for data in odd:
        assert isinstance(list(problems(data, rules())), list)
