"""Widgets that need nobody outside: the trigger, splits, variables, subflows."""

from __future__ import annotations

import math
import re
from typing import Final

from reconciler.model.jsontypes import Json, JsonObject
from reconciler.simulate.assumptions import Assumption
from reconciler.simulate.conditions import holds, relied_upon
from reconciler.simulate.effects import VariablesSet
from reconciler.simulate.flow import Transition
from reconciler.simulate.scene import Call, Kind, Move, Scene, text_of
from reconciler.simulate.triggers import EVENTS, IncomingParent, IncomingRequest
from reconciler.simulate.widgets.answering import by_name

_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d{0,17})(?:\.\d{1,15})?")
"""Texts that may be numbers; longer ones would not print the same again."""


def begin_trigger(scene: Scene) -> Move:
    """Leave by the event that started the flow, which its variables tell."""
    trigger = scene.context["trigger"]
    given = trigger if isinstance(trigger, dict) else {}
    if "parent" in given:
        return Move(IncomingParent.event)
    return Move(next((event for event, kind in EVENTS.items() if kind in given), IncomingRequest.event))


def begin_split(scene: Scene) -> Move:
    """Take the first transition whose conditions hold, else `noMatch`."""
    matches = [
        (index, transition) for index, transition in enumerate(scene.widget.transitions) if transition.event == "match"
    ]
    if len(matches) > 1:
        scene.assume(Assumption.SPLIT_ORDER)
    for index, transition in matches:
        if _all_hold(scene, transition):
            return Move("match", transition=index)
    return Move("noMatch")


def _all_hold(scene: Scene, transition: Transition) -> bool:
    if len(transition.conditions) > 1:
        scene.assume(Assumption.SEVERAL_CONDITIONS)
    return bool(transition.conditions) and all(condition_holds(scene, condition) for condition in transition.conditions)


def condition_holds(scene: Scene, condition: JsonObject) -> bool:
    """Tell whether one condition of a split holds."""
    kind = text_of(condition.get("type"))
    scene.assumptions |= relied_upon(kind)
    return holds(kind, scene.render(_subject(scene, condition)), scene.render(text_of(condition.get("value"))))


def _subject(scene: Scene, condition: JsonObject) -> str:
    tested = text_of(scene.widget.properties.get("input"))
    arguments = condition.get("arguments")
    if not isinstance(arguments, list) or not arguments:
        return tested
    own = text_of(arguments[0])
    if own != tested:
        scene.assume(Assumption.CONDITION_SUBJECT)
    return own


def begin_set_variables(scene: Scene) -> Move:
    """Set variables of the flow."""
    variables = scene.widget.properties.get("variables")
    values: JsonObject = {}
    for variable in variables if isinstance(variables, list) else ():
        if isinstance(variable, dict) and variable.get("key") is not None:
            values[text_of(variable["key"])] = _typed(scene, scene.pair(variable))
    if len(values) > 1:
        scene.assume(Assumption.VARIABLES_AT_ONCE)
    scene.emit(VariablesSet(scene.widget.name, values))
    return Move("next", variables=values)


def _typed(scene: Scene, value: Json) -> Json:
    """Make a number of a text that is one; Studio's variables are numbers where no quotes stand around them."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value.strip()):
        return value
    text = value.strip()
    found = float(text) if "." in text else int(text)
    if str(found) != text or not math.isfinite(found):
        return value
    scene.assume(Assumption.NUMERIC_VARIABLE)
    return found


def begin_subflow(scene: Scene) -> Call:
    """Hand over to another flow; Studio takes no Liquid in which flow and which revision."""
    properties = scene.widget.properties
    revision = text_of(properties.get("flow_revision")) or "LatestPublished"
    return Call(text_of(properties.get("flow_sid")), revision, scene.pairs("parameters"))


LOGIC: Final = (
    Kind(
        "trigger",
        ("incomingMessage", "incomingCall", "incomingRequest", "incomingParent", "incomingConversationMessage"),
        begin_trigger,
        by_name,
    ),
    Kind("split-based-on", ("match", "noMatch"), begin_split, by_name),
    Kind("set-variables", ("next",), begin_set_variables, by_name),
    Kind("run-subflow", ("completed", "failed"), begin_subflow, by_name),
)
"""The types of widget in this family."""
