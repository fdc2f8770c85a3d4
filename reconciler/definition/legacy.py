"""Flows as the Studio of before 2020 exported them → the current format.

Their widgets have camel-case types and a `sid`, a transition leads to such a SID and has a `uuid`, and every unset
property is an explicit null. What a property is called and what it means has stayed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from reconciler.definition import catalogue
from reconciler.definition.locate import Path
from reconciler.definition.remarks import Remark
from reconciler.model.jsontypes import Json, JsonObject

_TYPES: Final = {
    "InitialState": "trigger",
    "SayPlay": "say-play",
    "Branch": "split-based-on",
    "Gather": "gather-input-on-call",
    "MessagePrompt": "send-and-wait-for-reply",
    "Message": "send-message",
    "Webhook": "make-http-request",
    "SetVariables": "set-variables",
    "Function": "run-function",
    "SendToFlex": "send-to-flex",
    "DialV2": "make-outgoing-call-v2",
}
"""Types whose counterpart is known from flows that were exported before and after."""

_NUMBERS: Final = {
    "gather-input-on-call": frozenset({"timeout", "loop", "number_of_digits"}),
    "say-play": frozenset({"loop"}),
    "make-outgoing-call-v2": frozenset({"timeout"}),
}
"""Properties that have to be whole numbers; some old exports have them as texts."""

_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_GONE: Final = {"trigger": frozenset({"flow_url"})}
"""Properties that the current format does not have: the address of the flow in the account that exported it."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """A definition in the current format.

    Attributes:
        remarks: what could not be turned into it, or only by analogy; their paths lead into the old definition.
    """

    data: JsonObject
    remarks: tuple[Remark, ...] = ()


def upgrade(data: JsonObject) -> Upgraded:
    """Turn a definition of before 2020 into the current format."""
    states = list(_dicts(data.get("states")))
    work = _Upgrading(_names(states))
    done: list[Json] = [work.state(index, state) for index, state in enumerate(states)]
    start = next((state["name"] for state in done if isinstance(state, dict) and state["type"] == "trigger"), "Trigger")
    upgraded: JsonObject = {
        "description": data.get("description") or "",
        "states": done,
        "initial_state": data.get("initial_state") or start,
        "flags": data.get("flags") or {"allow_concurrent_calls": True},
    }
    rest = {key: value for key, value in data.items() if key not in upgraded}
    return Upgraded({**upgraded, **rest}, tuple(work.remarks))


def _names(states: list[JsonObject]) -> dict[str, str]:
    """Give names by SID; a name stands for itself, where somebody wrote one."""
    own = {str(state["name"]): str(state["name"]) for state in states if isinstance(state.get("name"), str)}
    return own | {str(state["sid"]): str(state["name"]) for state in states if "sid" in state and "name" in state}


@dataclass(frozen=True, slots=True)
class _Upgrading:
    names: Mapping[str, str]
    remarks: list[Remark] = field(default_factory=list)

    def state(self, index: int, state: JsonObject) -> JsonObject:
        kind, properties = self._kind(index, state), state.get("properties")
        done: JsonObject = {
            "name": state.get("name"),
            "type": kind,
            "transitions": [
                self._transition(("states", index, "transitions", number), state, one)
                for number, one in enumerate(_dicts(state.get("transitions")))
            ],
            "properties": self._properties(index, state, properties if isinstance(properties, dict) else {}, kind),
        }
        return done | {key: value for key, value in state.items() if key not in done and key != "sid"}

    def _kind(self, index: int, state: JsonObject) -> str:
        old, name = str(state.get("type")), str(state.get("name"))
        if old in _TYPES or old in catalogue.widget_types():
            return _TYPES.get(old, old)
        path, guess = ("states", index, "type"), _WORD.sub("-", old).lower()
        if guess in catalogue.widget_types():
            message = f"widget {name!r} is of the old type {old}, which was taken for {guess} by its name alone"
            self.remarks.append(
                Remark("converted-by-name", "warning", message, path, name, hint="Check its properties.")
            )
            return guess
        message = f"widget {name!r} is of the old type {old}, which has no known counterpart and was left as it is"
        self.remarks.append(Remark("not-converted", "error", message, path, name, hint="Replace the widget."))
        return old

    def _properties(self, index: int, state: JsonObject, given: JsonObject, kind: str) -> JsonObject:
        gone, numbers = _GONE.get(kind, frozenset()), _NUMBERS.get(kind, frozenset())
        done: JsonObject = {key: value for key, value in given.items() if value is not None and key not in gone}
        for key in sorted(numbers & done.keys()):
            text, name = done[key], str(state.get("name"))
            if isinstance(text, str) and text.isdecimal() and text.isascii():
                path = ("states", index, "properties", key)
                message = f"widget {name!r}: {key} was the text {text!r} and is a number now"
                self.remarks.append(Remark("number-from-text", "note", message, path, name, f"properties.{key}"))
                done[key] = int(text)
        return done

    def _transition(self, path: Path, state: JsonObject, transition: JsonObject) -> JsonObject:
        done: JsonObject = {}
        target = transition.get("next")
        if isinstance(target, str) and target:
            done["next"] = self.names.get(target, target)
            if target not in self.names:
                message = f"widget {state.get('name')!r} leads to {target}, which no widget of this file is"
                hint = "Give `next` the name of a widget, or remove it."
                at = (*path, "next")
                self.remarks.append(Remark("not-converted", "error", message, at, str(state.get("name")), hint=hint))
        done["event"] = transition.get("event")
        if transition.get("conditions"):
            done["conditions"] = transition["conditions"]
        return done


def is_old(data: JsonObject) -> bool:
    """Tell whether a definition is of before 2020."""
    return any(_is_old_state(state) for state in _dicts(data.get("states")))


def _is_old_state(state: JsonObject) -> bool:
    uuids = any("uuid" in transition for transition in _dicts(state.get("transitions")))
    return state.get("type") == "InitialState" or ("sid" in state and uuids)


def _dicts(value: Json) -> Iterator[JsonObject]:
    yield from (item for item in (value if isinstance(value, list) else []) if isinstance(item, dict))
