"""Where a definition holds identifiers of one account: by type of widget, the property and the kinds it may be of.

Only properties whose whole value is an identifier are here (`../shared/studio/api.md` C3). Free text, such as
`attributes` or the body of a message, may hold identifiers too; nobody can know what they mean there, so they are told
of (`in_text`) and never changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.definition.locate import Path
from reconciler.model.jsontypes import Json, JsonObject

Kinds = tuple[str, ...]

SIDS: Final[Mapping[str, Kinds]] = {
    "AC": (),
    "DE": ("sim",),
    "CF": ("conference",),
    "FW": ("flow",),
    "HX": ("content",),
    "IS": ("conversations", "chat", "sync"),
    "MG": ("messaging",),
    "TC": ("channel",),
    "UA": ("assistant",),
    "WQ": ("queue",),
    "WW": ("workflow",),
    "XB": ("addon",),
    "ZE": ("function",),
    "ZH": ("function",),
    "ZS": ("function",),
}
"""The prefix of a SID → what it may name. Of other prefixes nothing in a definition is bound."""

PLAIN: Final = frozenset({"HX", "IS", "MG", "TC", "WW"})
"""The prefixes whose SID says all there is to say, wherever it stands alone: not one part of a Function, not a flow."""

SID: Final = re.compile(rf"(?:{'|'.join(SIDS)})[0-9a-fA-F]{{32}}")
_IN_TEXT: Final = re.compile(
    rf"(?<![0-9A-Za-z]){SID.pattern}(?![0-9A-Za-z])|[A-Za-z0-9-]+\.twil\.io|\+[1-9][0-9]{{6,14}}"
)

URL: Final[Kinds] = ("url",)
_IS: Final[Kinds] = ("conversations", "chat", "sync")
_FROM: Final[Kinds] = ("phone", "messaging")
_ANY: Final[Kinds] = (
    "workflow", "channel", "messaging", "conversations", "chat", "sync", "content", "flow", "assistant", "addon",
    "phone", "url",
)  # fmt: skip
"""What the whole value of a parameter or variable may be. Not free names (queues, connectors): those are words too."""
_PARAMETERS: Final[Mapping[str, Kinds]] = {"parameters[].value": _ANY}
_MESSAGE: Final[Mapping[str, Kinds]] = {
    "from": _FROM,
    "to": ("phone",),
    "service": _IS,
    "content_sid": ("content",),
    "content_template_sid": ("content",),
    "messaging_service_sid": ("messaging",),
    "media_url": URL,
}

SLOTS: Final[Mapping[str, Mapping[str, Kinds]]] = {
    "add-twiml-redirect": {"url": URL},
    "capture-payments": {"payment_connector": ("connector",)},
    "connect-call-to": {
        "to": ("phone", "conference", "sim"),
        "caller_id": ("phone",),
        "sip_endpoint": ("sip",),
    },
    "connect-virtual-agent": {"connector": ("connector",), "status_callback": URL},
    "connect-virtual-agent-v2": {
        "connector_name": ("connector",),
        "connector_details": ("addon",),
        "status_callback": URL,
    },
    "enqueue-call": {"workflow_sid": ("workflow",), "queue_name": ("queue",), "wait_url": URL},
    "fork-stream": {"stream_connector": ("connector",), "stream_url": URL},
    "gather-input-on-call": {"play": URL},
    "make-http-request": {"url": URL, **_PARAMETERS},
    "make-outgoing-call-v1": {"from": ("phone",), "to": ("phone",)},
    "make-outgoing-call-v2": {"from": ("phone",), "to": ("phone",), "recording_status_callback": URL},
    "record-call": {"recording_status_callback": URL},
    "record-voicemail": {"transcription_callback_url": URL, "recording_status_callback_url": URL},
    "resume-conversation": {"conversation_service_sid": _IS},
    "run-conversation-relay": {"url": URL},
    "run-function": _PARAMETERS,  # its URL and SIDs move together: `FUNCTION`
    "run-subflow": {"flow_sid": ("flow",), **_PARAMETERS},
    "say-play": {"play": URL},
    "send-and-wait-for-reply": _MESSAGE,
    "send-message": _MESSAGE,
    "send-to-auto-pilot": {"autopilot_assistant_sid": ("assistant",), "chat_service": _IS, "from": _FROM},
    "send-to-flex": {"workflow": ("workflow",), "channel": ("channel",), "waitUrl": URL},
    "set-variables": {"variables[].value": _ANY},
    "start-conversation": {
        "conversation_service_sid": _IS,
        "chat_service_sid": _IS,
        "messaging_service_sid": ("messaging",),
        "participants[].messaging_binding_proxy_address": ("phone",),
        "participants[].messaging_binding.proxy_address": ("phone",),
    },
}

FUNCTION: Final[Mapping[str, str]] = {
    "url": "url",
    "service": "service_sid",
    "environment": "environment_sid",
    "function": "function_sid",
}
"""The parts of a Function's binding → the properties of `run-function`."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One text that may be an identifier.

    Attributes:
        path: from the root of the definition.
        widget: the widget's name.
        key: widget and property, the same in every version of a flow; a doubled name gets a number.
        property: dotted, inside the widget: `properties.workflow`.
        kinds: what it may be of.
    """

    path: Path
    widget: str
    key: tuple[str, str]
    property: str
    kinds: Kinds
    value: str


@dataclass(frozen=True, slots=True)
class FunctionSlot:
    """One `run-function` widget: which Function it calls. `parts` are the texts it has, by part of a binding."""

    path: Path
    widget: str
    key: tuple[str, str]
    parts: Mapping[str, str]

    def property(self, part: str) -> str:
        """Give the dotted property of a part."""
        return f"properties.{FUNCTION[part]}"


AnySlot = Slot | FunctionSlot


def slots(data: JsonObject) -> Iterator[AnySlot]:
    """Give every place of an identifier that holds a text, in the order of the widgets."""
    listed = data.get("states")
    seen: dict[str, int] = {}
    for index, state in enumerate(listed if isinstance(listed, list) else ()):
        if not isinstance(state, dict) or not isinstance(properties := state.get("properties"), dict):
            continue
        name = str(state.get("name"))
        seen[name] = seen.get(name, 0) + 1
        unique = name if seen[name] == 1 else f"{name}#{seen[name]}"
        yield from _of_widget(state.get("type"), properties, ("states", index, "properties"), (name, unique))


def _of_widget(kind: Json, properties: JsonObject, path: Path, names: tuple[str, str]) -> Iterator[AnySlot]:
    name, unique = names
    if kind == "run-function":
        texts = {part: properties.get(key) for part, key in FUNCTION.items()}
        yield FunctionSlot(path, name, (unique, "function"), {p: v for p, v in texts.items() if isinstance(v, str)})
    for pattern, kinds in SLOTS.get(str(kind), {}).items():
        for inner, value in _values(properties, pattern):
            if isinstance(value, str) and value:
                key, property_ = (unique, _dotted(inner)), f"properties.{_dotted(inner)}"
                yield Slot((*path, *inner), name, key, property_, _kinds(kinds, value), value)


def _kinds(kinds: Kinds, value: str) -> Kinds:
    """Give what a text may be: a SID is what its prefix says, also where another kind is usual."""
    if value[:2] in PLAIN and SID.fullmatch(value):
        return tuple(dict.fromkeys((*kinds, *SIDS[value[:2]])))
    return kinds


def _values(data: Json, pattern: str) -> Iterator[tuple[Path, Json]]:
    """Give what stands at a pattern such as `parameters[].value`, with the path to it."""
    head, _, rest = pattern.partition(".")
    key = head.removesuffix("[]")
    found = data.get(key) if isinstance(data, dict) else None
    if head != key:
        items = enumerate(found) if isinstance(found, list) else ()
        for index, item in items:
            yield from (((key, index, *inner), value) for inner, value in _values(item, rest))
    elif rest:
        yield from (((key, *inner), value) for inner, value in _values(found, rest))
    else:
        yield (key,), found


def _dotted(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def in_text(text: str) -> Iterator[str]:
    """Give what looks like an identifier of an account anywhere in a text: SIDs, `*.twil.io`, phone numbers."""
    yield from _IN_TEXT.findall(text)
