"""Rules 1 to 3: words that Studio ignores, and names that lead nowhere or are taken twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.definition import rules
from reconciler.definition.lint.context import Context
from reconciler.definition.lint.flow import Flow, Transition
from reconciler.definition.lint.rule import Edit, Fix, Problem, RenameKey, Rule, SetText
from reconciler.definition.remarks import Remark
from reconciler.model.jsontypes import Json

_KNOWN: Final = frozenset({"event", "next", "conditions"})


def misspelt_next(transition: Transition, flow: Flow) -> str | None:
    """Give the key that was meant to be `next`: the only unknown one, whose value is a widget's name."""
    unknown = [key for key in transition.raw if key not in _KNOWN]
    if len(unknown) != 1 or "next" in transition.raw:
        return None
    value = transition.raw[unknown[0]]
    return unknown[0] if isinstance(value, str) and value in flow.by_name else None


def _unknown_key(context: Context) -> Iterator[Problem]:
    meant = {
        (*transition.path, key): transition.raw[key]
        for widget in context.flow.widgets
        for transition in widget.transitions
        if (key := misspelt_next(transition, context.flow)) is not None
    }
    for remark in _remarks(context, "unknown-transition-key"):
        fix = _rename(remark, meant[remark.path]) if remark.path in meant else None
        yield _problem(remark, fix)


def _rename(remark: Remark, target: Json) -> Fix:
    key = remark.path[-1]
    edits: tuple[Edit, ...] = (RenameKey(remark.path, "next"),)
    return Fix(f'Write "next" for "{key}", which leads to {target!r}', edits)


def _dangling(context: Context) -> Iterator[Problem]:
    alike: dict[str, list[str]] = {}
    for name in context.flow.by_name:
        alike.setdefault(_folded(name), []).append(name)
    for remark in _remarks(context, "dangling-next"):
        written = _at(context, remark.path)
        same = alike.get(_folded(written), [])
        fix = Fix(f"Write {same[0]!r}", (SetText(remark.path, written, same[0]),)) if len(same) == 1 else None
        yield _problem(remark, fix)


def _folded(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _at(context: Context, path: tuple[str | int, ...]) -> str:
    found: object = context.flow.data
    for step in path:
        found = found[step]  # type: ignore[index]  # the path comes from walking this very value
    return str(found)


def _duplicate(context: Context) -> Iterator[Problem]:
    states = [widget.raw for widget in context.flow.widgets]
    index = {number: widget.index for number, widget in enumerate(context.flow.widgets)}
    for remark in rules.name_remarks(context.flow.data, states):
        if remark.rule == "duplicate-widget":
            path = ("states", index[int(remark.path[1])], *remark.path[2:])
            yield Problem(remark.message, path, remark.widget, remark.property)


def _remarks(context: Context, rule: str) -> Iterator[Remark]:
    names = frozenset(context.flow.by_name)
    for widget in context.flow.widgets:
        found = rules.transition_remarks(widget.raw, widget.path, None, names)
        yield from (remark for remark in found if remark.rule == rule)


def _problem(remark: Remark, fix: Fix | None) -> Problem:
    return Problem(remark.message, remark.path, remark.widget, remark.property, remark.hint, fix, remark.at_key)


RULES: Final = (
    Rule(
        id="unknown-transition-key",
        number=1,
        severity="warning",
        summary="A transition has a key that Studio does not know",
        why="Studio ignores it without a word. With `name` in the place of `next` the branch simply ends there, "
        "and it is nearly always an error path, which nobody walks in a test.",
        example='{"event": "failed", "name": "tell_the_team"}',
        remedy="Write `next`, or remove the key.",
        check=_unknown_key,
        fixes="writes `next` where the only unknown key names a widget",
    ),
    Rule(
        id="dangling-next",
        number=2,
        severity="error",
        summary="A transition leads to a widget that does not exist",
        why="Studio refuses the definition.",
        example='{"event": "sent", "next": "ask_nmae"}',
        remedy="Name a widget of this flow, or leave `next` out where the branch shall end.",
        check=_dangling,
        fixes="writes the name where exactly one differs from it in case, `-`, `_` and blanks alone",
    ),
    Rule(
        id="duplicate-widget",
        number=3,
        severity="error",
        summary="Two widgets have the same name",
        why="Transitions and Liquid go by name, so nobody can tell which one is meant. Studio refuses the definition.",
        example='{"name": "ask", "type": "send-message"}, {"name": "ask", "type": "say-play"}',
        remedy="Rename one of them, and what leads to it.",
        check=_duplicate,
    ),
)
