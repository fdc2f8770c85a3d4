"""What each kind of widget leaves behind for others to read: `widgets.NAME.OUTPUT`.

From the tables "… variables" of Twilio's widget library, with the parameters of calls that every voice widget gets from
the TwiML request, and with what real flows read. A kind that is not here may leave anything: a sub-flow what it sets,
a redirect what comes back in its URL, and kinds that are not documented.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_CALL: Final = frozenset(
    """AccountSid ApiVersion Called CalledCity CalledCountry CalledState CalledZip Caller CallerCity CallerCountry
    CallerName CallerState CallerZip CallSid CallStatus CallToken Direction ForwardedFrom From FromCity FromCountry
    FromState FromZip ParentCallSid StirVerstat Timestamp To ToCity ToCountry ToState ToZip msg
    """.split()  # noqa: SIM905 - easier to read
)
_RECORDING: Final = frozenset(
    """Channels ConferenceSid DateCreated DateUpdated Digits Duration EncryptionDetails ErrorCode Price PriceUnit
    RecordingDuration RecordingSid RecordingStatus RecordingUrl Sid Source StartTime Status TranscriptionSid
    TranscriptionStatus TranscriptionText TranscriptionUrl Uri""".split()  # noqa: SIM905 - easier to read
)
_DIALLED: Final = frozenset({"DialBridged", "DialCallDuration", "DialCallSid", "DialCallStatus", "RecordingUrl"})
_OUTGOING: Final = frozenset({"AnsweredBy", "CallDuration", "Duration", "MachineDetectionDuration", "SipResponseCode"})
_QUEUED: Final = frozenset({"QueueResult", "QueueSid", "QueueTime", "QueuePosition", "CurrentQueueSize"})
_ANSWER: Final = frozenset({"body", "content_type", "parsed", "status_code"})
_AGENT: Final = frozenset(
    f"VirtualAgent{name}" for name in ("Provider", "Status", "ProviderData", "Error", "ErrorCode", "ProviderError")
)
_NOTHING: Final[frozenset[str]] = frozenset()

_KNOWN: Final[Mapping[str, frozenset[str]]] = {
    "trigger": _NOTHING,
    "split-based-on": _NOTHING,
    "set-variables": _NOTHING,
    "say-play": _CALL | {"language", "voice"},
    "gather-input-on-call": _CALL | {"Confidence", "Digits", "FinishedOnKey", "Language", "SpeechResult"},
    "connect-call-to": _CALL | _DIALLED | _RECORDING,
    "make-outgoing-call-v1": _CALL | _OUTGOING,
    "make-outgoing-call-v2": _CALL | _OUTGOING,
    "record-voicemail": _CALL | _RECORDING,
    "record-call": _CALL | _RECORDING,
    "enqueue-call": _CALL | _QUEUED,
    "connect-virtual-agent-v2": _CALL | _AGENT,
    "send-message": frozenset({"outbound"}),
    "send-and-wait-for-reply": frozenset({"inbound", "outbound"}),
    "run-function": _ANSWER,
    "make-http-request": _ANSWER,
}

_MESSAGE: Final = frozenset({"Body", "From", "To", "Sid", "Status", "MessageSid", "NumMedia", "MediaUrl0"})


def outputs(kind: str) -> frozenset[str] | None:
    """Give what a kind of widget is known to leave behind; None when it may be anything."""
    return _KNOWN.get(kind)


def misspelt(output: str) -> str | None:
    """Give how a field of a message is spelt when only the case of its letters is wrong, else None."""
    right = {name.lower(): name for name in _MESSAGE}.get(output.lower())
    return right if right != output else None
