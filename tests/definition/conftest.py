"""Small flows for the tests of the definition language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

STUDIO = Path(__file__).parents[2] / ".." / "shared" / "studio"
INVALID = {
    "corpus/JeanLuis2010__ultimadefensalegal-flow.json",
    "corpus/JeanLuis2010__udl-intake-flow-es.json",
    "corpus/kaolong__bloqueo-sctbnk-voice-twilio-flow.json",
    "corpus/jhanley87__open-hours-google-flow.json",
    "corpus/twilio-labs__sms-studio-flow.json",
    "corpus-revisions/jhanley87__open-hours-google-flow/02.json",
    "corpus-revisions/todd-twilio__global-connect-passport-twilio-studio-flow/01.json",
}
LEGACY = "corpus-revisions/qSharpy__digital-health-assistant-flow/"


def _files() -> list[Path]:
    folders = ("corpus", "corpus-templated", "corpus-revisions/*")
    return sorted(file for folder in folders for file in STUDIO.glob(f"{folder}/*.json"))


@pytest.fixture(scope="session")
def studio() -> Path:
    if not STUDIO.is_dir():
        pytest.skip("the corpus of real flows is not here")
    return STUDIO


@pytest.fixture(scope="session")
def current_flows(studio) -> dict[str, bytes]:
    """Every real flow in the current format, by its place in the corpus."""
    found = {str(file.relative_to(studio)): file.read_bytes() for file in _files()}
    return {name: raw for name, raw in found.items() if not name.startswith(LEGACY)}


@pytest.fixture(scope="session")
def invalid_flows() -> set[str]:
    return INVALID


@pytest.fixture
def widget():
    """Make a widget of a type that needs nothing."""

    def make(
        name: str, *transitions: tuple[str, str | None], kind: str = "say-play", **properties: Any
    ) -> dict[str, Any]:
        listed = [{"event": event, **({"next": target} if target else {})} for event, target in transitions]
        return {"name": name, "type": kind, "transitions": listed, "properties": properties}

    return make


@pytest.fixture
def flow(widget):
    """Make a flow of a trigger that leads to the first of these widgets."""

    def make(*widgets: dict[str, Any], **more: Any) -> dict[str, Any]:
        first = widgets[0]["name"] if widgets else None
        trigger = widget("Trigger", ("incomingMessage", first), ("incomingCall", None), kind="trigger")
        return {"description": "A flow", "states": [trigger, *widgets], "initial_state": "Trigger", **more}

    return make


@pytest.fixture
def match():
    """Make a `match` transition."""

    def make(value: str, target: str | None = None, label: str = "a label", kind: str = "equal_to") -> dict[str, Any]:
        condition = {"friendly_name": label, "arguments": ["{{x}}"], "type": kind, "value": value}
        return {"event": "match", **({"next": target} if target else {}), "conditions": [condition]}

    return make
