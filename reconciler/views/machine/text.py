"""JSON text that is safe anywhere: ASCII, keys in the order of their shape, no newline at the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def document(data: Mapping[str, Any]) -> str:
    """Give a document, indented for the people who look at it all the same."""
    return json.dumps(data, indent=2)


def line(data: Mapping[str, Any]) -> str:
    """Give an event on one line."""
    return json.dumps(data, separators=(",", ":"))
