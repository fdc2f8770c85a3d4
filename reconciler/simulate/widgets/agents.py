"""Widgets that hand the contact to a machine for a while: payments, virtual agents, AI sessions; and unknown ones."""

from __future__ import annotations

from typing import Final

from reconciler.simulate.assumptions import Assumption
from reconciler.simulate.effects import Began
from reconciler.simulate.scene import Kind, Move, Scene, Wait
from reconciler.simulate.widgets.answering import by_name
from reconciler.simulate.widgets.voice import beginning, finish_call


def begin_autopilot(scene: Scene) -> Wait:
    """Hand the contact to Autopilot, which is no more."""
    keys = ("autopilot_assistant_sid", "from", "body", "target_task", "chat_service", "chat_channel")
    scene.emit(Began(scene.widget.name, scene.widget.type, scene.details(*keys)))
    return Wait("outcome", usual="sessionEnded", timeout=scene.seconds("timeout", 14_400.0))


def begin_agent(scene: Scene) -> Wait:
    """Hand the contact to a virtual agent."""
    keys = ("connector_name", "connector", "channel", "language", "configurations", "parameters", "session_behavior")
    scene.emit(Began(scene.widget.name, scene.widget.type, scene.details(*keys)))
    timeout = scene.seconds("timeout", -1.0)
    usual = "return" if scene.widget.type == "connect-virtual-agent" else "completed"
    return Wait("outcome", usual=usual, timeout=timeout if timeout >= 0 and usual == "completed" else None)


def begin_unknown(scene: Scene) -> Wait | Move:
    """Tell the properties of a widget that nobody documents."""
    scene.assume(Assumption.UNKNOWN_WIDGET)
    keys = tuple(key for key in scene.widget.properties if key != "offset")
    scene.emit(Began(scene.widget.name, scene.widget.type, scene.details(*keys)))
    # Without transitions there is nothing to wait for.
    return Wait("outcome") if scene.widget.transitions else Move("next")


_PAYMENT: Final = (
    "payment_connector",
    "payment_token_type",
    "payment_amount",
    "currency",
    "description",
    "payment_method",
)
_RELAY: Final = ("url", "welcome_greeting", "tts_provider", "voice", "language", "parameters")

AGENTS: Final = (
    Kind(
        "capture-payments",
        ("success", "maxFailedAttempts", "providerError", "payInterrupted", "hangup", "validationError"),
        beginning("success", *_PAYMENT),
        finish_call,
        "voice",
    ),
    Kind("connect-virtual-agent", ("return", "hangup"), begin_agent, by_name, "voice"),
    Kind(
        "connect-virtual-agent-v2",
        ("completed", "live-agent-handoff", "hangup", "failed", "paused", "timeout"),
        begin_agent,
        by_name,
        "voice",
    ),
    Kind("run-conversation-relay", ("success", "failed"), beginning("success", *_RELAY), by_name, "voice"),
    Kind("send-to-auto-pilot", ("sessionEnded", "failure", "timeout"), begin_autopilot, by_name, "messages"),
)
"""The types of widget in this family."""

UNKNOWN: Final = Kind("", (), begin_unknown, by_name)
"""What stands in for a type that nobody documents."""
