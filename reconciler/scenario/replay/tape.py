"""What Studio keeps of an execution, put together to be run once more: the trigger, and the steps in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from reconciler.definition.moves import target_of
from reconciler.model.execution import Execution, ExecutionStep
from reconciler.model.jsontypes import Json, JsonObject
from reconciler.simulate import (
    IncomingCall,
    IncomingConversationMessage,
    IncomingMessage,
    IncomingParent,
    IncomingRequest,
    Trigger,
)
from reconciler.simulate.triggers import Outer

_SILENT: Final = frozenset({"trigger", "split-based-on", "set-variables", "run-subflow", "fork-stream"})
"""Types of widget that wait for nobody."""

_TELLING: Final = frozenset({"say-play", "send-message", *_SILENT})
"""Types of widget of which the event says all."""

_TELLING_EVENTS: Final = frozenset({"timeout", "deliveryFailure", "hangup"})


@dataclass(frozen=True, slots=True)
class Taken:
    """One step that was taken.

    Attributes:
        flow: SID of the flow that it belongs to, which may be a subflow.
        widget, event: what it left, and by which event.
        to: where it led; None for nowhere.
        type: the type of the widget; empty when Studio did not say.
        at: when, in seconds since 1970; None when Studio did not say.
        saved: what the widget had saved after it; None when that is not known. Personal data.
    """

    flow: str
    widget: str
    event: str
    to: str | None
    type: str = ""
    at: float | None = None
    saved: JsonObject | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Tape:
    """One execution.

    Attributes:
        sid, flow: of the execution, and of its flow.
        revision: of the flow; None when Studio did not say.
        trigger: how it began; personal data.
        at: when, in seconds since 1970.
        steps: in the order in which they were taken.
    """

    sid: str
    flow: str
    revision: int | None
    trigger: Trigger = field(repr=False)
    at: float
    steps: tuple[Taken, ...]


def wanted(steps: Sequence[ExecutionStep], flow: str) -> tuple[str, ...]:
    """Give the SIDs of the steps whose own variables are needed: those that the final ones no longer tell.

    Args:
        steps: in order.
        flow: SID of the flow whose final variables are known.
    """
    last = {step.from_widget: step.sid for step in steps if step.flow_sid == flow}
    return tuple(
        step.sid
        for step in steps
        if not step.context and _is_telling(step) and (step.flow_sid != flow or last[step.from_widget] != step.sid)
    )


def tape_of(run: Execution, context: Json, steps: Sequence[ExecutionStep], contexts: Mapping[str, Json]) -> Tape | None:
    """Put an execution together; None when Studio no longer tells how it began.

    Args:
        run: the execution.
        context: its variables at the end.
        steps: in order.
        contexts: by SID of a step, the variables after it, as far as they were `wanted`.
    """
    trigger = trigger_of(context)
    if trigger is None or not steps:
        return None
    taken = tuple(_taken(step, run.flow_sid, context, contexts.get(step.sid, step.context)) for step in steps)
    return Tape(run.sid, run.flow_sid, run.revision, trigger, _seconds(run.date_created) or 0.0, taken)


def trigger_of(context: Json) -> Trigger | None:
    """Read how an execution began; None when its variables do not say."""
    outer, parent = _outer(context), inside(context, "trigger", "parent")
    if outer is None or not parent:
        return outer
    flow, step = (_text(parent.get(key)) for key in ("flow_sid", "step_sid"))
    return IncomingParent(outer, inside(parent, "parameters"), flow, step)


def _outer(context: Json) -> Outer | None:
    trigger, contact = inside(context, "trigger"), inside(context, "contact", "channel").get("address")
    address = inside(context, "flow", "channel").get("address")
    for key, kind in (
        ("message", IncomingMessage),
        ("conversation", IncomingConversationMessage),
        ("call", IncomingCall),
    ):
        if isinstance(trigger.get(key), dict):
            fields = inside(trigger, key)
            ends = (_text(contact or fields.get("From")), _text(address or fields.get("To")))
            return kind(*ends, data=fields)
    request = trigger.get("request")
    if isinstance(request, dict):
        ends = (_text(contact or request.get("to")), _text(address or request.get("from")))
        return IncomingRequest(*ends, inside(request, "parameters") or inside(context, "flow", "data"))
    return None


def inside(value: Json, *keys: str) -> JsonObject:
    """Give the object below some keys; an empty one when there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _is_telling(step: ExecutionStep) -> bool:
    return step.widget_type not in _TELLING and step.event not in _TELLING_EVENTS


def _taken(step: ExecutionStep, flow: str, final: Json, own: Json) -> Taken:
    widget = step.from_widget or ""
    # Lists give steps with an empty object for their variables.
    context = own or (final if step.flow_sid == flow else None)
    return Taken(
        step.flow_sid,
        widget,
        step.event or "",
        target_of(step.to_widget),
        step.widget_type or "",
        _seconds(step.date_created),
        None if context is None else inside(context, "widgets", widget),
    )


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
