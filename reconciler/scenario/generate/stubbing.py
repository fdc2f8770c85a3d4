"""What a flow is searched on: the project as it is, and with stubs for subflows: unknown ones, and failing ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.scenario.flows import Flows
from reconciler.scenario.generate.texts import objects_for
from reconciler.scenario.generate.wishes import Wishes
from reconciler.scenario.subflows import SUBFLOW, Stubbed, stubbed
from reconciler.scenario.values import BEGINNING, Stub
from reconciler.simulate import Flow, Outcome, Widget


@dataclass(frozen=True, slots=True)
class Stubbing:
    """One way to put stubs in the place of subflows.

    Attributes:
        number: which one; 0 has none.
        stubs: in the place of subflows.
        library: the flows with them.
    """

    number: int
    stubs: tuple[Stub, ...]
    library: Stubbed


def stubbings(flows: Flows, flow: Flow, wishes: Wishes) -> Iterator[Stubbing]:
    """Give the ways to put stubs in the place of subflows, none of them first.

    Args:
        flows: of the project.
        flow: what is to run.
        wishes: of the flow.
    """
    name = flows.name_of(flow.sid)
    for number, stubs in enumerate(_stubs(flow, wishes)):
        yield Stubbing(number, stubs, stubbed(flows, name, flow, stubs))


def _stubs(flow: Flow, wishes: Wishes) -> Iterator[tuple[Stub, ...]]:
    yield ()
    callers = [widget for widget in flow.widgets.values() if widget.type == SUBFLOW]
    unknown = [widget for widget in callers if wishes.called(widget) is None]
    usual = tuple(next(_completed(flow, widget, wishes)) for widget in unknown)
    if usual:
        yield usual
    for widget in unknown:
        others = tuple(stub for stub in usual if stub.widget != widget.name)
        for stub in list(_completed(flow, widget, wishes))[1:]:
            yield (stub, *others)
    for widget in callers:
        if widget not in unknown and any(one.event == "failed" and one.next for one in widget.transitions):
            yield (Stub((Outcome("failed"),), widget=widget.name), *usual)


def _completed(flow: Flow, widget: Widget, wishes: Wishes) -> Iterator[Stub]:
    for data in objects_for(wishes.of(flow.sid, "widgets", widget.name), {}, BEGINNING):
        yield Stub((Outcome("completed", data),), widget=widget.name)
