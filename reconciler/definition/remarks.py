"""What a check has to say, before it is known where in which file it stands."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.definition.locate import Path
from reconciler.model.finding import Severity
from reconciler.model.jsontypes import Json


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding without its place.

    Attributes:
        path: where the value stands in the definition.
        at_key: whether the key is to be shown, not the value.
        widget, property, hint: as in `Finding`.
    """

    rule: str
    severity: Severity
    message: str
    path: Path
    widget: str | None = None
    property: str | None = None
    hint: str | None = None
    at_key: bool = False


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Give the known word that is spelt most like another one, None when none is near."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return found[0] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Give the hint that names the nearest known word."""
    found = nearest(word, known)
    return f"Did you mean {found!r}?" if found else None


def name_of(state: Json) -> str | None:
    """Give a widget's name, None when it has none."""
    name = state.get("name") if isinstance(state, dict) else None
    return name if isinstance(name, str) else None


def dotted(state: Json, path: Path) -> str | None:
    """Write a path inside a widget as people read it: `properties.url`, `transitions.failed`."""
    if len(path) > 1 and path[0] == "transitions" and isinstance(state, dict):
        transitions, index = state.get("transitions"), path[1]
        transition = transitions[index] if isinstance(transitions, list) and isinstance(index, int) else None
        event = transition.get("event") if isinstance(transition, dict) else None
        if isinstance(event, str):
            path = ("transitions", event, *path[2:])
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or None
