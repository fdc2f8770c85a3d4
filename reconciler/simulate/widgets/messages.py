"""Widgets that write to the contact: messages with and without a reply, conversations."""

from __future__ import annotations

import copy
from typing import Final

from reconciler.model.jsontypes import JsonObject
from reconciler.simulate.assumptions import Assumption
from reconciler.simulate.context import address_of, media_fields
from reconciler.simulate.effects import Began, Sent
from reconciler.simulate.events import Event, HungUp, Replied
from reconciler.simulate.scene import Kind, Move, Scene, Wait
from reconciler.simulate.sids import sid_of
from reconciler.simulate.state import Request
from reconciler.simulate.widgets.answering import by_name

_DETAILS: Final = (
    "media_url",
    "message_type",
    "content_sid",
    "content_variables",
    "attributes",
    "service",
    "channel",
    "shorten_urls",
)
_HOUR: Final = 3600.0
"""Seconds that the Console fills in for a reply's time-out."""


def begin_send(scene: Scene) -> Wait:
    """Send a message; whether it could be sent is the outside's to say."""
    return Wait("outcome", usual="sent", saved={"outbound": _send(scene)})


def begin_send_and_wait(scene: Scene) -> Wait:
    """Send a message and wait for a reply."""
    if scene.widget.properties.get("save_response_as"):
        scene.assume(Assumption.SAVE_AS)
    saved: JsonObject = {"outbound": _send(scene)}
    return Wait("reply", timeout=scene.seconds("timeout", _HOUR), saved=saved)


def _send(scene: Scene) -> JsonObject:
    contact = address_of(scene.context, "contact")
    sent = Sent(
        scene.widget.name,
        sender=scene.text("from", address_of(scene.context, "flow")),
        recipient=scene.text("to") or contact,
        body=scene.text("body"),
        details=scene.details(*_DETAILS),
    )
    if "attributes" in sent.details:
        scene.assume(Assumption.ATTRIBUTES)
    scene.emit(sent)
    scene.assume(Assumption.INVENTED_SIDS)
    return {
        "Body": sent.body,
        "From": sent.sender,
        "To": sent.recipient,
        "Sid": sid_of("SM", scene.execution, f"{scene.number}.outbound"),
        "Status": "sent",
    }


def finish_reply(scene: Scene, request: Request, event: Event) -> Move | None:
    """Take the contact's reply, or that there was none."""
    if isinstance(event, HungUp):
        return None
    if not isinstance(event, Replied):
        return by_name(scene, request, event)
    scene.assumptions |= {Assumption.INBOUND, Assumption.INVENTED_SIDS, Assumption.RERUN}
    inbound: JsonObject = {
        "Body": event.body,
        "From": address_of(scene.context, "contact"),
        "To": address_of(scene.context, "flow"),
        "MessageSid": sid_of("SM", scene.execution, f"{scene.number}.inbound"),
        **media_fields(event.media),
        **copy.deepcopy(event.data),
    }
    return Move("incomingMessage", {**request.saved, "inbound": inbound})


def _beginning(usual: str, *keys: str) -> Kind:
    def begin(scene: Scene) -> Wait:
        scene.emit(Began(scene.widget.name, scene.widget.type, scene.details(*keys)))
        return Wait("outcome", usual=usual)

    types = {"created": "start-conversation", "resumed": "resume-conversation"}
    return Kind(types[usual], (usual, "failed"), begin, by_name, "messages")


MESSAGES: Final = (
    Kind("send-message", ("sent", "failed"), begin_send, by_name, "messages"),
    Kind(
        "send-and-wait-for-reply",
        ("incomingMessage", "timeout", "deliveryFailure"),
        begin_send_and_wait,
        finish_reply,
        "messages",
    ),
    _beginning(
        "created",
        "conversation_service_sid",
        "participants",
        "timers_inactive",
        "timers_closed",
        "friendly_name",
        "attributes",
    ),
    _beginning("resumed", "conversation_service_sid", "conversation_sid", "webhook_filters", "attributes"),
)
"""The types of widget in this family."""
