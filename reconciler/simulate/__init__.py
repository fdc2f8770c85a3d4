"""Runs a Flow definition as Studio does, on scripted input, step by step. Pure: values in, values out.

A run goes on until it needs the outside, says what it needs (`State.waiting`), and takes an `Event`. Nothing real is
ever called: what it does to the world are values (`Effect`). What Studio does not document is an `Assumption` with a
name, listed in docs/simulator.md; a state says which ones its run used.

    library = shelf(flow := flow_of(definition))
    turn = start(library, Launch(flow, IncomingMessage("+15550100001", "+15550100002", "Hi")))
    turn = advance(library, turn.state, Outcome("sent"))

Floats of a state and its contexts are what the caller gave; `document` writes a state as JSON and reads it back.
"""

from __future__ import annotations

from reconciler.definition.moves import ENDED
from reconciler.simulate.assumptions import SENTENCES, Assumption
from reconciler.simulate.deciding import Decision, decisions
from reconciler.simulate.document import from_document, to_document
from reconciler.simulate.effects import (
    Began,
    Dialled,
    Effect,
    FunctionCalled,
    Queued,
    Redirected,
    Requested,
    Said,
    Sent,
    SubflowEntered,
    Troubled,
    VariablesSet,
)
from reconciler.simulate.events import Answered, Event, HungUp, Outcome, Pressed, Replied, Spoke, TimedOut
from reconciler.simulate.execution import advance, due, place, proceed, settle, start, stop, take
from reconciler.simulate.flow import Flow, Library, Shelf, Transition, Widget, flow_of, shelf
from reconciler.simulate.state import EndReason, Frame, Launch, Need, Request, State, Step, Turn
from reconciler.simulate.triggers import (
    IncomingCall,
    IncomingConversationMessage,
    IncomingMessage,
    IncomingParent,
    IncomingRequest,
    Trigger,
)

__all__ = [
    "ENDED",
    "SENTENCES",
    "Answered",
    "Assumption",
    "Began",
    "Decision",
    "Dialled",
    "Effect",
    "EndReason",
    "Event",
    "Flow",
    "Frame",
    "FunctionCalled",
    "HungUp",
    "IncomingCall",
    "IncomingConversationMessage",
    "IncomingMessage",
    "IncomingParent",
    "IncomingRequest",
    "Launch",
    "Library",
    "Need",
    "Outcome",
    "Pressed",
    "Queued",
    "Redirected",
    "Replied",
    "Request",
    "Requested",
    "Said",
    "Sent",
    "Shelf",
    "Spoke",
    "State",
    "Step",
    "SubflowEntered",
    "TimedOut",
    "Transition",
    "Trigger",
    "Troubled",
    "Turn",
    "VariablesSet",
    "Widget",
    "advance",
    "decisions",
    "due",
    "flow_of",
    "from_document",
    "place",
    "proceed",
    "settle",
    "shelf",
    "start",
    "stop",
    "take",
    "to_document",
]
