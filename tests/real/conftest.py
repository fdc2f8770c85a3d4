"""Where real flows are: data beside the checkout that users do not have. Tests skip without it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support.world import Bed

WOULD_BE_REFUSED = {
    "JeanLuis2010__ultimadefensalegal-flow",
    "JeanLuis2010__udl-intake-flow-es",
    "kaolong__bloqueo-sctbnk-voice-twilio-flow",
    "jhanley87__open-hours-google-flow",
    "twilio-labs__sms-studio-flow",
}
"""Flows of the corpus that Studio would not take (CORPUS.md)."""

INVALID_VERSIONS = {
    ("jhanley87__open-hours-google-flow", "02"),
    ("todd-twilio__global-connect-passport-twilio-studio-flow", "01"),
}
PRE_2020 = "qSharpy__digital-health-assistant-flow"


@pytest.fixture(scope="session")
def corpus(shared_studio: Path) -> dict[str, bytes]:
    """Every flow of the corpus by name, as committed."""
    return {path.stem: path.read_bytes() for path in sorted((shared_studio / "corpus").glob("*.json"))}


@pytest.fixture(scope="session")
def chains(shared_studio: Path) -> dict[str, list[tuple[str, bytes]]]:
    """Every chain of versions in the current format, oldest first."""
    folders = sorted(path for path in (shared_studio / "corpus-revisions").iterdir() if path.is_dir())
    return {
        folder.name: [(path.stem, path.read_bytes()) for path in sorted(folder.glob("*.json"))]
        for folder in folders
        if folder.name != PRE_2020
    }


@pytest.fixture
def bed(tmp_path: Path) -> Bed:
    """An account and a state of one's own."""
    return Bed(tmp_path)


def label(name: str) -> str:
    """Make a resource name of a file name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:63].strip("-")


def shuffled(raw: bytes) -> bytes:
    """The same flow with other white space, key order and order of states."""
    data = json.loads(raw)
    data["states"] = list(reversed(data["states"]))
    return json.dumps(data, indent=7, sort_keys=True, ensure_ascii=True).encode()
