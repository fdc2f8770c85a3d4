"""The shapes of what `pull`, `history` and `blame` give with `--json`. A shape only grows while `format` stays 1."""

from __future__ import annotations

from typing import Literal

from pydantic import with_config
from typing_extensions import TypedDict

from reconciler.plan.shape import STRICT, DiffItemShape
from reconciler.views.machine.shapes import RevisionEntryShape


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


class ActorShape(TypedDict):
    """Who made a revision, as Twilio's Monitor tells: a user or an account, by which way, from which address."""

    sid: str | None
    type: str | None
    source: Literal["console", "api", "twilio", "unknown"]
    address: str | None


class HistoryEntryShape(RevisionEntryShape):
    """A revision in a history; `diff` is what it changed, null when nobody asked."""

    actor: ActorShape | None
    diff: list[DiffItemShape] | None


@with_config(STRICT)
class HistoryShape(TypedDict):
    """The revisions known of a flow, oldest first.

    `older` counts those that are left out. `nameless` says why Monitor could not be asked for names.
    """

    format: Literal[1]
    address: str
    sid: str
    friendlyName: str
    publishedRevision: int | None
    revisions: list[HistoryEntryShape]
    older: int
    nameless: str | None


@with_config(STRICT)
class BlameShape(TypedDict):
    """The revision that made a widget, or a property of it, what it is; `before` is null for a flow's first one.

    `path` is empty for the whole widget. `read` counts the bodies that were read, of so many `revisions`.
    """

    format: Literal[1]
    address: str
    widget: str
    path: str
    kind: Literal["changed", "added", "removed", "renamed"]
    before: int | None
    revision: HistoryEntryShape
    renamedFrom: list[str]
    read: int
    revisions: int
    nameless: str | None
