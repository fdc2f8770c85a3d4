"""One widget, or one property of it, in a definition: `greet`, `greet.body`, `greet.transitions.failed`. Pure.

Values are in normal form, so that two definitions say the same of a widget exactly when the values are the same. Where
a widget stands on the canvas is a value only to who asks for `properties.offset`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final, cast

from reconciler.definition.canonical import normal_state, without_offset
from reconciler.model.definition import Definition
from reconciler.model.jsontypes import Json, JsonObject

_OWN: Final = frozenset({"name", "type", "transitions", "properties"})
_STEP: Final = re.compile(r"\[([^\[\]]*)\]|([^.\[\]]+)")
_KNOWN_BY: Final = ("key", "name", "event")


class Missing:
    """Stands for a value that is not there."""


MISSING: Final = Missing()


def parted(text: str, names: Collection[str]) -> tuple[str, str]:
    """Part `WIDGET[.PROPERTY]` into the widget's name and the path, which is empty for the whole widget.

    Args:
        text: what a person wrote.
        names: widgets that exist: the longest that fits is meant, as names may hold dots. When none fits, all before
            the first dot is the name.
    """
    fitting = [name for name in names if text == name or text.startswith((f"{name}.", f"{name}["))]
    name = max(fitting, key=len) if fitting else text.partition(".")[0]
    return name, text[len(name) :].removeprefix(".")


def widget_names(definition: Definition) -> tuple[str, ...]:
    """Give the names of the widgets, in their order."""
    return tuple(_widgets(definition.data()))


def value_of(definition: Definition, widget: str, path: str) -> Json | Missing:
    """Give a widget, or the value at a path in it.

    Args:
        definition: any.
        widget: its name.
        path: dotted; what is no `type`, `transitions` or `properties` is a property. Elements of lists are named by
            number, key, name or event (`parameters[0]`, `parameters[to]`, `transitions.failed`). Empty: the whole.
    """
    state = _widgets(definition.data()).get(widget)
    if state is None:
        return MISSING
    value: Json | Missing = normal_state(state)
    if not path:
        return without_offset(cast("Json", value))
    for step in steps(path):
        value = _inside(value, step)
    return value


def member_names(definition: Definition, widget: str, path: str) -> tuple[str, ...]:
    """Give the names that stand beside the last one of a path: what a person may have meant by it.

    Where the path leads nowhere before its last step, the properties.
    """
    found = value_of(definition, widget, ".".join(steps(path)[:-1]))
    if isinstance(found, list):
        return tuple(str(item[key]) for item in found if isinstance(item, dict) for key in _texts(item)[:1])
    beside = found if isinstance(found, dict) else value_of(definition, widget, "properties")
    return tuple(beside) if isinstance(beside, dict) else ()


def steps(path: str) -> tuple[str, ...]:
    """Give the keys of a path, `properties` included where it was left out."""
    found = tuple(index or key for index, key in _STEP.findall(path))
    return found if found[:1] and found[0] in _OWN else ("properties", *found)


def _inside(value: Json | Missing, step: str) -> Json | Missing:
    if isinstance(value, dict):
        return value.get(step, MISSING)
    if not isinstance(value, list):
        return MISSING
    if step.isdecimal():
        return value[int(step)] if int(step) < len(value) else MISSING
    named = [item for item in value if isinstance(item, dict) and step in {item.get(key) for key in _texts(item)}]
    if not named:
        return MISSING
    return named[0] if len(named) == 1 else cast("Json", named)


def _texts(item: Mapping[str, Json]) -> list[str]:
    return [key for key in _KNOWN_BY if isinstance(item.get(key), str)]


def _widgets(data: JsonObject) -> dict[str, JsonObject]:
    states = data.get("states")
    return {
        str(state["name"]): state
        for state in (states if isinstance(states, list) else ())
        if isinstance(state, dict) and isinstance(state.get("name"), str)
    }
