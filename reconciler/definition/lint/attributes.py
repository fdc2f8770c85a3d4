"""Rule 15: task attributes that are not JSON once Liquid is filled in."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from reconciler.definition.lint.context import Context
from reconciler.definition.lint.flow import Widget
from reconciler.definition.lint.rule import Problem, Rule
from reconciler.definition.liquid import read
from reconciler.definition.liquid_fill import filled
from reconciler.model.jsontypes import Json

_KEY: Final = re.compile(r'"([\w.-]{1,40})"\s*:')
_PLACES: Final = {"send-to-flex": "attributes", "enqueue-call": "task_attributes"}


def _attributes(context: Context) -> Iterator[Problem]:
    for widget in context.flow.widgets:
        name = _PLACES.get(widget.type, "")
        text = widget.text(name)
        # What loops make is not guessed, and of broken Liquid another rule tells.
        if text.strip() and not read(text).loops and not read(text).faults:
            fault = _fault(text)
            if fault is not None:
                yield _problem(widget, name, fault)


def _fault(text: str) -> str | None:
    whole = filled(text).strip()
    for otherwise, when in ((False, ""), (True, " when no condition in it holds")):
        value = filled(text, otherwise=otherwise).strip()
        if value == "0" == whole:
            return None  # all of it comes from elsewhere
        try:
            # A raw line break in a string is let through: people write them, and Studio's editor shows them as such.
            found: Json = json.loads(value, strict=False)
        except json.JSONDecodeError as error:
            return f"not JSON{when}: {error.msg[:1].lower()}{error.msg[1:]}, {_where(value, error.pos)}"
        except (ValueError, RecursionError):
            return None
        if not isinstance(found, dict):
            return f"no JSON object{when}"
    return None


def _where(value: str, at: int) -> str:
    """Say behind which key; values are not shown, they may be secrets."""
    keys = _KEY.findall(value, 0, at)
    return f"behind the key {keys[-1]!r}" if keys else "at its beginning"


def _problem(widget: Widget, name: str, fault: str) -> Problem:
    return Problem(f"{name}: {fault}", widget.at("properties", name), widget.name, f"properties.{name}")


RULES: Final = (
    Rule(
        id="attributes-not-json",
        number=15,
        severity="warning",
        summary="Attributes of a task that are not a JSON object, whatever Liquid fills in",
        why="The task is not made: the widget takes failedToEnqueue, and the caller meets no agent.",
        example='{"name": "{{flow.variables.name}}", "lang": en}',
        remedy="Quote texts, put commas between members, and write {{value | to_json}} without quotes for objects.",
        check=_attributes,
    ),
)
