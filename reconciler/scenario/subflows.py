"""Stubs in the place of subflows: what a `run-subflow` widget comes to without the flow that it calls.

The simulator waits nowhere in a subflow, so the stub is a flow of its own that sets what the subflow would set, or no
flow at all where it fails.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from reconciler.model.jsontypes import Json, JsonObject
from reconciler.scenario.flows import Flows
from reconciler.scenario.seen import is_widget
from reconciler.scenario.values import Stub
from reconciler.simulate import Flow, Outcome, Widget, flow_of
from reconciler.simulate.triggers import IncomingParent

SUBFLOW: Final = "run-subflow"
"""The type of widget that calls another flow."""


@dataclass(frozen=True, slots=True)
class Stubbed:
    """A library in which some subflows are stubs. A `reconciler.simulate.Library`.

    Attributes:
        flows: the flows of the project.
        tested: the flow that is run, its stubbed widgets calling stubs.
        instead: by invented SID the stub; None for one that fails.
        names: by invented SID, the name of the flow that it stands for.
    """

    flows: Flows
    tested: Flow
    instead: Mapping[str, Flow | None] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def find(self, sid: str, revision: str) -> Flow | None:
        """Give a flow, or the stub that stands in its place."""
        if sid == self.tested.sid:
            return self.tested
        return self.instead[sid] if sid in self.instead else self.flows.find(sid, revision)

    def name_of(self, sid: str) -> str:
        """Give the name of the flow with a SID, also of one that a stub stands for."""
        return self.names.get(sid) or self.flows.name_of(sid)


def stubbed(flows: Flows, name: str, flow: Flow, stubs: tuple[Stub, ...]) -> Stubbed:
    """Put stubs in the place of the subflows that they name.

    Args:
        flows: the flows of the project.
        name: of the flow that is run.
        flow: itself.
        stubs: of the scenario; the others are of no account here.
    """
    instead: dict[str, Flow | None] = {}
    names: dict[str, str] = {}
    widgets = dict(flow.widgets)
    for widget in flow.widgets.values():
        outcome = _outcome(stubs, name, widget) if widget.type == SUBFLOW else None
        if outcome is not None:
            sid = f"(stubbed at {widget.name})"
            widgets[widget.name] = replace(widget, properties={**widget.properties, "flow_sid": sid})
            instead[sid] = _flow(sid, outcome.data) if outcome.event == "completed" else None
            names[sid] = flows.name_of(str(widget.properties.get("flow_sid")))
    tested = replace(flow, widgets=widgets) if instead else flow
    return Stubbed(flows, tested, instead, names)


def _outcome(stubs: tuple[Stub, ...], flow: str, widget: Widget) -> Outcome | None:
    for stub in stubs:
        if stub.widget is not None and is_widget(stub.widget, flow, widget.name):
            first = stub.answers[0]
            return first if isinstance(first, Outcome) else None
    return None


def _flow(sid: str, values: JsonObject) -> Flow:
    trigger: JsonObject = {
        "name": "Trigger",
        "type": "trigger",
        "transitions": [{"event": IncomingParent.event, "next": "set"}],
        "properties": {},
    }
    variables: Json = [_variable(key, value) for key, value in values.items()]
    widget: JsonObject = {
        "name": "set",
        "type": "set-variables",
        "transitions": [{"event": "next"}],
        "properties": {"variables": variables},
    }
    return flow_of({"states": [trigger, widget], "initial_state": "Trigger"}, sid)


def _variable(key: str, value: Json) -> JsonObject:
    if isinstance(value, str):
        return {"key": key, "value": value, "type": "string"}
    return {"key": key, "value": json.dumps(value), "type": "json_object"}
