"""What the events of widgets mean: the widget could not do its work, a message did not arrive, a person did nothing.

Tables, and one question to them. Lint asks which of these events lead nowhere; reports count how often they happened.
"""

from __future__ import annotations

import re
from typing import Final, Literal

Trouble = Literal["failure", "undelivered", "silence"]
"""A widget could not do its work; a message did not arrive; a person did nothing."""

FAILURES: Final[dict[str, tuple[str, ...]]] = {
    "add-twiml-redirect": ("fail",),
    "capture-payments": ("maxFailedAttempts", "providerError", "payInterrupted", "validationError"),
    "connect-virtual-agent-v2": ("failed",),
    "enqueue-call": ("failedToEnqueue", "callFailure"),
    "make-http-request": ("failed",),
    "make-outgoing-call-v1": ("busy", "noAnswer", "failed"),
    "make-outgoing-call-v2": ("busy", "noAnswer", "failed"),
    "record-call": ("failed",),
    "resume-conversation": ("failed",),
    "run-conversation-relay": ("failed",),
    "run-function": ("fail",),
    "run-subflow": ("failed",),
    "send-to-auto-pilot": ("failure",),
    "send-to-flex": ("failedToEnqueue", "callFailure"),
    "start-conversation": ("failed",),
}
"""Events that mean that the widget could not do its work."""

DELIVERIES: Final[dict[str, tuple[str, ...]]] = {
    "send-and-wait-for-reply": ("deliveryFailure",),
    "send-message": ("failed",),
}
"""Events that mean that a message did not arrive."""

TIMEOUTS: Final[dict[str, tuple[str, ...]]] = {
    "add-twiml-redirect": ("timeout",),
    "connect-virtual-agent-v2": ("timeout",),
    "gather-input-on-call": ("timeout",),
    "record-voicemail": ("noAudio",),
    "send-and-wait-for-reply": ("timeout",),
    "send-to-auto-pilot": ("timeout",),
}
"""Events that mean that a person did nothing."""

_HARMLESS: Final = frozenset(
    {"connect-call-to", "fork-stream", "say-play", "set-variables", "split-based-on", "trigger"}
)
"""Types whose events are all known, and none of them means trouble."""

_SILENT: Final = re.compile(r"timeout|noanswer|noaudio", re.IGNORECASE)
_FAILED: Final = re.compile(r"fail|error|interrupted|invalid|busy", re.IGNORECASE)


def trouble_of(widget_type: str | None, event: str) -> Trouble | None:
    """Tell what went wrong when a widget leaves by an event; None when nothing did.

    Args:
        widget_type: the widget's type. The events of a type that no table has, or of None, are judged by their words.
        event: as Studio names it.
    """
    kind = widget_type or ""
    if event in FAILURES.get(kind, ()):
        return "failure"
    if event in DELIVERIES.get(kind, ()):
        return "undelivered"
    if event in TIMEOUTS.get(kind, ()):
        return "silence"
    if kind in FAILURES or kind in DELIVERIES or kind in TIMEOUTS or kind in _HARMLESS:
        return None
    if _SILENT.search(event):
        return "silence"
    return "failure" if _FAILED.search(event) else None
