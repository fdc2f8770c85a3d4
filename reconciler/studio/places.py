"""Where in a definition Studio sees a fault: `#/states/3/properties/timeout` → widget and property. Pure.

The definition that was sent gives the names. A body without `details`, a path that leads nowhere and a definition that
is no JSON are tolerated: then the finding has Studio's message and path only.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from reconciler.model.finding import Finding, Severity
from reconciler.model.jsontypes import Json

RULE: Final = "refused-by-studio"
_LONGEST: Final = 500
_LONGEST_INDEX: Final = 9
_LISTS: Final[tuple[tuple[str, Severity], ...]] = (("errors", "error"), ("warnings", "warning"))


def findings_of(details: Json, definition: str | None) -> tuple[Finding, ...]:
    """Give one finding for each of `details.errors` and `details.warnings`."""
    if not isinstance(details, dict):
        return ()
    sent = _parsed(definition)
    return tuple(
        _finding(item, severity, sent) for key, severity in _LISTS for item in _items(details.get(key)) if item
    )


def _items(value: Json) -> Iterator[dict[str, Json]]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, dict):
            yield item
        elif isinstance(item, str):
            yield {"message": item}


def _finding(item: dict[str, Json], severity: Severity, sent: Json) -> Finding:
    message, path = item.get("message"), item.get("property_path")
    said = " ".join(message.split())[:_LONGEST] if isinstance(message, str) else "refused without a reason"
    if not isinstance(path, str):
        return Finding(RULE, severity, said)
    widget, place = locate(path, sent)
    return Finding(RULE, severity, said, widget=widget, property=place)


def locate(path: str, definition: Json) -> tuple[str | None, str | None]:
    """Give the widget's name and the property inside it that a path means.

    Without a widget the property is the path inside the flow, or, when the path leads nowhere, the path as it was said.
    """
    steps = [_unescaped(step) for step in path.removeprefix("#").split("/") if step]
    if steps[:1] != ["states"] or len(steps) == 1:
        return None, _dotted(steps) or None
    state = _at(_at(definition, "states"), steps[1])
    name = state.get("name") if isinstance(state, dict) else None
    if not isinstance(state, dict) or not isinstance(name, str):
        return None, path
    return name, _transition(state, steps[2:]) or _dotted(steps[2:]) or None


def _transition(state: dict[str, Json], steps: list[str]) -> str | None:
    if steps[:1] != ["transitions"] or len(steps) == 1:
        return None
    transition = _at(state.get("transitions"), steps[1])
    event = transition.get("event") if isinstance(transition, dict) else None
    if not isinstance(event, str):
        return None
    # `next` is what a transition is about: `transitions.failed` says enough.
    rest = _dotted([step for step in steps[2:] if step != "next"])
    return ".".join(part for part in ("transitions", event, rest) if part)


def _at(value: Json, step: str) -> Json:
    if isinstance(value, dict):
        return value.get(step)
    # No list is so long, and Python refuses to read numbers of thousands of digits.
    if isinstance(value, list) and step.isdecimal() and len(step) <= _LONGEST_INDEX and int(step) < len(value):
        return value[int(step)]
    return None


def _dotted(steps: list[str]) -> str:
    text = "".join(f"[{step}]" if step.isdecimal() else f".{step}" for step in steps)
    return text.removeprefix(".")


def _unescaped(step: str) -> str:
    return unquote(step).replace("~1", "/").replace("~0", "~")


def _parsed(definition: str | None) -> Json:
    try:
        parsed: Json = json.loads(definition or "null")
    except (ValueError, RecursionError):
        return None
    return parsed
