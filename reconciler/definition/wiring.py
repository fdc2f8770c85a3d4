"""The transitions of one widget on both sides: where they lead, and under which conditions.

A transition is known by its event; a `match` by what its condition means (type, arguments, value). The friendly name of
a condition is a label and names nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard

from reconciler.definition.canonical import canonical_bytes, same
from reconciler.definition.difference import TransitionChanged
from reconciler.definition.places import TRANSITIONS, Where, condition_text, is_match, transition_key
from reconciler.definition.renames import Renames, rewritten
from reconciler.definition.values import Changed, changed_members
from reconciler.model.jsontypes import Json, JsonObject

_IDENTITY: Final = ("event", "next")


@dataclass(frozen=True, slots=True)
class Transition:
    """One transition: `label` names it for people, `path` in paths, `key` says which one it is, on its own side."""

    label: str
    path: str
    key: str
    next: str | None
    rest: JsonObject


Pair = tuple[str, Transition | None, Transition | None]
"""The label to show, and the transition on both sides."""


def changed_transitions(
    where: Where, before: Json, after: Json, renames: Renames
) -> Iterator[TransitionChanged | Changed]:
    """Give the transitions that lead elsewhere or come and go, and what else changed about them.

    Args:
        where: the widget, under its name on either side.
        before: the `transitions` of one side, in normal form.
        after: the `transitions` of the other side, in normal form.
        renames: widgets whose new name is no difference.
    """
    if same(before, after):
        return
    below = where.member(TRANSITIONS)
    mine, theirs = read(before, renames), read(after, Renames({}))
    if mine is None or theirs is None:
        if not renames.same(before, after):
            yield below, before, after
        return
    pairs = paired(mine, theirs, renames)
    for label, one, other in pairs:
        place = _where(below, one, other)
        was, at = (place.was if one else ()), (place.at if other else ())
        before_next, after_next = (one.next if one else None), (other.next if other else None)
        if one is None or other is None or not renames.same_name(before_next, after_next):
            yield TransitionChanged(str(where.at[-1]), label, before_next, after_next, was=was, at=at)
        if one is not None and other is not None:
            yield from changed_members(place, one.rest, other.rest, renames.same)
    yield from _reordered(below, pairs, theirs)


def _where(below: Where, *sides: Transition | None) -> Where:
    there = [transition for transition in sides if transition is not None]
    return Where(there[-1].path, (*below.was, there[0].key), (*below.at, there[-1].key))


def _reordered(below: Where, pairs: Sequence[Pair], theirs: Sequence[Transition]) -> Iterator[Changed]:
    """Report `match` transitions that both sides have, in another order: the first that holds wins."""
    both = [(one, other) for _, one, other in pairs if one and other and is_match(one.key)]
    place = {transition.key: index for index, transition in enumerate(theirs)}
    sorted_pairs = sorted(both, key=lambda pair: place[pair[1].key])
    if sorted_pairs != both:
        before: list[Json] = [one.label for one, _ in both]
        after: list[Json] = [other.label for _, other in sorted_pairs]
        yield below.order()._replace(path="transitions.match"), before, after


def paired(mine: Sequence[Transition], theirs: Sequence[Transition], renames: Renames) -> list[Pair]:
    """Match by key; then `match` transitions that lead to the same widget: there the condition was edited."""
    by_key = {transition.key: transition for transition in theirs}
    known = {transition.key for transition in mine}
    new = [transition for transition in theirs if transition.key not in known]
    pairs: list[Pair] = []
    for transition in mine:
        other = by_key.get(transition.key) or _edited(transition, new, renames)
        if other in new:
            new.remove(other)
        pairs.append(((other or transition).label, transition, other))
    return [*pairs, *((transition.label, None, transition) for transition in new)]


def _edited(transition: Transition, new: Sequence[Transition], renames: Renames) -> Transition | None:
    if not is_match(transition.key):
        return None
    fitting = (o for o in new if is_match(o.key) and renames.same_name(transition.next, o.next))
    return next(fitting, None)


def read(transitions: Json, renames: Renames) -> list[Transition] | None:
    """Give the transitions of a list in normal form; None when one has no event or leads to what is no name."""
    if not isinstance(transitions, list):
        return None
    result: list[Transition] = []
    seen: dict[tuple[str, bytes], int] = {}
    matches = 0
    for transition in transitions:
        if not _is_well_formed(transition):
            return None
        event, conditions = str(transition["event"]), transition.get("conditions")
        asks = event == "match"
        identity = (event, _meaning(conditions, renames) if asks else b"")
        ordinal = seen.get(identity, 0)
        seen[identity] = ordinal + 1
        label, path = _names(event, conditions, matches if asks else ordinal)
        matches += asks
        rest = {key: value for key, value in transition.items() if key not in _IDENTITY}
        target = transition.get("next")
        result.append(
            Transition(label, path, transition_key(*identity, ordinal), str(target) if target else None, rest)
        )
    return result


def _is_well_formed(transition: Json) -> TypeGuard[JsonObject]:
    if not isinstance(transition, dict) or not isinstance(transition.get("event"), str):
        return False
    return "next" not in transition or isinstance(transition["next"], str)


def _names(event: str, conditions: Json, ordinal: int) -> tuple[str, str]:
    if event == "match":
        return f"match {condition_text(conditions)}".rstrip(), f"transitions.match[{ordinal}]"
    numbered = f"{event}[{ordinal}]" if ordinal else event
    return numbered, f"transitions.{numbered}"


def _meaning(conditions: Json, renames: Renames) -> bytes:
    value = rewritten(conditions, renames.names) if renames.names else conditions
    if isinstance(value, list):
        value = [
            {key: item for key, item in c.items() if key != "friendly_name"} if isinstance(c, dict) else c
            for c in value
        ]
    return canonical_bytes(value)
