"""How answers are taken that several families of widgets share."""

from __future__ import annotations

import copy

from reconciler.model.jsontypes import JsonObject
from reconciler.simulate.assumptions import Assumption
from reconciler.simulate.context import call_of
from reconciler.simulate.events import Event, HungUp, Outcome, TimedOut
from reconciler.simulate.scene import Move, Scene
from reconciler.simulate.state import Request


def by_name(scene: Scene, request: Request, event: Event) -> Move | None:
    """Take an outcome by the name of its event; a deadline and a hang-up where the widget has events for them."""
    if isinstance(event, TimedOut):
        event = Outcome("timeout")
    elif isinstance(event, HungUp):
        event = Outcome("hangup")
    if not isinstance(event, Outcome) or event.event not in request.answers:
        return None
    scene.assume(Assumption.RERUN)
    return Move(event.event, {**request.saved, **copy.deepcopy(event.data)})


def with_call(scene: Scene, saved: JsonObject) -> JsonObject:
    """Put the fields of the call before what a voice widget saves."""
    scene.assume(Assumption.CALL_VARIABLES)
    return {**call_of(scene.context), **saved}
