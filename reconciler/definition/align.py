"""Three sides of a definition under common names: what one side renamed has its new name on all of them.

A person who renames a widget in the Console has not removed it and added another: what the manifest changes about the
widget of the old name is meant for the one of the new name. Knows names and transitions; must not know what a change
means.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from reconciler.definition.canonical import leading_somewhere
from reconciler.definition.compare import renames_between, widgets_of
from reconciler.definition.places import STATES, TRANSITIONS
from reconciler.definition.renames import Renames, renamed
from reconciler.definition.wiring import Transition, paired, read
from reconciler.model.definition import Definition
from reconciler.model.jsontypes import Json, JsonObject

Side: TypeAlias = Literal["base", "live", "desired"]


@dataclass(frozen=True, slots=True)
class Aligned:
    """Three sides under common names, transitions that lead nowhere without `next`.

    Attributes:
        names: for each side, common names by the side's own; those that are the same are left out.
        renamed: for live and desired, the common names of the widgets that this side renamed.
        disputed: common names of widgets that live and desired renamed differently; desired's name is the common one.
    """

    base: JsonObject
    live: JsonObject
    desired: JsonObject
    names: Mapping[Side, Mapping[str, str]]
    renamed: Mapping[Side, frozenset[str]]
    disputed: tuple[str, ...]


def align(base: Definition, live: Definition, desired: Definition) -> Aligned | None:
    """Bring three sides under common names; None when a side's widgets have no names of their own."""
    before, theirs, ours = (_plain(side.data()) for side in (base, live, desired))
    if before is None or theirs is None or ours is None:
        return None
    away, wanted = renames_between(before, theirs).names, renames_between(before, ours).names
    names = _common(away, wanted)
    apart = (
        _tells_apart(before, names["base"]),
        _tells_apart(theirs, names["live"]),
        _tells_apart(ours, names["desired"]),
    )
    if not all(apart):
        away, wanted, names = {}, {}, _common({}, {})
    return Aligned(
        renamed(before, names["base"]),
        renamed(theirs, names["live"]),
        renamed(ours, names["desired"]),
        names,
        {
            "live": frozenset(names["base"][old] for old in away),
            "desired": frozenset(names["base"][old] for old in wanted),
        },
        tuple(sorted(wanted[old] for old in away.keys() & wanted.keys() if away[old] != wanted[old])),
    )


def aligned_transitions(base: Json, side: Json) -> dict[str, Transition] | None:
    """Give one side's transitions by the keys that base has for them; what base does not have, by its own key.

    None when one of them is no list of transitions.
    """
    before, after = read(base, Renames({})), read(side, Renames({}))
    if before is None or after is None:
        return None
    own = {other.key: one.key for _, one, other in paired(before, after, Renames({})) if one and other}
    return {own.get(transition.key, transition.key): transition for transition in after}


def _common(live: Mapping[str, str], desired: Mapping[str, str]) -> dict[Side, dict[str, str]]:
    common = {**live, **desired}
    return {
        "base": common,
        "live": {live.get(old, old): new for old, new in common.items() if live.get(old, old) != new},
        "desired": {old: new for old, new in common.items() if old not in desired},
    }


def _tells_apart(data: JsonObject, names: Mapping[str, str]) -> bool:
    own: Iterable[str] = widgets_of(data) or ()
    common = [names.get(name, name) for name in own]
    return len(common) == len(set(common))


def _plain(data: JsonObject) -> JsonObject | None:
    states = data.get(STATES)
    if widgets_of(data) is None or not isinstance(states, list):
        return None
    return {**data, STATES: [_plain_state(state) for state in states]}


def _plain_state(state: Json) -> Json:
    transitions = state.get(TRANSITIONS) if isinstance(state, dict) else None
    if not isinstance(state, dict) or not isinstance(transitions, list):
        return state
    return {**state, TRANSITIONS: [leading_somewhere(t) if isinstance(t, dict) else t for t in transitions]}
