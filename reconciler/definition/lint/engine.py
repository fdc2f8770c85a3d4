"""Ask rules about one flow, and judge what they say by what the project says about rules. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from reconciler.definition.lint import flow as flows
from reconciler.definition.lint.context import Context, Surroundings
from reconciler.definition.lint.registry import rules as all_rules
from reconciler.definition.lint.rule import Problem, Rule
from reconciler.definition.locate import Places, Positions, place_in
from reconciler.model.finding import Finding, Place, Severity
from reconciler.model.jsontypes import JsonObject
from reconciler.model.lint import LintLevel, Suppression

MOST: Final = 1_000
"""Problems of one rule in one flow that are told; nobody reads more."""

UNUSED: Final = "unused-suppression"
"""The rule that says that a suppression hides nothing; it is the engine's own."""

UNUSED_RULE: Final = Rule(
    id=UNUSED,
    number=99,
    severity="warning",
    summary="A suppression in a Flow document that hides nothing",
    why="What it was for has been repaired, or it names the wrong widget; it would hide the next mistake there.",
    example="- {rule: dangling-next, widget: ask, reason: …}   and every next of ask leads to a widget",
    remedy="Remove it.",
    check=lambda _: iter(()),
)
"""What is documented of it. No level can be chosen for it, and it cannot be suppressed."""

Found = tuple[Rule, Problem]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is linted: one definition and what is said about it.

    Attributes:
        data: the definition as it is written, placeholders included; not changed.
        name: the flow's name in the project; None for a definition on its own.
        around: what is known outside of it.
        levels: how grave rules are for the project, where it says so; `off` ones are not asked.
        suppressions: where rules do not count.
    """

    data: JsonObject = field(repr=False)
    name: str | None = None
    around: Surroundings = field(default_factory=Surroundings)
    levels: Mapping[str, LintLevel] = field(default_factory=dict)
    suppressions: Sequence[Suppression] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """One problem as the project sees it. `suppressed` says why it does not count; None when it does."""

    rule: Rule
    problem: Problem
    severity: Severity
    suppressed: Suppression | None = None


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


def judge(subject: Subject) -> tuple[Verdict, ...]:
    """Give everything that rules find, in the order of the definition, with its severity for the project."""
    asked = [rule for rule in all_rules() if _level(rule, subject) != "off"]
    found = (
        Verdict(rule, problem, _severity(rule, subject), _suppression(rule, problem, subject.suppressions))
        for rule, problem in problems(subject.data, asked, name=subject.name, around=subject.around)
    )
    return tuple(sorted(found, key=_order))


def unused(verdicts: Iterable[Verdict], suppressions: Iterable[Suppression]) -> tuple[Finding, ...]:
    """Say which suppressions hide nothing: what they were for has been repaired, or they name the wrong widget."""
    used = {verdict.suppressed for verdict in verdicts}
    return tuple(
        Finding(
            UNUSED,
            "warning",
            f"nothing is suppressed here: {one.rule} finds nothing in {_whose(one)}",
            one.place,
            one.widget,
            hint="Remove it.",
        )
        for one in suppressions
        if one not in used
    )


def finding_of(verdict: Verdict, file: str | None, text: str | Places | None) -> Finding:
    """Give a verdict as a finding with its place.

    Args:
        verdict: what was found.
        file: where the definition stands; None gives no place.
        text: the JSON text of that file, or what knows the places in it; None gives a place without line.
    """
    problem = verdict.problem
    place, note = (None, "") if file is None else _place(problem, file, text)
    return Finding(
        verdict.rule.id,
        verdict.severity,
        problem.message + note,
        place,
        problem.widget,
        problem.property,
        problem.hint,
    )


def _place(problem: Problem, file: str, text: str | Places | None) -> tuple[Place, str]:
    if text is None:
        return Place(file), ""
    positions = Positions(text) if isinstance(text, str) else text
    return place_in(file, positions, problem.path, at_key=problem.at_key)


def _level(rule: Rule, subject: Subject) -> str:
    said = subject.levels.get(rule.id)
    return rule.severity if said is None else said.level


def _severity(rule: Rule, subject: Subject) -> Severity:
    said = subject.levels.get(rule.id)
    return rule.severity if said is None or said.level == "off" else said.level


def _suppression(rule: Rule, problem: Problem, suppressions: Iterable[Suppression]) -> Suppression | None:
    fitting = (one for one in suppressions if one.rule == rule.id and one.widget in {None, problem.widget})
    return next(fitting, None)


def _whose(one: Suppression) -> str:
    return "this flow" if one.widget is None else f"widget {one.widget!r}"


def _order(verdict: Verdict) -> tuple[list[tuple[int, str]], int, str, str]:
    # Numbers sort as numbers; what concerns the whole flow comes before its widgets.
    path = [(step, "") if isinstance(step, int) else (-1, step) for step in verdict.problem.path]
    return path, verdict.rule.number, verdict.rule.id, verdict.problem.message
