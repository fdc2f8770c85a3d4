"""How an execution begins: the five triggers of Studio, as values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Final, TypeAlias

from reconciler.model.jsontypes import JsonObject


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """Somebody sent a message.

    Attributes:
        contact: the sender: a phone number, `whatsapp:+…`, a chat identity.
        address: whom they wrote to: the number or sender that the flow answers.
        body: the text.
        media: URLs of what came with it.
        data: further fields of `trigger.message`, by Twilio's names; they win over all others.
    """

    event: ClassVar[str] = "incomingMessage"
    contact: str
    address: str
    body: str = ""
    media: tuple[str, ...] = ()
    data: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """Somebody calls. `data` are further fields of `trigger.call`."""

    event: ClassVar[str] = "incomingCall"
    contact: str
    address: str
    data: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IncomingConversationMessage:
    """Somebody wrote in a Conversation. `data` are further fields of `trigger.conversation`."""

    event: ClassVar[str] = "incomingConversationMessage"
    contact: str
    address: str
    body: str = ""
    data: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class IncomingRequest:
    """The REST API started the execution: `To` is the contact, `From` the address, `parameters` become `flow.data`."""

    event: ClassVar[str] = "incomingRequest"
    contact: str
    address: str
    parameters: JsonObject = field(default_factory=dict)


Outer: TypeAlias = IncomingMessage | IncomingCall | IncomingConversationMessage | IncomingRequest
"""A trigger from outside of Studio."""


@dataclass(frozen=True, slots=True)
class IncomingParent:
    """A parent flow called this one: for runs of a subflow alone.

    Attributes:
        parameters: what the `run-subflow` widget passes; `trigger.parent.parameters`.
        outer: what had started the parent; its data are visible in the subflow too.
        flow: SID of the parent.
        step: SID of the parent's step that led to the call.
    """

    event: ClassVar[str] = "incomingParent"
    outer: Outer
    parameters: JsonObject = field(default_factory=dict)
    flow: str = "FW00000000000000000000000000000000"
    step: str = "FT00000000000000000000000000000000"

    @property
    def contact(self) -> str:
        """The contact of the parent's execution."""
        return self.outer.contact

    @property
    def address(self) -> str:
        """The address of the parent's execution."""
        return self.outer.address


Trigger: TypeAlias = Outer | IncomingParent

KINDS: Final = {
    IncomingMessage: "message",
    IncomingCall: "call",
    IncomingConversationMessage: "conversation",
    IncomingRequest: "request",
}
"""Where each trigger keeps its data, below `trigger`."""

EVENTS: Final = {
    IncomingMessage.event: "message",
    IncomingCall.event: "call",
    IncomingConversationMessage.event: "conversation",
    IncomingRequest.event: "request",
}
"""The same by event."""
