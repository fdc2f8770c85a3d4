"""Older state documents brought to the present format, one small function a version, each pure: JSON in, JSON out.

A function never looks at another one's format: what it is given is exactly the version it knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from reconciler.errors import StateDamagedError
from reconciler.model.jsontypes import JsonObject

Upgrade = Callable[[JsonObject], JsonObject]

UPGRADES: Final[Mapping[int, Upgrade]] = {1: dict}
"""From each older format to the next one. Format 2 may have a `release`; nothing else is new in it."""


def upgraded(document: JsonObject, steps: Mapping[int, Upgrade], *, to: int, origin: str) -> JsonObject:
    """Bring a document to the format `to`; the document itself if it has it already.

    Args:
        document: parsed JSON of the format that its `format` names.
        steps: for each format the function that makes the next one of it.
        to: the format wanted.
        origin: where the document was read, for messages.

    Raises:
        StateDamagedError: it names no format, a newer one, or one that no function leads away from.
    """
    number = format_of(document, origin, newest=to)
    while number < to:
        step = steps.get(number)
        if step is None:
            raise StateDamagedError(
                f"{origin}: state format {number} is not known; this version reads format {to}",
                hint="Put a backup back with `reconciler state restore SERIAL`.",
            )
        number += 1
        document = {**step(document), "format": number}
    return document


def format_of(document: JsonObject, origin: str, *, newest: int) -> int:
    """Give the number of a document's format.

    Raises:
        StateDamagedError: there is none, or it is newer than `newest`.
    """
    number = document.get("format")
    if not isinstance(number, int) or isinstance(number, bool):
        raise StateDamagedError(
            f"{origin}: no state document: it has no format number",
            hint="Put a backup back with `reconciler state restore SERIAL`.",
        )
    if number > newest:
        raise StateDamagedError(
            f"{origin}: state format {number} is newer than format {newest}, the newest that this version reads",
            hint="Upgrade reconciler to the version that wrote it, or put an older backup back with "
            "`reconciler state restore SERIAL`.",
        )
    return number
