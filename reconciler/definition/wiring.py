"""The transitions of one widget on both sides: where they lead, and under which conditions.

A transition is known by its event; a `match` by what its condition means (type, arguments, value). The friendly name of
a condition is a label and names nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard

from reconciler.definition.canonical import canonical_bytes
from reconciler.definition.difference import TransitionChanged
from reconciler.definition.renames import Renames, rewritten
from reconciler.definition.values import Changed, changed_members
from reconciler.model.jsontypes import Json, JsonObject

_IDENTITY: Final = ("event", "next")


@dataclass(frozen=True, slots=True)
class _Transition:
    """One transition: `label` names it for people, `path` in paths, `key` says which one it is."""

    label: str
    path: str
    key: tuple[str, bytes, int]
    next: str | None
    rest: JsonObject


Pair = tuple[str, _Transition | None, _Transition | None]
"""The label to show, and the transition on both sides."""


def changed_transitions(
    widget: str, before: Json, after: Json, renames: Renames
) -> Iterator[TransitionChanged | Changed]:
    """Give the transitions that lead elsewhere or come and go, and what else changed about them.

    Args:
        widget: the name to report.
        before: the `transitions` of one side, in normal form.
        after: the `transitions` of the other side, in normal form.
        renames: widgets whose new name is no difference.
    """
    mine, theirs = _read(before, renames), _read(after, Renames({}))
    if mine is None or theirs is None:
        if not renames.same(before, after):
            yield "transitions", before, after
        return
    pairs = _paired(mine, theirs, renames)
    for label, one, other in pairs:
        before_next, after_next = (one.next if one else None), (other.next if other else None)
        if one is None or other is None or not renames.same_name(before_next, after_next):
            yield TransitionChanged(widget, label, before_next, after_next)
        if one is not None and other is not None:
            yield from changed_members(other.path, one.rest, other.rest, renames.same)
    yield from _reordered(pairs, theirs)


def _reordered(pairs: Sequence[Pair], theirs: Sequence[_Transition]) -> Iterator[Changed]:
    """Report `match` transitions that both sides have, in another order: the first that holds wins."""
    both = [(one, other) for _, one, other in pairs if one and other and one.key[0] == "match"]
    place = {transition.key: index for index, transition in enumerate(theirs)}
    sorted_pairs = sorted(both, key=lambda pair: place[pair[1].key])
    if sorted_pairs != both:
        before: list[Json] = [one.label for one, _ in both]
        after: list[Json] = [other.label for _, other in sorted_pairs]
        yield "transitions.match", before, after


def _paired(mine: Sequence[_Transition], theirs: Sequence[_Transition], renames: Renames) -> list[Pair]:
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


def _edited(transition: _Transition, new: Sequence[_Transition], renames: Renames) -> _Transition | None:
    if transition.key[0] != "match":
        return None
    fitting = (o for o in new if o.key[0] == "match" and renames.same_name(transition.next, o.next))
    return next(fitting, None)


def _read(transitions: Json, renames: Renames) -> list[_Transition] | None:
    """Give the transitions of a list in normal form; None when one has no event or leads to what is no name."""
    if not isinstance(transitions, list):
        return None
    result: list[_Transition] = []
    seen: Counter[tuple[str, bytes]] = Counter()
    matches = 0
    for transition in transitions:
        if not _is_well_formed(transition):
            return None
        event, conditions = str(transition["event"]), transition.get("conditions")
        is_match = event == "match"
        identity = (event, _meaning(conditions, renames) if is_match else b"")
        ordinal = seen[identity]
        seen[identity] += 1
        label, path = _names(event, conditions, matches if is_match else ordinal)
        matches += is_match
        rest = {key: value for key, value in transition.items() if key not in _IDENTITY}
        target = transition.get("next")
        result.append(_Transition(label, path, (*identity, ordinal), str(target) if target else None, rest))
    return result


def _is_well_formed(transition: Json) -> TypeGuard[JsonObject]:
    if not isinstance(transition, dict) or not isinstance(transition.get("event"), str):
        return False
    return "next" not in transition or isinstance(transition["next"], str)


def _names(event: str, conditions: Json, ordinal: int) -> tuple[str, str]:
    if event == "match":
        return f"match {_condition_text(conditions)}".rstrip(), f"transitions.match[{ordinal}]"
    numbered = f"{event}[{ordinal}]" if ordinal else event
    return numbered, f"transitions.{numbered}"


def _condition_text(conditions: Json) -> str:
    parts = [c for c in conditions if isinstance(c, dict)] if isinstance(conditions, list) else []
    return " and ".join(f'{c.get("type")} "{c.get("value")}"' for c in parts)


def _meaning(conditions: Json, renames: Renames) -> bytes:
    value = rewritten(conditions, renames.names) if renames.names else conditions
    if isinstance(value, list):
        value = [
            {key: item for key, item in c.items() if key != "friendly_name"} if isinstance(c, dict) else c
            for c in value
        ]
    return canonical_bytes(value)
