"""What every reader and writer of Studio does alike: the client, and every fake that stands in for it.

An implementation joins by a line in `IMPLEMENTATIONS`: a context manager that gives an empty account.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import httpx
import pytest

from reconciler.definition import document
from reconciler.emulator.app import make_app
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.errors import InvalidDefinitionError, NotFoundError
from reconciler.model.definition import Definition
from reconciler.model.live import FlowInput
from reconciler.ports import FlowReader, FlowValidator, FlowWriter
from reconciler.studio.client import StudioClient
from reconciler.studio.credentials import INVENTED
from reconciler.studio.hosts import EMBEDDED
from reconciler.studio.http import Http
from reconciler.studio.live import LiveReader, LiveValidator, LiveWriter
from reconciler.studio.settings import HttpSettings

GONE = "FW" + "0" * 32


@dataclass(frozen=True)
class Studio:
    """One empty account through its three ports."""

    reader: FlowReader
    writer: FlowWriter
    validator: FlowValidator


class StillClock:
    """A clock that nobody waits on."""

    def now(self) -> datetime:
        """Give always the same time."""
        return datetime(2030, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        """Give always the same seconds."""
        return 0.0

    def sleep(self, seconds: float) -> None:
        """Return at once."""

    def stopping(self) -> bool:
        """Never stop."""
        return False


class EvenChance:
    """Chance without surprise."""

    def token(self) -> str:
        """Give the only token."""
        return "0" * 12

    def lineage(self) -> str:
        """Give the only lineage."""
        return "00000000-0000-4000-8000-000000000000"

    def jitter(self) -> float:
        """Give the middle."""
        return 0.5


@contextmanager
def live_over_the_emulator() -> Iterator[Studio]:
    """The client of production over the emulator, in this process."""
    store = Store(None)
    app = make_app(Settings(seed=1), store=store, clock=StillClock())
    settings = HttpSettings(EMBEDDED, INVENTED.account, INVENTED.user, INVENTED.password)
    http = Http(settings, StillClock(), EvenChance(), transport=httpx.WSGITransport(app))
    client = StudioClient(http)
    try:
        yield Studio(LiveReader(client), LiveWriter(client), LiveValidator(client))
    finally:
        http.close()
        store.close()


IMPLEMENTATIONS: dict[str, Callable[[], AbstractContextManager[Studio]]] = {
    "live over the emulator": live_over_the_emulator,
}


@pytest.fixture(params=IMPLEMENTATIONS)
def studio(request: pytest.FixtureRequest) -> Iterator[Studio]:
    with IMPLEMENTATIONS[request.param]() as made:
        yield made


def definition(text: str = "Hello") -> Definition:
    """Give a small definition."""
    events = ("incomingMessage", "incomingConversationMessage", "incomingRequest", "incomingParent")
    trigger = {
        "name": "Trigger",
        "type": "trigger",
        "properties": {"offset": {"x": 0, "y": 0}},
        "transitions": [{"event": "incomingCall", "next": "say"}, *({"event": event} for event in events)],
    }
    say = {
        "name": "say",
        "type": "say-play",
        "properties": {"offset": {"x": 0, "y": 200}, "say": text, "loop": 1},
        "transitions": [{"event": "audioComplete"}],
    }
    return document.of({"description": "", "states": [trigger, say], "initial_state": "Trigger"})


def broken() -> Definition:
    """Give a definition with a sub-flow that is not named, which Studio certainly refuses (api.md A5)."""
    data = definition().data()
    data["states"][1] |= {
        "type": "run-subflow",
        "properties": {"flow_sid": None, "flow_revision": "LatestPublished"},
        "transitions": [{"event": "completed"}, {"event": "failed"}],
    }
    return document.of(data)


WHAT = FlowInput("Reminder", "published", definition(), "why")
DRAFT = replace(WHAT, status="draft", definition=definition("Draft"))
BROKEN = replace(WHAT, definition=broken())


def test_an_empty_account(studio):
    """Nothing there is an answer, not an error."""
    assert list(studio.reader.list_flows()) == []


def test_a_created_flow_is_read_back(studio):
    """The answer to a create is revision 1, and list, fetch and revision agree with it."""
    body = studio.writer.create_flow(WHAT)
    assert (body.row.revision, body.row.status, body.row.friendly_name) == (1, "published", "Reminder")
    assert (body.definition, body.commit_message) == (WHAT.definition, "why")
    assert [(row.sid, row.revision, row.status) for row in studio.reader.list_flows()] == [
        (body.row.sid, 1, "published")
    ]
    fetched = studio.reader.fetch_flow(body.row.sid)
    assert (fetched.row.sid, fetched.definition, fetched.commit_message) == (body.row.sid, WHAT.definition, "why")
    revision = studio.reader.fetch_revision(body.row.sid, 1)
    assert (revision.revision, revision.definition, revision.commit_message) == (1, WHAT.definition, "why")


def test_names_are_not_unique(studio):
    """Two creates of one name are two flows."""
    sids = {studio.writer.create_flow(WHAT).row.sid for _ in range(2)}
    assert {row.sid for row in studio.reader.list_flows()} == sids
    assert len(sids) == 2


def test_every_update_is_a_revision(studio):
    """Numbers grow, old bodies stay readable, and the list has the newest first, without definitions."""
    sid = studio.writer.create_flow(WHAT).row.sid
    updated = studio.writer.update_flow(sid, replace(WHAT, friendly_name="Other", definition=definition("New")))
    assert updated.row.revision > 1
    assert updated.row.friendly_name == "Other"
    assert updated.definition == definition("New")
    assert studio.reader.fetch_revision(sid, 1).definition == WHAT.definition
    revisions = studio.reader.list_revisions(sid)
    assert [one.revision for one in revisions] == [updated.row.revision, 1]
    assert {one.definition for one in revisions} == {None}


def test_a_draft_leaves_the_published_head(studio):
    """Fetch shows the draft; the published head is the revision that callers get."""
    sid = studio.writer.create_flow(WHAT).row.sid
    draft = studio.writer.update_flow(sid, DRAFT)
    assert draft.row.status == "draft"
    assert studio.reader.fetch_flow(sid).definition == DRAFT.definition
    head = studio.reader.fetch_published(sid)
    assert (head.revision, head.definition, head.status) == (1, WHAT.definition, "published")


def test_never_published(studio):
    """A flow that is a draft only has no published head."""
    assert studio.reader.fetch_published(studio.writer.create_flow(DRAFT).row.sid) is None


def test_a_deleted_flow_is_gone(studio):
    """After a delete every read and write of it is NotFoundError, a second delete too."""
    sid = studio.writer.create_flow(WHAT).row.sid
    studio.writer.delete_flow(sid)
    assert list(studio.reader.list_flows()) == []
    for call in (
        lambda: studio.reader.fetch_flow(sid),
        lambda: studio.reader.fetch_revision(sid, 1),
        lambda: studio.reader.list_revisions(sid),
        lambda: studio.reader.fetch_test_users(sid),
        lambda: studio.writer.update_flow(sid, WHAT),
        lambda: studio.writer.set_test_users(sid, ()),
        lambda: studio.writer.delete_flow(sid),
    ):
        with pytest.raises(NotFoundError):
            call()


def test_what_never_was(studio):
    """An unknown flow and an unknown revision are NotFoundError."""
    with pytest.raises(NotFoundError):
        studio.reader.fetch_flow(GONE)
    sid = studio.writer.create_flow(WHAT).row.sid
    with pytest.raises(NotFoundError):
        studio.reader.fetch_revision(sid, 99)


def test_test_users_are_replaced_as_a_whole(studio):
    """What is set is what is read, as a set; `()` empties the list."""
    sid = studio.writer.create_flow(WHAT).row.sid
    assert studio.reader.fetch_test_users(sid) == ()
    for contacts in (("+15550100001", "whatsapp:+15550100002"), ("+15550100003",), ()):
        assert set(studio.writer.set_test_users(sid, contacts)) == set(contacts)
        assert set(studio.reader.fetch_test_users(sid)) == set(contacts)


def test_a_refused_definition(studio):
    """Validate, create and update refuse alike, name the widget, and change nothing."""
    sid = studio.writer.create_flow(WHAT).row.sid
    for call in (
        lambda: studio.validator.validate(BROKEN),
        lambda: studio.writer.create_flow(BROKEN),
        lambda: studio.writer.update_flow(sid, BROKEN),
    ):
        with pytest.raises(InvalidDefinitionError) as caught:
            call()
        assert "say" in {finding.widget for finding in caught.value.findings}
    assert [(row.sid, row.revision) for row in studio.reader.list_flows()] == [(sid, 1)]


def test_validate_changes_nothing(studio):
    """A valid definition is only said to be valid."""
    studio.validator.validate(WHAT)
    assert list(studio.reader.list_flows()) == []


def test_the_account_is_told(studio):
    """The account of the credentials is the account of the flows."""
    body = studio.writer.create_flow(WHAT)
    assert studio.reader.fetch_account() == body.row.account_sid


def test_no_execution_is_active(studio):
    """A flow that nobody called has none."""
    assert not studio.reader.has_active_executions(studio.writer.create_flow(WHAT).row.sid)


def test_calls_are_counted(studio):
    """One request counts once, under its operation's name."""
    before = dict(studio.reader.calls())
    sid = studio.writer.create_flow(WHAT).row.sid
    studio.reader.list_flows()
    studio.reader.fetch_flow(sid)
    after = {name: count - before.get(name, 0) for name, count in studio.reader.calls().items()}
    assert {name: count for name, count in after.items() if count} == {"CreateFlow": 1, "ListFlow": 1, "FetchFlow": 1}


def test_the_servers_time_is_known_after_an_answer(studio):
    """`Date` of the newest answer, in UTC."""
    studio.reader.list_flows()
    assert studio.reader.server_time().tzinfo is UTC


def test_text_survives(studio):
    """What a definition says comes back as it was, whatever script it is in and whatever a form would mangle."""
    text = "Grüße 🎉 & + % = ; \u2028 \\ \" \n {{ 'x' | upcase }}"
    body = studio.writer.create_flow(replace(WHAT, friendly_name=text.strip(), definition=definition(text)))
    stored = studio.reader.fetch_flow(body.row.sid)
    assert json.loads(stored.definition.text)["states"][1]["properties"]["say"] == text
    assert stored.row.friendly_name == text.strip()
