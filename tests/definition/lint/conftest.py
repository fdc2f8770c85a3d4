"""Small flows, and what a rule says of them."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.definition.lint import registry
from reconciler.definition.lint.context import Surroundings
from reconciler.definition.lint.engine import problems
from reconciler.definition.lint.rule import Problem


@pytest.fixture
def say():
    """Give what one rule says of a flow."""

    def ask(rule: str, data: dict[str, Any], *, name: str | None = None, **around: Any) -> list[Problem]:
        found = problems(data, [registry.by_id()[rule]], name=name, around=Surroundings(**around))
        return [problem for _, problem in found]

    return ask


@pytest.fixture
def places(say):
    """Give widget and property of what one rule says of a flow."""

    def ask(rule: str, data: dict[str, Any], **more: Any) -> list[tuple[str | None, str | None]]:
        return [(problem.widget, problem.property) for problem in say(rule, data, **more)]

    return ask


@pytest.fixture
def split(widget):
    """Make a split with `match` transitions and the target of noMatch."""

    def make(name: str, *matches: dict[str, Any], no_match: str | None = None, about: str = "{{x}}") -> dict[str, Any]:
        made = widget(name, ("noMatch", no_match), kind="split-based-on", input=about)
        made["transitions"] += matches
        return made

    return make


@pytest.fixture
def found_in(flow, widget, split, match, say):
    """Count what one rule finds in a split with these conditions (kind and value), each leading elsewhere."""

    def count(rule: str, *conditions: tuple[str, str]) -> int:
        names = [f"w{number}" for number in range(len(conditions))]
        matches = [match(value, name, kind=kind) for name, (kind, value) in zip(names, conditions, strict=True)]
        return len(say(rule, flow(split("s", *matches), *(widget(name) for name in names))))

    return count


@pytest.fixture
def one_widget(flow, widget):
    """Make a flow of one widget of a kind with these properties."""
    return lambda kind, properties: flow(widget("a", kind=kind, **properties))
