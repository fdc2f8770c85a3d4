"""The shapes of what `pull` and `blame` give with `--json`. Types only; a shape only grows while `format` stays 1."""

from __future__ import annotations

from typing import Literal

from pydantic import with_config
from typing_extensions import TypedDict

from reconciler.plan.shape import STRICT, DiffItemShape


class PulledFlowShape(TypedDict):
    """One flow of a pull; with `conflicts`, or `refused`, nothing of it is written."""

    address: str
    revision: int
    files: list[str]
    diff: list[DiffItemShape]
    conflicts: list[str]
    refused: str | None
    notes: list[str]


class FileDifferenceShape(TypedDict):
    """One file of a pull, as git would show it."""

    file: str
    diff: str


@with_config(STRICT)
class PullShape(TypedDict):
    """Edits of the Console in the files.

    `written` is false while they are only shown; `gone` are recorded flows that the account no longer has.
    """

    format: Literal[1]
    written: bool
    flows: list[PulledFlowShape]
    gone: list[str]
    files: list[FileDifferenceShape]
