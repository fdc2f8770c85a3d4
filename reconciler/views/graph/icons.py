"""The sign of each family of widgets, as paths on a field of 22 by 22."""

from __future__ import annotations

from typing import Final

from reconciler.definition.families import Family

GLYPHS: Final[dict[Family, str]] = {
    "trigger": "M12.5 4.5 L7 12 H11 L9.5 17.5 L15 10 H11 Z",
    "decision": "M11 5 V9 M11 9 L6 16 M11 9 L16 16 M4.5 13.5 L6 16 L8.6 15 M17.5 13.5 L16 16 L13.4 15",
    "message": "M5 6 H17 V14 H11 L8 17 V14 H5 Z M8 9 H14 M8 11.3 H12",
    "voice": (
        "M7 5 L9.5 8.5 L8.2 10 C9 12 10 13 12 13.8 L13.5 12.5 L17 15 C16 17 14.5 17.4 12.5 16.6 "
        "C9 15.2 6.8 13 5.4 9.5 C4.6 7.5 5 6 7 5 Z"
    ),
    "data": "M6 7 H16 M6 11 H16 M6 15 H12",
    "code": "M8 7 L4.5 11 L8 15 M14 7 L17.5 11 L14 15 M12 6 L10 16",
    "flow": "M5 5 H11 V10 H5 Z M11 12 H17 V17 H11 Z M8 10 V14.5 H11",
    "people": "M11 5 A2.8 2.8 0 1 1 10.99 5 Z M5.5 17 C5.5 13.5 8 12.5 11 12.5 C14 12.5 16.5 13.5 16.5 17",
    "other": "M6 11 H6.1 M11 11 H11.1 M16 11 H16.1",
    "missing": "M8.3 8 C8.6 4.6 14 5 13.6 8.4 C13.4 10.4 11 10.6 11 13 M11 16.4 V16.5",
}

LABELS: Final[dict[Family, str]] = {
    "trigger": "start",
    "decision": "decision",
    "message": "message",
    "voice": "call",
    "data": "variables",
    "code": "function, request",
    "flow": "subflow",
    "people": "agent, bot",
    "other": "other widget",
    "missing": "no such widget",
}
