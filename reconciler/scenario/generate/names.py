"""Names that tell proposed scenarios apart: by how a run begins, where it leads, and what happens on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.scenario.result import Result
from reconciler.simulate import (
    Answered,
    Event,
    Flow,
    HungUp,
    IncomingCall,
    IncomingConversationMessage,
    IncomingMessage,
    IncomingParent,
    IncomingRequest,
    Outcome,
    Pressed,
    Replied,
    Spoke,
    TimedOut,
    Trigger,
)

_LONGEST: Final = 63
_SHOWN: Final = 8
"""Widgets of a path that a description names at each end."""

_OTHER: Final = re.compile(r"[^a-z0-9]+")
_WORDS: Final = {
    IncomingMessage: "message",
    IncomingConversationMessage: "conversation",
    IncomingCall: "call",
    IncomingRequest: "request",
    IncomingParent: "subflow",
}
_QUIET: Final = frozenset({"trigger", "split-based-on", "set-variables"})

_FIRST_FAILURE: Final = 400


@dataclass(frozen=True, slots=True)
class Naming:
    """Gives names to scenarios, each another.

    Attributes:
        taken: names that others have; new ones are added.
        secrets: texts that no name may tell.
    """

    taken: set[str]
    secrets: frozenset[str] = frozenset()

    def name_of(self, flow: Flow, result: Result, events: Sequence[Event]) -> str:
        """Name a scenario by the first of its marks that no other has.

        Args:
            flow: the flow that runs.
            result: what came of the run.
            events: what happened in it.
        """
        name = next(name for name in _names(flow, result, self._marks(events)) if name not in self.taken)
        self.taken.add(name)
        return name

    def _marks(self, events: Sequence[Event]) -> list[str]:
        told = (event for event in events if not any(secret in repr(event) for secret in self.secrets))
        return [mark for mark in map(_mark, told) if mark]


def described(result: Result) -> str:
    """Say by way of which widgets of the flow a run goes."""
    own = [name for name in result.path if "/" not in name]
    path = [name for before, name in zip([None, *own], own, strict=False) if name != before]
    if len(path) > 2 * _SHOWN:
        path = [*path[:_SHOWN], "…", *path[-_SHOWN:]]
    return " → ".join(path)


def slug(text: str) -> str:
    """Write a text as a part of a name."""
    return _OTHER.sub("-", text.lower()).strip("-")


def _last(flow: Flow, path: Sequence[str]) -> str:
    """Give the last widget of a run that does something to be seen."""
    known = [(name, flow.widget(name)) for name in reversed(path)]
    told = (name for name, widget in known if widget is None or widget.type not in _QUIET)
    return next(told, path[-1] if path else "nothing")


def _names(flow: Flow, result: Result, marks: list[str]) -> Iterator[str]:
    name = result.scenario.flow
    last = slug(_last(flow, result.path))
    yield _joined(name, last)
    if marks:
        yield _joined(name, last, marks[-1])
    yield _joined(name, _kind(result.scenario.trigger), last)
    if marks:
        yield _joined(name, _kind(result.scenario.trigger), last, marks[-1])
        yield _joined(name, *marks[:3], last)
    number = 2
    while True:
        yield f"{_joined(name, last)[: _LONGEST - 4].rstrip('-')}-{number}"
        number += 1


def _kind(trigger: Trigger) -> str:
    return _WORDS[type(trigger)]


def _joined(flow: str, *parts: str) -> str:
    return "-".join([flow, *(part for part in parts if part)])[:_LONGEST].strip("-")


def _mark(event: Event) -> str:
    """Give a short word for what happened; nothing for what usually happens."""
    match event:
        case Replied(body) | Spoke(body):
            return slug(body)[:20].strip("-")
        case Pressed(digits):
            return slug(digits)
        case HungUp():
            return "hangs-up"
        case TimedOut():
            return "timeout"
        case Answered(status):
            return "failed" if status >= _FIRST_FAILURE else ""
        case Outcome(event=name):
            return "" if name in {"sent", "audioComplete"} else slug(re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name))
