"""Why a transition was not passed: clauses that tell an author whether the flow or the search is to blame."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from reconciler.scenario.generate.search import Search
from reconciler.scenario.generate.wishes import Path, Wishes, asks_the_time, conditions_of, pairs_of, paths_of, set_to
from reconciler.scenario.words import quoted
from reconciler.simulate import Flow, Transition, Widget
from reconciler.simulate.conditions import holds
from reconciler.simulate.scene import text_of

Cause: TypeAlias = Literal[
    "isolated", "behind", "duplicate", "subflow", "event", "unset", "shadowed", "condition", "endless", "limit"
]
"""`isolated`: nothing leads to the widget; `behind`: only what was not passed does; `duplicate`: an earlier transition
has the event; `subflow`: the called flow is not known, or always is; `event`: the widget never has it; `unset`: nothing
sets what is tested; `shadowed`: an earlier condition holds whenever it would be taken; `condition`: no input was found;
`endless`: no scenario can stop behind it; `limit`: the search gave up."""

_ENDLESS: Final[tuple[Cause, str]] = (
    "endless",
    "runs that pass it go round without an end, and no scenario can stop there",
)

_OPPOSITE: Final = {"is_blank": "is_not_blank"}

EXPLAINED: Final[frozenset[Cause]] = frozenset(
    {"isolated", "behind", "duplicate", "subflow", "event", "unset", "shadowed"}
)
"""Causes that lie in the flow: no input of anybody would pass the transition, or it cannot be told yet."""


@dataclass(frozen=True, slots=True)
class Unreached:
    """A transition that no proposed scenario passes.

    Attributes:
        widget: where it leads out of.
        transition: which one, counted from 0.
        event, next: what it says.
        cause, reason: why.
    """

    widget: str
    transition: int
    event: str
    next: str | None
    cause: Cause
    reason: str


def unreached(search: Search, missed: Iterable[tuple[str, int]]) -> tuple[Unreached, ...]:
    """Say why transitions are not passed.

    Args:
        search: the search for them, which is over.
        missed: those that no scenario passes, as `(widget, index)`.
    """
    linked = linked_from(search.flow)
    passed = {one for index, one in enumerate(search.wanted) if search.passed >> index & 1}
    found = []
    for name, number in missed:
        widget = search.flow.widgets[name]
        transition = widget.transitions[number]
        why = _ENDLESS if (name, number) in passed else _why(search, widget, number, linked)
        found.append(Unreached(name, number, transition.event, transition.next, *why))
    return tuple(found)


def linked_from(flow: Flow) -> frozenset[str]:
    """Give the widgets that some way of transitions leads to from the trigger."""
    known, rest = {flow.initial}, [flow.initial]
    while rest:
        widget = flow.widget(rest.pop())
        for transition in () if widget is None else widget.transitions:
            if transition.next is not None and transition.next not in known:
                known.add(transition.next)
                rest.append(transition.next)
    return frozenset(known)


def _why(search: Search, widget: Widget, number: int, linked: frozenset[str]) -> tuple[Cause, str]:
    if widget.name not in linked:
        return "isolated", f"no transition leads to {widget.name}"
    if widget.name not in search.reached and widget.name == search.flow.initial:
        return "event", f"nothing begins a flow by {widget.transitions[number].event}"
    if widget.name not in search.reached:
        return "behind", f"every way to {widget.name} goes over a transition that was not passed"
    return _untaken(search, widget, number)


def _untaken(search: Search, widget: Widget, number: int) -> tuple[Cause, str]:
    transition = widget.transitions[number]
    if transition.event != "match" and transition.event in [one.event for one in widget.transitions[:number]]:
        return "duplicate", f"an earlier transition of {widget.name} has the event {transition.event} too"
    if widget.type == "run-subflow":
        return _subflow(search.wishes, widget, transition)
    if widget.type == "split-based-on":
        return _split(search, widget, transition)
    if search.exhausted:
        return "event", f"{widget.name} ({widget.type}) has no event {transition.event} in any run"
    return "limit", "the search was given up before it came here"


def _subflow(wishes: Wishes, widget: Widget, transition: Transition) -> tuple[Cause, str]:
    called = wishes.called(widget)
    if called is None:
        sid = text_of(widget.properties.get("flow_sid")) or "no flow"
        return "subflow", f"{widget.name} calls {sid}, which is not known here"
    if transition.event == "failed":
        return "subflow", f"{widget.name} calls a flow that is known, so the call does not fail"
    return "limit", f"no run of the subflow of {widget.name} came to its end"


def _split(search: Search, widget: Widget, transition: Transition) -> tuple[Cause, str]:
    texts = [subject for _, subject, _ in conditions_of(widget)]
    if not texts and transition.event == "match":
        return "condition", f"{widget.name} has no condition that could hold"
    roots = {root for text in texts for root in _roots(search, search.flow, paths_of(text), 0)}
    if not any(_is_open(search.flow, root) for root in roots) and not any(map(asks_the_time, texts)):
        return "unset", _unset(search.flow, roots, texts)
    if _is_shadowed(widget, transition):
        return "shadowed", f"the conditions of {widget.name} before it leave nothing over for it"
    if not search.exhausted:
        return "limit", "the search was given up before an input was found"
    return "condition", f"no input was found for which {_condition(transition)}"


def _condition(transition: Transition) -> str:
    if transition.event == "noMatch":
        return "none of the conditions holds"
    held = [f"{text_of(one.get('type'))} {quoted(text_of(one.get('value')))}" for one in transition.conditions]
    return f"{' and '.join(held) or 'the transition'} holds"


def _is_shadowed(widget: Widget, transition: Transition) -> bool:
    """Tell whether nothing is left for a transition: all texts that it is for are taken, or the conditions take all."""
    plain = [one for one in conditions_of(widget) if "{{" not in one[2] and "{%" not in one[2]]
    if transition.event == "noMatch":
        found = {(kind, subject) for kind, subject, _ in plain}
        return any((other, subject) in found for kind, subject in found if (other := _OPPOSITE.get(kind)))
    earlier = Widget(widget.name, widget.type, widget.properties, _before(widget, transition))
    own = Widget(widget.name, widget.type, widget.properties, (transition,))
    for kind, subject, value in conditions_of(own):
        texts = [value] if kind == "equal_to" else value.split(",") if kind == "matches_any_of" else []
        taken = [(one, against) for one, about, against in conditions_of(earlier) if about == subject]
        if texts and all(any(holds(one, text, against) for one, against in taken) for text in texts):
            return "{{" not in value
    return False


def _before(widget: Widget, transition: Transition) -> tuple[Transition, ...]:
    number = next(index for index, one in enumerate(widget.transitions) if one is transition)
    return tuple(one for one in widget.transitions[:number] if one.event == "match" and len(one.conditions) == 1)


def _roots(search: Search, flow: Flow, paths: tuple[Path, ...], depth: int) -> frozenset[Path]:
    """Follow variables back to what they come from; a variable that nothing sets is a root too."""
    found: set[Path] = set()
    for path in paths:
        texts = list(search.wishes.texts_behind(flow, path))
        if not texts or depth > len(flow.widgets):
            found.add(path)
        for origin, text in texts if depth <= len(flow.widgets) else ():
            # A counter is set from itself: that adds nothing.
            others = tuple(one for one in paths_of(text) if one != path)
            found |= _roots(search, origin, others, depth + 1)
            found.update({path} if not others else ())
    return frozenset(found)


def _is_open(flow: Flow, path: Path) -> bool:
    """Tell whether somebody outside may decide over a variable."""
    match path:
        case ("widgets", str(name), *_):
            widget = flow.widget(name)
            return widget is not None and widget.type not in {"split-based-on", "set-variables", "trigger"}
        case ("flow", "variables", *_):
            return False
        case _:
            return True


def _unset(flow: Flow, roots: set[Path], texts: list[str]) -> str:
    unset = [".".join(map(str, root)) for root in sorted(roots, key=repr) if _is_never_set(flow, root)]
    if unset:
        return f"nothing sets {' and '.join(unset)}"
    constants = {value for widget in flow.widgets.values() for _, value in pairs_of(widget, "variables")}
    shown = " and ".join(dict.fromkeys(texts)) or "what is tested"
    return f"{shown} is never anything else than what the flow itself sets" if constants else f"nothing sets {shown}"


def _is_never_set(flow: Flow, path: Path) -> bool:
    match path:
        case ("flow", "variables", key, *_):
            return not list(set_to(flow, str(key)))
        case ("widgets", str(name), *_):
            return flow.widget(name) is None
        case _:
            return False
