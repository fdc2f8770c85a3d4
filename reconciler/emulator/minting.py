"""How revisions come to be: what is kept of what was sent, and whether a revision is minted at all."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Final

from reconciler.emulator.answers import bad_parameter, invalid_definition
from reconciler.emulator.audit import note
from reconciler.emulator.rows import Flow, Revision
from reconciler.emulator.settings import Settings
from reconciler.emulator.stored import stored_definition
from reconciler.emulator.studio import Studio
from reconciler.emulator.transaction import Transaction
from reconciler.emulator.validity import errors_in, problem, subflows
from reconciler.model.definition import Status
from reconciler.model.jsontypes import Json, JsonObject

_MESSAGE_LIMIT: Final = 255
_LARGEST_GAP: Final = 3
_RESOLVE_LAG: Final = 1.0
"""How long a new flow is at least unknown to the check of flow_sid under validate-resolves-sids=after-lag."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a new revision shall hold. `errors` is empty for a valid definition."""

    friendly_name: str
    status: Status
    definition: str
    errors: str
    commit_message: str | None
    author: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A definition as it will be kept, and what is wrong with it."""

    text: str
    errors: list[Json]
    subflows: tuple[tuple[str, str], ...]


def check(studio: Studio, definition: JsonObject) -> Checked:
    """Check a definition and bring it into the form in which it is kept. Needs no transaction."""
    errors = errors_in(definition, unknown_types=studio.settings.quirk("unknown-widget-type") == "accept")
    called = tuple((path, sid) for path, sid in subflows(definition) if isinstance(sid, str))
    text = stored_definition(definition, studio.settings.quirk("stored-definition"))
    return Checked(text, errors, called)


def settle(studio: Studio, t: Transaction, account: str, checked: Checked, status: Status) -> str:
    """Give the errors to be kept with a definition, as JSON text.

    Raises:
        RefusalError: 81022, unless it is a draft and the quirk invalid-draft accepts those.
    """
    errors = checked.errors + _unresolved(studio, t, account, checked)
    if errors and not (status == "draft" and studio.settings.quirk("invalid-draft") == "accept"):
        raise invalid_definition(errors)
    return json.dumps(errors)


def _unresolved(studio: Studio, t: Transaction, account: str, checked: Checked) -> list[Json]:
    mode = studio.settings.quirk("validate-resolves-sids")
    if mode == "no":
        return []
    errors = []
    for path, sid in checked.subflows:
        flow = t.flow(sid, account)
        youngest = studio.now() - max(studio.settings.lag("read-lag"), _RESOLVE_LAG)
        if flow is None or (mode == "after-lag" and flow.created > youngest):
            errors.append(problem("must be a valid, non-liquid flow sid", path))
    return errors


def kept_message(settings: Settings, message: str | None) -> str | None:
    """Give a commit message as Studio keeps it.

    Raises:
        RefusalError: it is too long and the quirk commit-message-limit refuses that.
    """
    limit = settings.quirk("commit-message-limit")
    if message is None or limit == "none":
        return message
    if limit == "trimmed":
        return " ".join(message.split())
    if limit == "255-refused" and len(message) > _MESSAGE_LIMIT:
        raise bad_parameter(f"CommitMessage must not be longer than {_MESSAGE_LIMIT} characters")
    return message[:_MESSAGE_LIMIT]


def refuse_taken_name(studio: Studio, t: Transaction, account: str, name: str, sid: str | None) -> None:
    """Refuse a name that another flow has, under the quirk friendly-name-unique."""
    if studio.settings.quirk("friendly-name-unique") == "yes" and t.name_taken(account, name, sid):
        raise bad_parameter("FriendlyName must be unique")


def mint(studio: Studio, t: Transaction, flow: Flow, content: Content, latest: Revision | None) -> Revision:
    """Keep the next revision of a flow; `latest` is the one before it, None for a new flow."""
    now = studio.now()
    revision = Revision(
        number=1 if latest is None else latest.number + _step(studio.settings, flow, latest),
        status=content.status,
        friendly_name=content.friendly_name,
        commit_message=content.commit_message,
        author=content.author,
        valid=content.errors == "[]",
        errors=content.errors,
        minted=now,
        updated=None if latest is None else now,
        definition=content.definition,
    )
    t.insert_revision(flow, revision)
    note(studio, t, flow, "flow.created" if latest is None else "flow.updated", content.author)
    return revision


def mint_or_keep(studio: Studio, t: Transaction, flow: Flow, content: Content, latest: Revision) -> Revision:
    """Keep what an update brings: a new revision, or under two quirks the latest one, as it is or with a new status."""
    same = (content.friendly_name, content.definition) == (latest.friendly_name, latest.definition)
    if same and content.status == latest.status and studio.settings.quirk("noop-update") == "keep":
        return latest
    if same and content.status != latest.status and studio.settings.quirk("status-only-update") == "flip":
        now = studio.now()
        t.turn_status(flow, latest.number, content.status, now)
        note(studio, t, flow, "flow.updated", content.author)
        return latest._replace(status=content.status, updated=now)
    return mint(studio, t, flow, content, latest)


def _step(settings: Settings, flow: Flow, latest: Revision) -> int:
    if settings.quirk("revision-gaps") == "no":
        return 1
    return random.Random(f"{settings.seed}:{flow.sid}:{latest.number}").randint(1, _LARGEST_GAP)  # noqa: S311 - repeatable, not secret
