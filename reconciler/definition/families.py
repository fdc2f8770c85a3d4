"""What a picture tells of a widget and its transitions: its family, what it does in a line, which ways out are errors.

Types and events that nobody knows are allowed: they get the family `other`, and are judged by their words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from reconciler.definition.secrets import is_secret
from reconciler.model.jsontypes import Json, JsonObject

Family = Literal["trigger", "decision", "message", "voice", "data", "code", "flow", "people", "other", "missing"]

_FAMILIES: Final[dict[Family, tuple[str, ...]]] = {
    "trigger": ("trigger",),
    "decision": ("split-based-on",),
    "message": (
        "send-message",
        "send-and-wait-for-reply",
        "start-conversation",
        "resume-conversation",
        "add-member-to-chat-channel",
        "create-chat-channel",
    ),
    "voice": (
        "say-play",
        "gather-input-on-call",
        "connect-call-to",
        "make-outgoing-call-v1",
        "make-outgoing-call-v2",
        "record-voicemail",
        "record-call",
        "capture-payments",
        "fork-stream",
        "add-twiml-redirect",
    ),
    "data": ("set-variables", "update-sync-object"),
    "code": ("run-function", "run-function-v2", "make-http-request"),
    "flow": ("run-subflow",),
    "people": (
        "send-to-flex",
        "enqueue-call",
        "send-to-auto-pilot",
        "connect-virtual-agent",
        "connect-virtual-agent-v2",
        "run-conversation-relay",
        "create-task",
        "understand",
    ),
}
_FAMILY_OF: Final[Mapping[str, Family]] = {kind: family for family, kinds in _FAMILIES.items() for kind in kinds}

_ERROR_WORD: Final = re.compile(r"fail|error|timeout|nomatch|noaudio|noanswer|busy|interrupted|invalid", re.IGNORECASE)

_TELLING: Final = (
    "body",
    "say",
    "play",
    "input",
    "url",
    "to",
    "flow_sid",
    "message",
    "workflow",
    "autopilot_assistant_sid",
)
"""Properties that say best what a widget does; the first that holds text is shown."""

_WORDS: Final = {
    "equal_to": "=",
    "not_equal_to": "≠",
    "less_than": "<",
    "greater_than": ">",
    "matches_any_of": "any of",
    "does_not_match_any_of": "none of",
    "contains": "contains",
    "does_not_contain": "lacks",
    "starts_with": "starts with",
    "does_not_start_with": "no start",
    "is_blank": "is blank",
    "is_not_blank": "is not blank",
    "regex": "regex",
}


def family_of(widget_type: str) -> Family:
    """Give the family of a type of widget, `other` for a type that nobody knows."""
    return _FAMILY_OF.get(widget_type, "other")


def is_error(event: str) -> bool:
    """Tell whether a widget leaves by this event when something went wrong, or when nothing else fits."""
    return _ERROR_WORD.search(event) is not None


def detail_of(widget: JsonObject) -> str:
    """Give what a widget does in one line: its text, its address, what it looks at. Empty when nothing tells."""
    properties = widget.get("properties")
    if not isinstance(properties, dict):
        return ""
    for name in _TELLING:
        value = properties.get(name)
        if isinstance(value, str) and value.strip() and not is_secret(str(widget.get("type")), f"properties.{name}"):
            return " ".join(value.split())
    return _variables(properties.get("variables"))


def exit_label(event: str, conditions: Json) -> str:
    """Name a transition as a difference names it: the event, and for a `match` its condition."""
    return f"{event} {_spelt(conditions, quoted=True)}".rstrip() if event == "match" else event


def exit_text(event: str, conditions: Json) -> str:
    """Give a transition's name as it stands at the widget's border: the event, or the condition in short."""
    return (_spelt(conditions, quoted=False) or event) if event == "match" else event


def _spelt(conditions: Json, *, quoted: bool) -> str:
    parts = [c for c in conditions if isinstance(c, dict)] if isinstance(conditions, list) else []
    if quoted:
        return " and ".join(f'{c.get("type")} "{c.get("value")}"' for c in parts)
    return " and ".join(_short(c) for c in parts)


def _short(condition: JsonObject) -> str:
    kind, value = str(condition.get("type", "")), condition.get("value")
    shown = "" if value is None or kind in {"is_blank", "is_not_blank"} else " ".join(str(value).split())
    return f"{_WORDS.get(kind, kind.replace('_', ' '))} {shown}".strip()


def _variables(value: Json) -> str:
    pairs = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    return ", ".join(f"{pair.get('key')} = {pair.get('value')}" for pair in pairs)
