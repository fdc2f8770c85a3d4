"""How much of the flows a set of runs went through: widgets, transitions and conditions, as numbers and by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from reconciler.definition.families import exit_label
from reconciler.scenario.flows import Flows
from reconciler.scenario.result import Decided, Passed, Visit
from reconciler.simulate import Flow, Widget


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    covered: int = 0
    total: int = 0

    @property
    def percent(self) -> float:
        """The share in percent; of nothing, all."""
        return 100.0 * self.covered / self.total if self.total else 100.0

    def __add__(self, other: Share) -> Share:
        """Give both together."""
        return Share(self.covered + other.covered, self.total + other.total)


@dataclass(frozen=True, slots=True)
class Way:
    """A transition that leads to a widget.

    Attributes:
        widget, transition: which one, counted from 0 among all of the widget.
        label: what it is called in its widget, as graphs and differences call it.
        target: where it leads.
        taken: whether a run took it.
    """

    widget: str
    transition: int
    label: str
    target: str
    taken: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of a split: covered when it has held in some run and not held in some.

    Attributes:
        widget, transition, condition: which one; the last two are counted from 0.
        label: of its transition.
        held, failed: whether it has held, and not held.
    """

    widget: str
    transition: int
    condition: int
    label: str
    held: bool
    failed: bool


@dataclass(frozen=True, slots=True)
class FlowCoverage:
    """The coverage of one flow.

    Attributes:
        flow: its name.
        widgets: by name in the order of the definition, whether it ran.
        ways: its transitions that lead to a widget.
        conditions: the conditions of its splits.
    """

    flow: str
    widgets: tuple[tuple[str, bool], ...]
    ways: tuple[Way, ...]
    conditions: tuple[Condition, ...]

    @property
    def widget_share(self) -> Share:
        """How many widgets ran."""
        return Share(sum(ran for _, ran in self.widgets), len(self.widgets))

    @property
    def transition_share(self) -> Share:
        """How many transitions were taken."""
        return Share(sum(way.taken for way in self.ways), len(self.ways))

    @property
    def condition_share(self) -> Share:
        """How many outcomes of conditions were seen: each has two."""
        return Share(sum(one.held + one.failed for one in self.conditions), 2 * len(self.conditions))


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage of several flows, by name."""

    flows: tuple[FlowCoverage, ...] = field(default=())

    @property
    def widgets(self) -> Share:
        """How many widgets ran."""
        return sum((one.widget_share for one in self.flows), Share())

    @property
    def transitions(self) -> Share:
        """How many transitions were taken."""
        return sum((one.transition_share for one in self.flows), Share())

    @property
    def conditions(self) -> Share:
        """How many outcomes of conditions were seen."""
        return sum((one.condition_share for one in self.flows), Share())


def coverage(passed: Passed, flows: Flows, names: Iterable[str]) -> Coverage:
    """Count what runs went through.

    A transition that leads nowhere is the end of a flow and no way to cover: it is not counted.

    Args:
        passed: what they went through, all together.
        flows: the flows of the project.
        names: of those that are counted; a name that no flow has is left out.
    """
    found = ((name, flows.named(name)) for name in sorted(set(names)))
    return Coverage(tuple(_flow(name, flow, passed) for name, flow in found if flow is not None))


def ways(flow: Flow) -> Iterator[tuple[Widget, int]]:
    """Give the transitions of a flow that coverage counts, by widget and number."""
    for widget in flow.widgets.values():
        for number, transition in enumerate(widget.transitions):
            if transition.next is not None:
                yield widget, number


def _flow(name: str, flow: Flow, passed: Passed) -> FlowCoverage:
    return FlowCoverage(
        name,
        tuple((widget, (name, widget) in passed.widgets) for widget in flow.widgets),
        tuple(_way(name, widget, number, passed) for widget, number in ways(flow)),
        tuple(_conditions(name, flow, passed)),
    )


def _way(name: str, widget: Widget, number: int, passed: Passed) -> Way:
    taken = Visit(name, widget.name, number) in passed.transitions
    return Way(widget.name, number, labels(widget)[number], widget.transitions[number].next or "", taken)


def labels(widget: Widget) -> list[str]:
    """Give what the transitions of a widget are called, each with a name of its own."""
    found: list[str] = []
    taken: Counter[str] = Counter()
    for transition in widget.transitions:
        label = exit_label(transition.event, [*transition.conditions])
        taken[label] += 1
        found.append(label if taken[label] == 1 else f"{label} [{taken[label] - 1}]")
    return found


def _conditions(name: str, flow: Flow, passed: Passed) -> Iterator[Condition]:
    for widget in flow.widgets.values():
        if widget.type != "split-based-on":
            continue
        named = labels(widget)
        for number, transition in enumerate(widget.transitions):
            for index in range(len(transition.conditions)):
                held, failed = (
                    Decided(name, widget.name, number, index, outcome) in passed.conditions for outcome in (True, False)
                )
                yield Condition(widget.name, number, index, named[number], held, failed)
