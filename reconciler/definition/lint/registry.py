"""All rules. A module is listed here once; its `RULES` are found then."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Final

from reconciler.definition.lint.rule import Rule

MODULES: Final[tuple[str, ...]] = (
    "transitions",
    "reach",
    "error_paths",
    "loops",
    "limits",
    "references",
    "variables",
    "liquid_text",
    "attributes",
    "splits",
    "subflows",
    "secrets_in_text",
    "hosts",
    "identifiers",
    "retired",
)
"""Modules of `reconciler.definition.lint` that have `RULES`."""


@cache
def rules() -> tuple[Rule, ...]:
    """Give every rule, by number and id."""
    found = (rule for name in MODULES for rule in _rules_of(f"reconciler.definition.lint.{name}"))
    return tuple(sorted(found, key=lambda rule: (rule.number, rule.id)))


@cache
def by_id() -> dict[str, Rule]:
    """Give every rule by its id."""
    return {rule.id: rule for rule in rules()}


def _rules_of(module: str) -> tuple[Rule, ...]:
    found: tuple[Rule, ...] = import_module(module).RULES
    return found
