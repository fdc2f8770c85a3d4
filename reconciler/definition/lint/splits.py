"""Rule 12: branches that cannot be taken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from reconciler.definition.lint.context import Context
from reconciler.definition.lint.flow import Condition, Transition, Widget
from reconciler.definition.lint.literals import is_dynamic, quoted
from reconciler.definition.lint.rule import Problem, Rule

_NUMBER: Final = re.compile(r"\s*[-+]?(\d+(\.\d*)?|\.\d+)\s*")
_THOUSANDS: Final = re.compile(r"(?<![\d,.])\d{1,3}(,\d{3})+(?![\d,.])")
_PAIRS: Final = (("(", ")"), ("[", "]"), ("{", "}"), ("“", "”"))
_LIST: Final = re.compile(r"\s*[\w'+-]{1,20}(\s*,\s*[\w'+-]{1,20}){2,}\s*")
_ANSWER: Final = re.compile(r"\.(inbound\.Body|Digits|SpeechResult|Body|Memory)\b|\btrigger\.message\.Body")
_EITHER: Final = ({"true", "false"}, {"yes", "no"})
_OPPOSITES: Final = {
    "contains": "does_not_contain",
    "equal_to": "not_equal_to",
    "matches_any_of": "does_not_match_any_of",
    "starts_with": "does_not_start_with",
}
_NUMERIC: Final = frozenset({"less_than", "greater_than"})


def splits(context: Context) -> Iterator[Widget]:
    """Give the widgets that branch by conditions."""
    return (widget for widget in context.flow.widgets if widget.type == "split-based-on")


def conditions(context: Context) -> Iterator[tuple[Widget, Transition, Condition]]:
    """Give every condition of every split."""
    for widget in splits(context):
        for transition in widget.transitions:
            yield from ((widget, transition, condition) for condition in transition.conditions)


def _no_match(context: Context) -> Iterator[Problem]:
    reachable = context.flow.reachable()
    for widget in splits(context):
        if "noMatch" in widget.events() or "match" not in widget.events() or widget.name not in reachable:
            continue
        branches = [t.conditions[0] for t in widget.transitions if t.event == "match" and len(t.conditions) == 1]
        # One condition about no person's answer is a gate: what does not pass may well end there.
        gate = len(branches) <= 1 and not _ANSWER.search(widget.text("input"))
        if not gate and not _covers_all(branches, answered=bool(_ANSWER.search(widget.text("input")))):
            message = "noMatch leads nowhere: whatever fits no condition ends the execution"
            yield Problem(message, widget.at("transitions"), widget.name, "transitions.noMatch")


def _covers_all(branches: list[Condition], *, answered: bool) -> bool:
    """Tell whether conditions leave nothing out: blank or not, equal or not, below and above, true and false.

    A person may answer beside yes and no; a Function rarely does.
    """
    seen = {(condition.kind, _folded(condition.value)) for condition in branches}
    kinds = {kind for kind, _ in seen}
    if {"is_blank", "is_not_blank"} <= kinds or _meet(seen):
        return True
    values = {value for kind, value in seen if kind == "equal_to"}
    if not answered and any(both <= values for both in _EITHER):
        return True
    return any((_OPPOSITES.get(kind), value) in seen for kind, value in seen)


def _meet(seen: set[tuple[str, str]]) -> bool:
    """Tell whether every number is below one bound or above the other."""
    below = [float(value) for kind, value in seen if kind == "less_than" and _NUMBER.fullmatch(value)]
    above = [float(value) for kind, value in seen if kind == "greater_than" and _NUMBER.fullmatch(value)]
    return bool(below) and bool(above) and min(above) < max(below)


def _unmatchable(context: Context) -> Iterator[Problem]:
    for widget, transition, condition in conditions(context):
        reason = _reason(condition)
        if reason is not None:
            message = f"{condition.kind} {quoted(condition.value)} can never hold: it {reason}"
            yield _about(widget, transition, condition, message)


def _reason(condition: Condition) -> str | None:
    """Say why a condition can never hold; None when it can, or nobody can tell."""
    value = condition.value
    if is_dynamic(value) or not isinstance(condition.raw.get("value"), str):
        return None
    if condition.kind in _NUMERIC and not _NUMBER.fullmatch(value):
        return "is no number"
    if condition.kind == "matches_any_of" and not value.strip(" ,"):
        return "is an empty list"
    if condition.kind == "regex":
        return _regex_error(value)
    return None


def _regex_error(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        # Java's expressions know more than Python's: only what no dialect takes is told.
        broken = ("missing )", "unterminated character set", "unbalanced parenthesis", "nothing to repeat")
        return f"is no regular expression ({error.msg})" if error.msg.startswith(broken) else None
    return None


def _comma(context: Context) -> Iterator[Problem]:
    for widget, transition, condition in conditions(context):
        reason = _comma_reason(condition)
        if reason is not None and not is_dynamic(condition.value):
            yield _about(widget, transition, condition, f"{condition.kind} {quoted(condition.value)}: {reason}")


def _comma_reason(condition: Condition) -> str | None:
    value = condition.value
    if condition.kind in {"equal_to", "not_equal_to"} and _LIST.fullmatch(value) and not _THOUSANDS.search(value):
        return "compares with the whole text, commas included"
    if condition.kind not in {"matches_any_of", "does_not_match_any_of"} or "," not in value:
        return None
    parts = [part.strip() for part in value.split(",")]
    if _THOUSANDS.fullmatch(value.strip()):
        return "is split at each comma, so a number with thousands becomes two"
    if any(_is_torn(part) for part in parts):
        return "is split at each comma, also inside quotes and brackets"
    return None


def _is_torn(part: str) -> bool:
    quotes = part.count('"') % 2 == 1
    return quotes or any(part.count(opened) != part.count(closed) for opened, closed in _PAIRS)


def _anchors(context: Context) -> Iterator[Problem]:
    for widget, transition, condition in conditions(context):
        pattern = condition.value.strip()
        if condition.kind != "regex" or is_dynamic(pattern):
            continue
        open_end = pattern.startswith("^") and not re.search(r"(\$|\.[*+]|\[\s\S\][*+]|\\Z|\\z)\)*$", pattern)
        open_start = (
            pattern.endswith("$") and not pattern.endswith("\\$") and not re.match(r"\(*(\^|\.[*+]|\\A)", pattern)
        )
        if open_end or open_start:
            side = "begins with ^ but has no $" if open_end else "ends with $ but has no ^"
            message = f"regex {quoted(condition.value)} {side}: Studio always matches the whole text"
            yield _about(widget, transition, condition, message)


def _other_input(context: Context) -> Iterator[Problem]:
    for widget, transition, condition in conditions(context):
        asked, given = widget.text("input"), condition.arguments
        if asked and len(given) == 1 and _packed(given[0]) != _packed(asked):
            message = f"compares {quoted(given[0])}, but the split is about {quoted(asked)}"
            yield _about(widget, transition, condition, message, inside="arguments")


def _packed(text: str) -> str:
    return "".join(text.split())


def _shadowed(context: Context) -> Iterator[Problem]:
    for widget in splits(context):
        earlier: list[tuple[Transition, Condition]] = []
        for transition in widget.transitions:
            if transition.event != "match" or len(transition.conditions) != 1:
                continue
            condition = transition.conditions[0]
            by = next((other for other in earlier if _covers(other, (transition, condition))), None)
            if by is not None:
                first = f"{by[1].kind} {quoted(by[1].value)}"
                message = f"{condition.kind} {quoted(condition.value)} comes too late: {first} has matched before"
                yield _about(widget, transition, condition, message)
            earlier.append((transition, condition))


def _covers(one: tuple[Transition, Condition], other: tuple[Transition, Condition]) -> bool:
    """Tell whether all that the second condition takes has gone elsewhere by the first."""
    (before, wide), (after, narrow) = one, other
    if before.next == after.next or wide.arguments != narrow.arguments:
        return False
    if (wide.kind, _folded(wide.value)) == (narrow.kind, _folded(narrow.value)):
        return True
    if is_dynamic(wide.value) or is_dynamic(narrow.value) or narrow.kind not in _LISTS:
        return False
    covers = _COVERS.get(wide.kind)
    values = [_folded(part) for part in _LISTS[narrow.kind](narrow.value)]
    return covers is not None and bool(values) and all(covers(_folded(wide.value), value) for value in values)


def _folded(text: str) -> str:
    return text.strip().casefold()


def _parts(value: str) -> list[str]:
    return [part for part in value.split(",") if part.strip()]


_LISTS: Final[dict[str, Callable[[str], list[str]]]] = {
    "equal_to": lambda value: [value],
    "matches_any_of": _parts,
}
"""Conditions whose texts are all known: they can be tried on an earlier condition."""

_COVERS: Final[dict[str, Callable[[str, str], bool]]] = {
    "contains": lambda wide, value: bool(wide) and wide in value,
    "equal_to": lambda wide, value: wide == value,
    "is_not_blank": lambda _, value: bool(value),
    "matches_any_of": lambda wide, value: value in [_folded(part) for part in wide.split(",")],
    "starts_with": lambda wide, value: bool(wide) and value.startswith(wide),
}
"""Whether a text of a later condition is taken by an earlier one. Studio ignores case and outer blanks."""


def _about(
    widget: Widget, transition: Transition, condition: Condition, message: str, *, inside: str = "value"
) -> Problem:
    number = condition.path[-1]
    prop = f"{transition.property}.conditions[{number}].{inside}"
    return Problem(message, (*condition.path, inside), widget.name, prop)


RULES: Final = (
    Rule(
        id="missing-no-match",
        number=12,
        severity="warning",
        summary="A split without a path for what fits no condition",
        why="The first unexpected answer ends the conversation without a word.",
        example='{"event": "noMatch"}',
        remedy="Connect noMatch: ask again, or go on with a default.",
        check=_no_match,
    ),
    Rule(
        id="unmatchable-condition",
        number=12,
        severity="warning",
        summary="A condition that can never hold",
        why="Its branch is dead: a number is compared with a word, a list is empty, a regular expression is broken.",
        example='{"type": "greater_than", "value": "five"}',
        remedy="Write a number, a list or a pattern that can fit.",
        check=_unmatchable,
    ),
    Rule(
        id="comma-in-condition",
        number=12,
        severity="warning",
        summary="A comma that does not separate what it seems to, or separates what it should not",
        why="matches_any_of splits its value at every comma, and equal_to at none: the branch waits for a text that "
        "nobody writes.",
        example='{"type": "equal_to", "value": "yes,y,yeah"}',
        remedy="Take matches_any_of for a list of words, and one condition for each text that holds a comma.",
        check=_comma,
    ),
    Rule(
        id="half-anchored-regex",
        number=12,
        severity="warning",
        summary="A regular expression anchored at one end only",
        why="Studio matches the whole text, anchors or not: a pattern meant as a beginning fits nothing longer.",
        example='{"type": "regex", "value": "^yes"}',
        remedy="Write the rest as `.*`, or anchor both ends.",
        check=_anchors,
    ),
    Rule(
        id="condition-about-another-value",
        number=12,
        severity="warning",
        summary="A condition compares something else than the split's input",
        why="The Console shows the input and the flow compares the argument. It comes from a copied widget, and the "
        "branch depends on the answer to the wrong question.",
        example='"input": "{{widgets.ask_age.inbound.Body}}" and\n"arguments": ["{{widgets.ask_name.inbound.Body}}"]',
        remedy="Write the same expression in both places.",
        check=_other_input,
    ),
    Rule(
        id="shadowed-condition",
        number=12,
        severity="warning",
        summary="A condition that an earlier one of the same split always takes first",
        why="Its branch is never taken: `contains 1` takes 10, 11 and 21 as well.",
        example='contains "1" → one, then equal_to "10" → ten',
        remedy="Put the narrower condition first, or make the earlier one exact.",
        check=_shadowed,
    ),
)
