"""How a split came to its decision: which of its conditions were asked for, and which of them held."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.simulate.flow import Flow
from reconciler.simulate.scene import Scene
from reconciler.simulate.state import Step
from reconciler.simulate.widgets.logic import condition_holds


@dataclass(frozen=True, slots=True)
class Decision:
    """One condition that was asked for.

    Attributes:
        transition, condition: which one, both counted from 0.
        held: whether it held.
    """

    transition: int
    condition: int
    held: bool


def decisions(flow: Flow, step: Step) -> tuple[Decision, ...]:
    """Give the conditions that were asked for before a step was taken, in order; none when it is not out of a split.

    Args:
        flow: the flow that the step belongs to.
        step: the step.
    """
    widget = flow.widget(step.transitioned_from)
    if widget is None or widget.type != "split-based-on":
        return ()
    return tuple(_decisions(Scene(widget, step.context, step.sid, step.number, step.at)))


def _decisions(scene: Scene) -> Iterator[Decision]:
    for number, transition in enumerate(scene.widget.transitions):
        if transition.event != "match" or not transition.conditions:
            continue
        held = True
        for index, condition in enumerate(transition.conditions):
            held = condition_holds(scene, condition)
            yield Decision(number, index, held)
            if not held:
                break
        if held:
            return
