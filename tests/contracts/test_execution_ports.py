"""What every reader and writer of executions does alike: the client, and every fake that stands in for it.

An implementation joins by a line in `IMPLEMENTATIONS`: a context manager that gives an account with nothing in it but
one published flow, which asks by message and thanks for the answer, and how a contact of that flow is heard, where the
implementation runs anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from reconciler.definition import document
from reconciler.emulator.app import make_app
from reconciler.emulator.settings import Settings
from reconciler.emulator.store import Store
from reconciler.errors import NotFoundError, StudioConflictError
from reconciler.model.execution import ExecutionFilter
from reconciler.model.live import FlowInput
from reconciler.ports import ExecutionReader, ExecutionWriter
from reconciler.studio.client import StudioClient
from reconciler.studio.credentials import INVENTED
from reconciler.studio.hosts import EMBEDDED
from reconciler.studio.http import Http
from reconciler.studio.live_executions import LiveExecutionReader, LiveExecutionWriter
from reconciler.studio.settings import HttpSettings
from tests.support.executions import HELLO
from tests.support.executions import Account as FakeAccount
from tests.support.flows import EVENTS

CONTACT, OTHER, NUMBER = "+15550100001", "+15550100002", "+15550100009"
GONE = "FN" + "0" * 32
NOW = datetime(2030, 1, 1, tzinfo=UTC)
ALL = ExecutionFilter()


@dataclass(frozen=True)
class Account:
    """One account through its two ports; `reply` lets a contact answer, None where nothing runs."""

    flow: str
    reader: ExecutionReader
    writer: ExecutionWriter
    reply: Callable[[str, str], object] | None = None


class StillClock:
    """A clock that nobody waits on."""

    def now(self) -> datetime:
        """Give always the same time."""
        return NOW

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


def chat() -> FlowInput:
    """Give a flow that asks by message and thanks for the answer."""
    ends = {"from": "{{flow.channel.address}}", "to": "{{contact.channel.address}}"}
    trigger = {
        "name": "Trigger",
        "type": "trigger",
        "properties": {"offset": {"x": 0, "y": 0}},
        "transitions": [{"event": event, "next": "ask"} for event in EVENTS],
    }
    ask = {
        "name": "ask",
        "type": "send-and-wait-for-reply",
        "properties": {
            "offset": {"x": 0, "y": 200},
            **ends,
            "body": "{{flow.data.name}}, shall we?",
            "timeout": "3600",
        },
        "transitions": [
            {"event": "incomingMessage", "next": "thank"},
            {"event": "timeout"},
            {"event": "deliveryFailure"},
        ],
    }
    thank = {
        "name": "thank",
        "type": "send-message",
        "properties": {"offset": {"x": 0, "y": 400}, **ends, "body": "Thanks"},
        "transitions": [{"event": "sent"}, {"event": "failed"}],
    }
    states = [trigger, ask, thank]
    definition = document.of({"description": "", "states": states, "initial_state": "Trigger"})
    return FlowInput("Chat", "published", definition, "why")


@contextmanager
def live_over_the_emulator() -> Iterator[Account]:
    """The client of production over the emulator, in this process."""
    store = Store(None)
    transport = httpx.WSGITransport(make_app(Settings(seed=1), store=store, clock=StillClock()))
    settings = HttpSettings(EMBEDDED, INVENTED.account, INVENTED.user, INVENTED.password)
    http = Http(settings, StillClock(), EvenChance(), transport=transport)
    client = StudioClient(http)
    flow = client.create_flow(chat()).row.sid

    def reply(contact: str, text: str) -> None:
        hook = f"http://emulator/v1/Accounts/{INVENTED.account}/Flows/{flow}"
        form = {"From": contact, "To": NUMBER, "Body": text, "MessageSid": f"SM-{text}"}
        with httpx.Client(transport=transport) as twilio:
            twilio.post(hook, data=form).raise_for_status()

    try:
        yield Account(flow, LiveExecutionReader(client), LiveExecutionWriter(client), reply)
    finally:
        http.close()
        store.close()


@contextmanager
def fake() -> Iterator[Account]:
    """The account that tests of workflows use."""
    kept = FakeAccount()
    yield Account(HELLO.sid, kept, kept)


IMPLEMENTATIONS: dict[str, Callable[[], AbstractContextManager[Account]]] = {
    "live over the emulator": live_over_the_emulator,
    "fake": fake,
}


@pytest.fixture(params=IMPLEMENTATIONS)
def account(request: pytest.FixtureRequest) -> Iterator[Account]:
    with IMPLEMENTATIONS[request.param]() as made:
        yield made


def begin(account: Account, to: str = CONTACT, **parameters):
    """Start an execution."""
    return account.writer.start_execution(account.flow, to, NUMBER, parameters or None)


def test_nothing_there(account):
    """A flow without executions lists none, and what is not there is NotFoundError."""
    assert list(account.reader.list_executions(account.flow, ALL)) == []
    assert list(account.reader.each_execution(account.flow, ALL)) == []
    for call in (
        lambda: account.reader.fetch_execution(account.flow, GONE),
        lambda: account.reader.fetch_context(account.flow, GONE),
        lambda: account.reader.list_steps(account.flow, GONE),
        lambda: account.reader.fetch_step_context(account.flow, GONE, "FT" + "0" * 32),
        lambda: account.writer.end_execution(account.flow, GONE),
        lambda: account.writer.delete_execution(account.flow, GONE),
    ):
        with pytest.raises(NotFoundError):
            call()


def test_a_started_execution_is_read_back(account):
    """The answer to a start is active; fetch and list agree with it, and its context has the parameters."""
    made = begin(account, name="Zeke")
    assert (made.status, made.contact, made.flow_sid) == ("active", CONTACT, account.flow)
    assert made.revision is not None
    assert made.date_created is not None
    fetched = account.reader.fetch_execution(account.flow, made.sid)
    assert (fetched.sid, fetched.status, fetched.initiated_by) == (made.sid, "active", made.initiated_by)
    assert [one.sid for one in account.reader.list_executions(account.flow, ALL)] == [made.sid]
    context = account.reader.fetch_context(account.flow, made.sid)
    assert context["flow"]["data"] == {"name": "Zeke"}


@pytest.mark.parametrize("account", ["live over the emulator"], indirect=True)  # nothing runs in the fake
def test_steps_tell_the_way(account):
    """A contact's reply is a step with its event, its widgets and its type; the context after each step can be read."""
    assert account.reply is not None
    made = begin(account, name="Zeke")
    account.reply(CONTACT, "yes")
    steps = sorted(account.reader.list_steps(account.flow, made.sid), key=lambda step: step.from_widget != "Trigger")
    assert {(step.event, step.from_widget, step.to_widget, step.widget_type) for step in steps} == {
        ("incomingRequest", "Trigger", "ask", "trigger"),
        ("incomingMessage", "ask", "thank", "send-and-wait-for-reply"),
        ("sent", "thank", "Ended", "send-message"),
    }
    assert {(step.execution_sid, step.flow_sid, step.parent_step_sid) for step in steps} == {
        (made.sid, account.flow, None)
    }
    first = account.reader.fetch_step_context(account.flow, made.sid, steps[0].sid)
    last = account.reader.fetch_context(account.flow, made.sid)
    assert first["widgets"] == {}
    assert last["widgets"]["ask"]["inbound"]["Body"] == "yes"
    assert last["widgets"]["ask"]["outbound"]["Body"] == "Zeke, shall we?"
    assert account.reader.fetch_execution(account.flow, made.sid).status == "ended"


def test_one_active_per_pair(account):
    """A second start for the same pair is StudioConflictError; for another contact, or after the end, it is not."""
    made = begin(account)
    with pytest.raises(StudioConflictError):
        begin(account)
    begin(account, OTHER)
    assert account.writer.end_execution(account.flow, made.sid).status == "ended"
    with pytest.raises(StudioConflictError):
        account.writer.end_execution(account.flow, made.sid)
    assert begin(account).sid != made.sid


def test_lists_are_filtered(account):
    """By status, and by date: begun then or later, and before."""
    one, two = begin(account), begin(account, OTHER)
    account.writer.end_execution(account.flow, one.sid)
    now = one.date_created
    assert now is not None

    def found(**which):
        chosen = ExecutionFilter(**which)
        sids = [each.sid for each in account.reader.each_execution(account.flow, chosen)]
        assert sids == [each.sid for each in account.reader.list_executions(account.flow, chosen)]
        return set(sids)

    assert found(status="active") == {two.sid}
    assert found(status="ended") == {one.sid}
    assert found(since=now) == {one.sid, two.sid}
    assert found(until=now) == set()
    assert found(since=now - timedelta(hours=1), until=now + timedelta(seconds=1)) == {one.sid, two.sid}


def test_a_deleted_execution_is_gone(account):
    """A deleted execution is not found, its steps neither, and a second delete is NotFoundError."""
    made = begin(account)
    account.writer.end_execution(account.flow, made.sid)
    account.writer.delete_execution(account.flow, made.sid)
    assert list(account.reader.list_executions(account.flow, ALL)) == []
    for call in (
        lambda: account.reader.fetch_execution(account.flow, made.sid),
        lambda: account.reader.list_steps(account.flow, made.sid),
        lambda: account.writer.delete_execution(account.flow, made.sid),
    ):
        with pytest.raises(NotFoundError):
            call()
