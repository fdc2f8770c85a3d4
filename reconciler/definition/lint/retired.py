"""Rules 21 and 22: what Twilio has switched off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from reconciler.definition.lint.context import Context
from reconciler.definition.lint.rule import Problem, Rule

RETIRED: Final[dict[str, str]] = {
    "add-member-to-chat-channel": "Programmable Chat",
    "create-chat-channel": "Programmable Chat",
    "send-to-auto-pilot": "Autopilot",
    "understand": "Autopilot",
}
"""Products by type of widget; both are switched off."""

_HOSTS: Final = re.compile(r"//(?:(autopilot)|(chat|ip-messaging))\.(?:[a-z0-9-]+\.)*twilio\.com\b")
_LIQUID: Final = r"\{[{%][^{}]*(?<![\w.])"
_V1: Final = (
    ("contact.sid", re.compile(_LIQUID + r"contact\.sid\b"), "is empty: contact.channel.address remains"),
    ("engagement", re.compile(_LIQUID + r"engagement\.\w"), "is of API v1: executions took its place"),
    ("Engagements", re.compile(r"studio\.[a-z0-9.-]*twilio\.com/v1/\S*Engagements"), "left the API with v1"),
)


def _products(context: Context) -> Iterator[Problem]:
    for widget in context.flow.widgets:
        product = RETIRED.get(widget.type)
        if product is not None:
            yield Problem(
                f"{widget.type} is of {product}, which is switched off", widget.at("type"), widget.name, "type"
            )
            continue
        for text in widget.texts():
            found = _HOSTS.search(text.value) if "twilio.com" in text.value else None
            if found:
                product = "Autopilot" if found.group(1) else "Programmable Chat"
                yield Problem(f"calls {product}, which is switched off", text.path, widget.name, text.property)


def _v1(context: Context) -> Iterator[Problem]:
    for widget in context.flow.widgets:
        for text in widget.texts():
            for name, pattern, reason in _V1:
                if name in text.value and pattern.search(text.value):
                    yield Problem(f"{name} {reason}", text.path, widget.name, text.property)


RULES: Final = (
    Rule(
        id="retired-product",
        number=21,
        severity="warning",
        summary="A widget or an address of a product that Twilio has switched off",
        why="It fails whenever it is reached.",
        example='{"name": "bot", "type": "send-to-auto-pilot"}',
        remedy="For Autopilot take connect-virtual-agent-v2 or run-conversation-relay; for Programmable Chat, "
        "Conversations.",
        check=_products,
    ),
    Rule(
        id="left-with-v1",
        number=22,
        severity="warning",
        summary="A variable or an address that left the API with v1",
        why="`contact.sid` is empty and Engagements are gone: what depends on them gets an empty text or an error.",
        example="{{contact.sid}}",
        remedy="Take `contact.channel.address`, `flow.sid` (the execution), and v2/…/Executions.",
        check=_v1,
    ),
)
