"""Widgets that act on a call: speech, keys, calls to others, recordings, streams, queues."""

from __future__ import annotations

import copy
from typing import Final

from reconciler.model.jsontypes import JsonObject
from reconciler.simulate.assumptions import Assumption
from reconciler.simulate.context import address_of
from reconciler.simulate.effects import Began, Dialled, Queued, Said
from reconciler.simulate.events import Event, Outcome, Pressed, Spoke, TimedOut
from reconciler.simulate.scene import Begin, Kind, Move, Scene, Wait, text_of
from reconciler.simulate.state import Request
from reconciler.simulate.widgets.answering import by_name, with_call

_GATHER_PATIENCE: Final = 5.0
_SPEECH: Final = ("voice", "language", "loop")


def begin_say(scene: Scene) -> Wait:
    """Say or play something to the caller."""
    _say(scene, *_SPEECH)
    return Wait("outcome", usual="audioComplete")


def begin_gather(scene: Scene) -> Wait:
    """Ask for keys or speech."""
    if scene.widget.properties.get("save_response_as"):
        scene.assume(Assumption.SAVE_AS)
    _say(scene, *_SPEECH, "hints", "gather_language", "finish_on_key", "number_of_digits")
    return Wait("input", timeout=scene.seconds("timeout", _GATHER_PATIENCE))


def _say(scene: Scene, *details: str) -> None:
    scene.emit(
        Said(scene.widget.name, scene.text("say"), scene.text("play"), scene.text("digits"), scene.details(*details))
    )


def finish_gather(scene: Scene, request: Request, event: Event) -> Move | None:
    """Take keys, speech, or silence."""
    if isinstance(event, Pressed):
        digits = _cut(scene, event.digits)
        event = Outcome("keypress", {"Digits": digits, **event.data}) if digits else TimedOut()
    elif isinstance(event, Spoke):
        said: JsonObject = {"SpeechResult": event.text}
        if event.confidence is not None:
            said["Confidence"] = event.confidence
        event = Outcome("speech", {**said, **event.data})
    return finish_call(scene, request, event)


def _cut(scene: Scene, digits: str) -> str:
    scene.assume(Assumption.GATHER)
    finish = scene.text("finish_on_key")
    if finish:
        digits = digits.partition(finish)[0]
    most = text_of(scene.widget.properties.get("number_of_digits"))
    return digits[: int(most)] if most.isdecimal() and int(most) else digits


def finish_call(scene: Scene, request: Request, event: Event) -> Move | None:
    """Take an outcome, and save the fields of the call with it."""
    move = by_name(scene, request, event)
    return move if move is None else Move(move.event, with_call(scene, move.saved or {}))


def begin_connect(scene: Scene) -> Wait:
    """Connect the caller to somebody."""
    noun = scene.text("noun", "number")
    callee = scene.text("sip_endpoint") if noun == "sip" else scene.text("to")
    details = scene.details("record", "timeout", "time_limit")
    scene.emit(Dialled(scene.widget.name, noun, scene.text("caller_id"), callee, details))
    return Wait("outcome", usual="callCompleted")


def begin_outgoing_call(scene: Scene) -> Wait:
    """Call the contact."""
    details = scene.details("record", "timeout", "detect_answering_machine", "machine_detection", "send_digits")
    caller = scene.text("from", address_of(scene.context, "flow"))
    callee = scene.text("to", address_of(scene.context, "contact"))
    scene.emit(Dialled(scene.widget.name, "number", caller, callee, details))
    return Wait("outcome", usual="answered", saved={"From": caller, "To": callee})


def begin_enqueue(scene: Scene) -> Wait:
    """Put the caller into a queue or a workflow."""
    scene.assume(Assumption.ATTRIBUTES)
    queue = scene.text("workflow_sid") or scene.text("queue_name")
    details = scene.details("priority", "timeout", "wait_url", "wait_url_method")
    scene.emit(Queued(scene.widget.name, queue, scene.text("task_attributes"), details))
    return Wait("outcome", usual="callComplete")


def begin_flex(scene: Scene) -> Wait:
    """Hand the contact to Flex: a call, a message or a conversation becomes a task."""
    scene.assume(Assumption.ATTRIBUTES)
    details = scene.details("channel", "priority", "timeout", "waitUrl", "waitUrlMethod")
    scene.emit(Queued(scene.widget.name, scene.text("workflow"), scene.text("attributes"), details))
    return Wait("outcome", usual="callComplete")


def begin_stream(scene: Scene) -> Move:
    """Start or stop a stream; Studio waits for nobody."""
    keys = ("stream_action", "stream_name", "stream_transport_type", "stream_url", "stream_connector", "stream_track")
    scene.emit(Began(scene.widget.name, scene.widget.type, scene.details(*keys, "stream_parameters")))
    return Move("next")


def beginning(usual: str, *keys: str) -> Begin:
    """Make the beginning of a widget that only tells its properties and waits for an outcome."""

    def begin(scene: Scene) -> Wait:
        scene.emit(Began(scene.widget.name, scene.widget.type, copy.copy(scene.details(*keys))))
        return Wait("outcome", usual=usual)

    return begin


_ENQUEUE: Final = ("callComplete", "failedToEnqueue", "callFailure")
_ANSWERS: Final = ("answered", "busy", "noAnswer", "failed")

VOICE: Final = (
    Kind("say-play", ("audioComplete",), begin_say, by_name, "voice"),
    Kind("gather-input-on-call", ("keypress", "speech", "timeout"), begin_gather, finish_gather, "voice"),
    Kind("connect-call-to", ("callCompleted", "hangup"), begin_connect, by_name, "voice"),
    Kind(
        "make-outgoing-call-v1",
        (*_ANSWERS, "answeredByMachine", "hangup"),
        begin_outgoing_call,
        by_name,
        "voice",
    ),
    Kind("make-outgoing-call-v2", _ANSWERS, begin_outgoing_call, by_name, "voice"),
    Kind(
        "record-voicemail",
        ("recordingComplete", "noAudio", "hangup"),
        beginning("recordingComplete", "timeout", "finish_on_key", "max_length", "transcribe", "trim", "play_beep"),
        finish_call,
        "voice",
    ),
    Kind(
        "record-call",
        ("success", "failed"),
        beginning("success", "record_call", "recording_channels", "trim"),
        by_name,
        "voice",
    ),
    Kind("enqueue-call", _ENQUEUE, begin_enqueue, finish_call, "voice"),
    Kind("send-to-flex", (*_ENQUEUE, "composerStarted"), begin_flex, finish_call, "voice"),
    Kind("fork-stream", ("next",), begin_stream, by_name, "voice"),
)
"""The types of widget in this family."""
