"""What must, and what may, have happened before a widget runs: which widgets ran, which variables were set.

A forward analysis over the transitions. On a `match` of a split, whatever the condition asked for is there as well,
and on `noMatch` what a condition asked to be blank.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from reconciler.definition.lint.flow import Flow, Text, Transition, Widget
from reconciler.definition.liquid import Reference, read

Fact: TypeAlias = tuple[str, str]
"""`("widgets", NAME)`: it ran. `("flow.variables", KEY)`: it was set."""

_NEGATIVE: Final = ("not_", "does_not_", "is_blank")
_VARIABLES: Final = ("flow", "variables")


@dataclass(frozen=True, slots=True)
class Read:
    """One reference in one text of a widget.

    Attributes:
        own: whether it is read after the widget itself has run (conditions of its transitions).
        testing: whether it is what a split asks for: there a missing value is an answer too.
    """

    widget: Widget
    text: Text
    reference: Reference
    own: bool
    testing: bool


@dataclass(frozen=True, slots=True)
class History:
    """What happened before each widget that can run.

    Attributes:
        may: on some path.
        must: on every path.
        numbers: the bit of each fact in these.
    """

    may: Mapping[str, int]
    must: Mapping[str, int]
    numbers: Mapping[Fact, int]

    def possible(self, read: Read, fact: Fact) -> bool:
        """Tell whether something can have happened before a value is read."""
        return self._has(self.may, read, fact)

    def certain(self, read: Read, fact: Fact) -> bool:
        """Tell whether something has happened whenever a value is read."""
        return self._has(self.must, read, fact)

    def _has(self, side: Mapping[str, int], read: Read, fact: Fact) -> bool:
        number = self.numbers.get(fact)
        ran = read.own and fact == ("widgets", read.widget.name)
        return ran or (number is not None and bool(side[read.widget.name] >> number & 1))


def reads(flow: Flow) -> Iterator[Read]:
    """Give every reference of every widget that has a name and that is not shadowed by another one."""
    for widget in flow.widgets:
        if flow.by_name.get(widget.name) is not widget:
            continue
        for text in widget.texts():
            if "{" not in text.value:
                continue
            own = text.path[2] == "transitions"
            testing = own or widget.type == "split-based-on"
            for reference in read(text.value).references:
                yield Read(widget, text, reference, own, testing)


def fact_of(reference: Reference) -> Fact | None:
    """Give what must have happened for a reference to have a value; None when that is not a matter of the flow."""
    path = reference.path
    if len(path) > 1 and path[0] == "widgets" and isinstance(path[1], str):
        return "widgets", path[1]
    key = path[2] if path[:2] == _VARIABLES and path[2:] else None
    return ("flow.variables", key) if isinstance(key, str) else None


def set_by(widget: Widget) -> Iterator[str]:
    """Give the variables that a widget sets, as written: a key may hold Liquid."""
    listed = widget.properties.get("variables") if widget.type == "set-variables" else None
    for item in listed if isinstance(listed, list) else ():
        key = item.get("key") if isinstance(item, dict) else None
        if isinstance(key, str):
            # `{{flow.variables.a.b}}` reads a part of the JSON in `a`; a key with a dot sets the same.
            yield key.strip().partition(".")[0]
    saved = widget.text("save_response_as")
    if saved:
        yield saved


def history(flow: Flow) -> History:
    """Work out what happened before each widget."""
    numbers: dict[Fact, int] = {}
    if flow.start is None:
        return History({}, {}, numbers)
    order = _order(flow)
    done = {widget.name: _bits(_facts(widget), numbers) for widget in order}
    edges = {widget.name: list(_edges(flow, widget, numbers)) for widget in order}
    everything = (1 << len(numbers)) - 1
    may, must = dict.fromkeys(done, 0), dict.fromkeys(done, everything)
    must[flow.start.name] = 0
    changed = True
    while changed:
        changed = False
        for widget in order:
            name = widget.name
            for after, told in edges[name]:
                possible = may[after] | may[name] | done[name] | told
                certain = must[after] & (must[name] | done[name] | told)
                if (possible, certain) != (may[after], must[after]):
                    may[after], must[after], changed = possible, certain, True
    return History(may, must, numbers)


def _order(flow: Flow) -> list[Widget]:
    """Give the widgets that can run, those that come earlier first as far as loops allow: the fewest rounds."""
    done: list[Widget] = []
    seen: set[str] = set()
    stack: list[tuple[Widget, Iterator[Widget]]] = []
    if flow.start is not None:
        seen.add(flow.start.name)
        stack.append((flow.start, iter(flow.following(flow.start))))
    while stack:
        widget, following = stack[-1]
        after = next((other for other in following if other.name not in seen), None)
        if after is None:
            done.append(widget)
            stack.pop()
        else:
            seen.add(after.name)
            stack.append((after, iter(flow.following(after))))
    return done[::-1]


def _facts(widget: Widget) -> Iterator[Fact]:
    yield "widgets", widget.name
    yield from (("flow.variables", key) for key in set_by(widget))


def _bits(facts: Iterator[Fact], numbers: dict[Fact, int]) -> int:
    found = 0
    for fact in facts:
        found |= 1 << numbers.setdefault(fact, len(numbers))
    return found


def _edges(flow: Flow, widget: Widget, numbers: dict[Fact, int]) -> Iterator[tuple[str, int]]:
    for transition in widget.transitions:
        if transition.next in flow.by_name:
            told = _told(widget, transition) if widget.type == "split-based-on" else iter(())
            yield str(transition.next), _bits(told, numbers)


def _told(widget: Widget, transition: Transition) -> Iterator[Fact]:
    if transition.event == "match":
        yield from _asked(transition, blank=False)
    else:
        for other in widget.transitions:
            yield from _asked(other, blank=True)


def _asked(transition: Transition, *, blank: bool) -> Iterator[Fact]:
    for condition in transition.conditions:
        if (condition.kind == "is_blank") if blank else not condition.kind.startswith(_NEGATIVE):
            for argument in condition.arguments:
                for reference in read(argument).references:
                    if (fact := fact_of(reference)) is not None:
                        yield fact
