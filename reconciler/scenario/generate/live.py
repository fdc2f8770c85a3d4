"""Which variables still matter where a run stands: those that a split asks for before they are set again.

Two runs at the same widget with the same live values go on alike; the search follows only one of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from reconciler.model.jsontypes import Json
from reconciler.scenario.generate.wishes import Path, Wishes, conditions_of, pairs_of, paths_of, value_at
from reconciler.simulate import Flow, State, Widget

_ROUNDS: Final = 200
_KEPT: Final = "parsed"
"""What a widget that runs again does not replace."""


@dataclass(frozen=True, slots=True)
class Live:
    """The live variables before each widget, by SID of the flow."""

    before: dict[str, dict[str, frozenset[Path]]]

    def key(self, state: State) -> str:
        """Tell where a run stands and what matters of it, as a text that is equal for runs that go on alike."""
        found: list[Json] = []
        for frame in state.frames:
            paths = self.before.get(frame.flow, {}).get(frame.widget, frozenset())
            values = [value_at(frame.context, path) for path in sorted(paths, key=repr)]
            found.append([frame.flow, frame.widget, values])
        return json.dumps([found, state.hung_up], sort_keys=True, default=str)


def live_of(wishes: Wishes) -> Live:
    """Find the live variables of a flow and its subflows."""
    main, *subflows = wishes.flows
    found = {flow.sid: _of(flow, _given_back(wishes, flow)) for flow in subflows}
    return Live({main.sid: _of(main, frozenset()), **found})


def _given_back(wishes: Wishes, flow: Flow) -> frozenset[Path]:
    """Give the variables of a subflow that its parent may ask for."""
    return frozenset(path for path in wishes.paths(flow.sid) if path[:2] == ("flow", "variables"))


def _of(flow: Flow, at_end: frozenset[Path]) -> dict[str, frozenset[Path]]:
    before: dict[str, frozenset[Path]] = dict.fromkeys(flow.widgets, frozenset())
    for _ in range(_ROUNDS):
        changed = False
        for widget in reversed(flow.widgets.values()):
            after = frozenset().union(*(before.get(t.next or "", at_end) for t in widget.transitions))
            found = _before(widget, after)
            changed = changed or found != before[widget.name]
            before[widget.name] = found
        if not changed:
            break
    return before


def _before(widget: Widget, after: frozenset[Path]) -> frozenset[Path]:
    match widget.type:
        case "split-based-on":
            texts = (text for _, subject, value in conditions_of(widget) for text in (subject, value))
            return after | {path for text in texts for path in paths_of(text)}
        case "set-variables":
            pairs = dict(pairs_of(widget, "variables"))
            gone = {str((key,)) for key in pairs}
            asked = {str(path[2]) for path in after if path[:2] == ("flow", "variables") and path[2:]} & set(pairs)
            kept = {path for path in after if path[:2] != ("flow", "variables") or str(path[2:3]) not in gone}
            return frozenset(kept | {path for key in asked for path in paths_of(pairs[key])})
        case "run-subflow":
            passed = {path for _, text in pairs_of(widget, "parameters") for path in paths_of(text)}
            return _unset(widget, after) | passed
        case _:
            return _unset(widget, after)


def _unset(widget: Widget, after: frozenset[Path]) -> frozenset[Path]:
    own = ("widgets", widget.name)
    return frozenset(path for path in after if path[:2] != own or path[2:3] == (_KEPT,))
