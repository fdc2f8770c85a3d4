"""Ask rules about one flow. Pure: settings and places are given by who calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from reconciler.definition.lint import flow as flows
from reconciler.definition.lint.context import Context, Surroundings
from reconciler.definition.lint.rule import Problem, Rule
from reconciler.model.jsontypes import JsonObject

MOST: Final = 1_000
"""Problems of one rule in one flow that are told; nobody reads more."""

Found = tuple[Rule, Problem]


def problems(
    data: JsonObject, rules: Iterable[Rule], *, name: str | None = None, around: Surroundings | None = None
) -> Iterator[Found]:
    """Give what rules find in one definition, rule by rule.

    Args:
        data: the parsed definition, not changed.
        rules: those to ask.
        name: its name in the project; default none.
        around: what is known outside of it; default nothing.
    """
    context = Context(flows.read(data), name, around or Surroundings())
    for rule in rules:
        yield from ((rule, problem) for problem in islice(rule.check(context), MOST))
