"""The variables of an execution: `trigger`, `flow`, `widgets`, `contact`, made from a trigger and changed by copies."""

from __future__ import annotations

import copy

from reconciler.model.jsontypes import Json, JsonObject
from reconciler.simulate.flow import Flow
from reconciler.simulate.sids import sid_of
from reconciler.simulate.state import Launch
from reconciler.simulate.triggers import (
    KINDS,
    IncomingCall,
    IncomingConversationMessage,
    IncomingMessage,
    IncomingParent,
    IncomingRequest,
    Outer,
    Trigger,
)


def first_context(launch: Launch) -> JsonObject:
    """Make the variables that an execution begins with."""
    trigger = launch.trigger
    outer = trigger.outer if isinstance(trigger, IncomingParent) else trigger
    flow: JsonObject = {
        "sid": launch.execution,
        "flow_sid": launch.flow.sid,
        "channel": {"address": trigger.address},
        "variables": {},
    }
    if isinstance(outer, IncomingRequest):
        flow["data"] = copy.deepcopy(outer.parameters)
    return {
        "trigger": _trigger(launch, trigger, outer),
        "flow": flow,
        "widgets": {},
        "contact": {"channel": {"address": trigger.contact}},
    }


def subflow_context(outer: JsonObject, flow: Flow, parameters: JsonObject, step: str) -> JsonObject:
    """Make the variables that a subflow begins with.

    Args:
        outer: the variables of the parent.
        flow: the subflow.
        parameters: what the parent passes.
        step: SID of the parent's step that led to the call.
    """
    trigger, own = _object(outer, "trigger"), _object(outer, "flow")
    kind = next((kind for kind in KINDS.values() if kind in trigger), "")
    parent: JsonObject = {
        "parameters": parameters,
        "step_sid": step,
        "execution_sid": own.get("sid"),
        "flow_sid": own.get("flow_sid"),
        "trigger_type": kind,
    }
    return {
        "trigger": {**trigger, "parent": parent},
        "flow": {**own, "flow_sid": flow.sid, "variables": {}},
        "widgets": {},
        "contact": outer.get("contact"),
    }


def saved_of(context: JsonObject, widget: str) -> JsonObject:
    """Give what a widget has saved so far."""
    return _object(_object(context, "widgets"), widget)


def with_saved(context: JsonObject, widget: str, saved: JsonObject) -> JsonObject:
    """Give the variables with what a widget saves in the place of what it had saved."""
    return {**context, "widgets": {**_object(context, "widgets"), widget: saved}}


def variables_of(context: JsonObject) -> JsonObject:
    """Give `flow.variables`."""
    return _object(_object(context, "flow"), "variables")


def with_variables(context: JsonObject, values: JsonObject) -> JsonObject:
    """Give the variables with some of `flow.variables` set."""
    flow = _object(context, "flow")
    return {**context, "flow": {**flow, "variables": {**_object(flow, "variables"), **values}}}


def call_of(context: JsonObject) -> JsonObject:
    """Give the fields of the call that started the execution; none when no call did."""
    return _object(_object(context, "trigger"), "call")


def address_of(context: JsonObject, whose: str) -> str:
    """Give the address of the `contact` or of the `flow`."""
    found = _object(_object(context, whose), "channel").get("address")
    return found if isinstance(found, str) else ""


def media_fields(media: tuple[str, ...]) -> JsonObject:
    """Give the fields that say what came with a message."""
    return {"NumMedia": str(len(media)), **{f"MediaUrl{index}": url for index, url in enumerate(media)}}


def _trigger(launch: Launch, trigger: Trigger, outer: Outer) -> JsonObject:
    found: JsonObject = {KINDS[type(outer)]: _fields(launch, outer)}
    if isinstance(trigger, IncomingParent):
        found["parent"] = {
            "parameters": copy.deepcopy(trigger.parameters),
            "step_sid": trigger.step,
            "execution_sid": launch.execution,
            "flow_sid": trigger.flow,
            "trigger_type": KINDS[type(outer)],
        }
    return found


def _fields(launch: Launch, trigger: Outer) -> JsonObject:
    ends: JsonObject = {"From": trigger.contact, "To": trigger.address, "AccountSid": launch.account}
    match trigger:
        case IncomingMessage():
            message: JsonObject = {"Body": trigger.body, "MessageSid": sid_of("SM", launch.execution, "trigger")}
            return {**ends, **message, **media_fields(trigger.media), **copy.deepcopy(trigger.data)}
        case IncomingCall():
            call: JsonObject = {
                "CallSid": sid_of("CA", launch.execution, "trigger"),
                "Caller": trigger.contact,
                "Called": trigger.address,
                "CallStatus": "ringing",
                "Direction": "inbound",
                "ApiVersion": "2010-04-01",
            }
            return {**ends, **call, **copy.deepcopy(trigger.data)}
        case IncomingConversationMessage():
            conversation: JsonObject = {
                "Body": trigger.body,
                "MessageSid": sid_of("IM", launch.execution, "trigger"),
                "ConversationSid": sid_of("CH", launch.execution, "conversation"),
                "ChannelSid": sid_of("CH", launch.execution, "conversation"),
            }
            return {**ends, **conversation, **copy.deepcopy(trigger.data)}
        case IncomingRequest():
            return {"to": trigger.contact, "from": trigger.address, "parameters": copy.deepcopy(trigger.parameters)}


def _object(value: Json, key: str) -> JsonObject:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}
