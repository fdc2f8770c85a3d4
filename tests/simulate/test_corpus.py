"""Real flows, run down every transition. They are data: nothing of them stands here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reconciler.simulate import (
    ENDED,
    Flow,
    IncomingMessage,
    Launch,
    Outcome,
    State,
    Turn,
    advance,
    flow_of,
    from_document,
    place,
    proceed,
    settle,
    shelf,
    take,
    to_document,
)

STUDIO = Path(__file__).parents[2] / ".." / "shared" / "studio"
FILES = sorted(
    file for folder in ("corpus", "corpus-templated", "corpus-revisions/*") for file in STUDIO.glob(f"{folder}/*.json")
)
ANSWERS = 3
"""Events that are given to a run after it was sent down a transition: it should get well past the next widget."""


class Explorer:
    """Sends runs through one flow, down every transition and with every event."""

    def __init__(self, flow: Flow) -> None:
        self.flow, self.library = flow, shelf(flow)
        self.launch = Launch(flow, IncomingMessage("+15550100001", "+15550100002", "1"), at=1_700_000_000.0)
        self.taken: set[tuple[str, int]] = set()

    def explore(self) -> None:
        """Run every widget, and down each of its transitions."""
        for name, widget in self.flow.widgets.items():
            state = place(self.library, self.launch, name)
            for index in range(len(widget.transitions)):
                self.follow(take(self.library, state, index))
            self.events(proceed(self.library, state), name)

    def events(self, turn: Turn, name: str) -> None:
        """Give every event to the widget that waits."""
        self.note(turn)
        waiting = turn.state.waiting
        if waiting is not None and waiting.widget == name:
            for event in waiting.answers:
                self.note(advance(self.library, turn.state, Outcome(event)))

    def follow(self, turn: Turn) -> None:
        """Go on for some widgets, and keep the run in between."""
        self.note(turn)
        for number in range(ANSWERS):
            turn = settle(self.library, Turn(kept(turn.state)))
            self.note(turn)
            if turn.state.waiting is None:
                return
            answers = turn.state.waiting.answers
            turn = advance(self.library, turn.state, Outcome(answers[number % len(answers)], {"Body": "1"}))
            self.note(turn)

    def note(self, turn: Turn) -> None:
        """Look at what came of a turn."""
        for step in turn.steps:
            if step.transition is not None:
                self.taken.add((step.transitioned_from, step.transition))
            assert step.transitioned_to in {*self.flow.widgets, ENDED}
        assert turn.state.ended not in {"DANGLING_TRANSITION", "EXPIRED"}


def kept(state: State) -> State:
    """Write a state and read it back."""
    return from_document(json.loads(json.dumps(to_document(state))))


def is_valid(flow: Flow) -> bool:
    """Tell whether all transitions lead somewhere; Studio refuses other flows."""
    return all(t.next is None or t.next in flow.widgets for w in flow.widgets.values() for t in w.transitions)


@pytest.mark.skipif(not FILES, reason="the corpus of real flows is not here")
@pytest.mark.parametrize("part", range(8))
def test_real_flows_run_down_every_transition(part, record_property):
    """Every valid real flow runs down each of its transitions, and takes every event of its widgets."""
    transitions = 0
    for file in FILES[part::8]:
        flow = flow_of(json.loads(file.read_bytes()))
        if not flow.initial or not is_valid(flow):
            continue
        explorer = Explorer(flow)
        explorer.explore()
        every = {(name, index) for name, widget in flow.widgets.items() for index in range(len(widget.transitions))}
        assert explorer.taken == every, file.name
        transitions += len(every)
    assert transitions > 500
    record_property("counted transitions of real flows that were simulated", transitions)
