"""Every type of widget that can be simulated, in one table."""

from __future__ import annotations

from typing import Final

from reconciler.simulate.scene import Kind
from reconciler.simulate.widgets.agents import AGENTS, UNKNOWN
from reconciler.simulate.widgets.logic import LOGIC
from reconciler.simulate.widgets.messages import MESSAGES
from reconciler.simulate.widgets.requests import REQUESTS
from reconciler.simulate.widgets.voice import VOICE

KINDS: Final = {kind.type: kind for kind in (*LOGIC, *MESSAGES, *REQUESTS, *VOICE, *AGENTS)}
"""By type."""


def kind_of(widget_type: str) -> Kind:
    """Give how a type of widget behaves; unknown types wait for one of the events of their transitions."""
    return KINDS.get(widget_type, UNKNOWN)
