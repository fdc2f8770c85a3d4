"""The search: goes on from every place that a run can come to, the least known first, until all transitions are passed.

Bounded in runs and in the length of each, and without chance: the same flow gives the same findings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from typing import Final

from reconciler.errors import SimulationError
from reconciler.scenario.flows import Flows
from reconciler.scenario.generate.launches import launches_of
from reconciler.scenario.generate.live import Live, live_of
from reconciler.scenario.generate.menu import events_at
from reconciler.scenario.generate.stubbing import Stubbing, stubbings
from reconciler.scenario.generate.wishes import Wishes, wishes_of
from reconciler.simulate import Event, Flow, Launch, State, Step, Turn, advance, place, start

MOST_MOVES: Final = 6_000
"""Events that are given in all while a flow is searched."""

_LONGEST: Final = 900
"""Steps of a run that is gone on with."""

_MOST_VISITS: Final = 40
"""Places of different values at one widget that are gone on with before others are looked at."""


@dataclass(frozen=True, slots=True)
class Node:
    """A place that a run came to.

    Attributes:
        stage: what it runs on.
        launch: how it began.
        parent: the place before; None at the beginning.
        event: what happened there; None at the beginning.
        state: where it stands now.
        passed: the transitions of the flow that were taken, one bit each.
        depth: how many events there were.
    """

    stage: Stubbing
    launch: Launch
    parent: Node | None
    event: Event | None
    state: State = field(repr=False)
    passed: int
    depth: int

    def events(self) -> tuple[Event, ...]:
        """Give all events from the beginning on."""
        found: list[Event] = []
        node: Node | None = self
        while node is not None:
            found.extend(() if node.event is None else (node.event,))
            node = node.parent
        return tuple(reversed(found))


@dataclass(slots=True)
class Search:
    """One search.

    Attributes:
        flows: the flow and its subflows.
        flow: whose transitions are to be passed.
        wanted: those transitions, as `(widget, index)`.
        nodes: every place that was come to and that is new.
        passed: all transitions that were passed, one bit each.
        reached: the widgets that ran.
        moves: how many events were given.
    """

    flows: Flows
    flow: Flow
    wanted: tuple[tuple[str, int], ...]
    wishes: Wishes
    live: Live
    nodes: list[Node] = field(default_factory=list)
    passed: int = 0
    reached: set[str] = field(default_factory=set)
    moves: int = 0
    _bits: dict[tuple[str, int], int] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)
    _visits: Counter[tuple[str, ...]] = field(default_factory=Counter)
    _open: list[tuple[int, int, int, Node]] = field(default_factory=list)

    @classmethod
    def of(cls, flows: Flows, flow: Flow, wanted: Iterable[tuple[str, int]]) -> Search:
        """Prepare a search; nothing is run yet."""
        wishes = wishes_of(flows, flow)
        listed = tuple(wanted)
        found = cls(flows, flow, listed, wishes, live_of(wishes))
        found._bits = {one: 1 << index for index, one in enumerate(listed)}
        return found

    @property
    def complete(self) -> bool:
        """Whether every wanted transition was passed."""
        return self.passed == (1 << len(self.wanted)) - 1

    @property
    def exhausted(self) -> bool:
        """Whether there is nowhere left to go; else the search stopped at a limit."""
        return not self._open

    def run(self) -> None:
        """Search until all is passed, nothing is left, or the limit is reached."""
        launches = launches_of(self.wishes, self.flow)
        for stage in stubbings(self.flows, self.flow, self.wishes):
            for launch in launches:
                begun = replace(launch, flow=stage.library.tested)
                first = Node(stage, launch, None, None, place(stage.library, begun), 0, -1)
                self._note(first, None, start(stage.library, begun))
        while self._open and not self.complete and self.moves < MOST_MOVES:
            self.expand(heappop(self._open)[-1])

    def expand(self, node: Node) -> None:
        """Try everything that may happen at a place."""
        for event in events_at(self.wishes, node.state):
            self.moves += 1
            turn = _advanced(node, event)
            if turn is not None:
                self._note(node, event, turn)

    def ways_on(self, node: Node) -> Iterator[Node]:
        """Give what may follow a place, whether it is known or not."""
        return (way for event in events_at(self.wishes, node.state) if (way := self.way(node, event)) is not None)

    def way(self, node: Node, event: Event) -> Node | None:
        """Give what follows a place when something happens; None where it cannot."""
        turn = _advanced(node, event)
        return None if turn is None else self._node(node, event, turn)

    def _node(self, parent: Node, event: Event | None, turn: Turn) -> Node:
        passed = parent.passed | self._taken(turn.steps)
        above = None if event is None else parent
        return Node(parent.stage, parent.launch, above, event, turn.state, passed, parent.depth + 1)

    def _note(self, parent: Node, event: Event | None, turn: Turn) -> None:
        node = self._node(parent, event, turn)
        self.reached.update(step.transitioned_from for step in turn.steps if step.flow == self.flow.sid)
        if node.state.waiting is not None and node.state.frames[-1].flow == self.flow.sid:
            self.reached.add(node.state.frames[-1].widget)
        new = node.passed & ~self.passed
        self.passed |= node.passed
        if node.state.waiting is None:
            self.nodes.append(node)
            return
        key = f"{node.stage.number} {self.live.key(node.state)}"
        if (key in self._seen and not new) or node.state.steps > _LONGEST:
            if new:
                self.nodes.append(node)
            return
        self._seen.add(key)
        self.nodes.append(node)
        self._push(node)

    def _push(self, node: Node) -> None:
        where = tuple(frame.widget for frame in node.state.frames)
        self._visits[where] += 1
        visits = min(self._visits[where], _MOST_VISITS)
        heappush(self._open, (visits, node.state.steps, len(self.nodes), node))

    def _taken(self, steps: Iterable[Step]) -> int:
        found = 0
        for step in steps:
            if step.flow == self.flow.sid and step.transition is not None:
                found |= self._bits.get((step.transitioned_from, step.transition), 0)
        return found


def _advanced(node: Node, event: Event) -> Turn | None:
    try:
        return advance(node.stage.library, node.state, event)
    except SimulationError:
        return None  # what this widget cannot take
