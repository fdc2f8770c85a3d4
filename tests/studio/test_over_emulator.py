"""The client against the emulator: every quirk that a reader can meet, and every fault."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import httpx
import pytest

from reconciler import errors
from reconciler.definition import document
from reconciler.emulator.app import make_app
from reconciler.emulator.faults import FAULTS
from reconciler.emulator.quirks import QUIRKS
from reconciler.emulator.settings import EMBEDDED_ACCOUNT, Settings
from reconciler.emulator.store import Store
from reconciler.model.live import FlowInput
from reconciler.serving.server import Server
from reconciler.studio.client import StudioClient
from reconciler.studio.credentials import INVENTED
from reconciler.studio.hosts import EMBEDDED, Hosts
from reconciler.studio.http import Http
from reconciler.studio.live import LiveReader
from reconciler.studio.settings import HttpSettings

TRIGGER = {"name": "Trigger", "type": "trigger", "properties": {}, "transitions": []}
DEFINITION = document.of({"description": "x", "states": [TRIGGER], "initial_state": "Trigger"})
WHAT = FlowInput("Reminder", "published", DEFINITION, "why")


@pytest.fixture
def studio(clock, http) -> Iterator[Callable[..., StudioClient]]:
    """Make a client over an emulator in this process; emulators of one store share their flows."""
    store = Store(None)
    chance = http(httpx.Response(200))[0]._chance

    def make(**settings: object) -> StudioClient:
        app = make_app(Settings(**settings), store=store, clock=clock)
        told = HttpSettings(EMBEDDED, INVENTED.account, INVENTED.user, INVENTED.password)
        return StudioClient(Http(told, clock, chance, transport=httpx.WSGITransport(app)))

    with closing(store):
        yield make


def test_the_invented_account_is_the_emulators():
    """Without credentials the client asks as the account that an embedded emulator has."""
    assert INVENTED.account == EMBEDDED_ACCOUNT


# Lags are left out: waiting for what is not visible yet is the business of whoever asks.
CHOICES = [(name, value) for name, quirk in QUIRKS.items() for value in quirk.values if not name.endswith("-lag")]


@pytest.mark.parametrize(("name", "value"), CHOICES)
def test_right_under_every_quirk(studio, clock, name, value):
    """Whatever Studio really does, flows, revisions and test users are read as they are."""
    client = studio(seed=1, quirks={name: value})
    first, draft = client.create_flow(WHAT), client.create_flow(FlowInput("Other", "draft", DEFINITION, "why"))
    updated = client.update_flow(first.row.sid, FlowInput("New name", "published", DEFINITION, "again"))
    clock.sleep(10)
    rows = {row.sid: (row.revision, row.friendly_name) for row in client.list_flows()}
    assert rows == {first.row.sid: (updated.row.revision, "New name"), draft.row.sid: (1, "Other")}
    reader = LiveReader(client)
    assert reader.fetch_published(draft.row.sid) is None
    assert reader.fetch_published(first.row.sid).revision == updated.row.revision
    revisions = [one.revision for one in reader.list_revisions(first.row.sid)]
    assert revisions == sorted(revisions, reverse=True)
    assert set(client.update_test_users(first.row.sid, ["+15550100001"])) == {"+15550100001"}
    client.validate_flow(WHAT)
    client.delete_flow(draft.row.sid)
    assert [row.sid for row in client.list_flows()] == [first.row.sid]


WRITES = {
    "429": errors.RateLimitedError,
    "console-edit": None,
    "expired-page-token": None,
    "slow": None,
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_write_that_meets_a_fault(studio, fault):
    """A faulty create is an error of ours that says whether it may have happened, and it is true."""
    client = studio(seed=1, faults={fault: 1.0})
    expected = WRITES.get(fault, errors.AmbiguousError)
    if expected is None:
        client.create_flow(WHAT)
    else:
        with pytest.raises(expected) as caught:
            client.create_flow(WHAT)
        assert client.calls()["CreateFlow"] == (5 if expected is errors.RateLimitedError else 1)
    created = len(studio(seed=1).list_flows())
    assert created <= 1
    if expected is not None and not caught.value.ambiguous:
        assert created == 0


@pytest.mark.parametrize("seed", range(20))
def test_reads_survive_faults(studio, seed):
    """With every fault at one in twenty, a read gives the truth or an error of ours, never a short list."""
    steady = studio(seed=1)
    sids = {steady.create_flow(WHAT).row.sid for _ in range(5)}
    shaky = studio(seed=seed, faults=dict.fromkeys(sorted(set(FAULTS) - {"console-edit"}), 0.05))
    for _ in range(5):
        try:
            assert {row.sid for row in shaky.list_flows()} == sids
            assert {shaky.fetch_flow(sid).definition for sid in sids} == {DEFINITION}
        except errors.StudioError as error:
            assert error.retry  # noqa: PT017 - either outcome is right


def test_a_list_of_several_pages(studio):
    """A thousand and one flows are two requests, also when the next page is said to be elsewhere."""
    client = studio(seed=1, quirks={"next-page-host": "other"})
    for _ in range(1001):  # the page size is the largest that Studio allows, so that fewer would be one page
        client.create_flow(WHAT)
    assert len({row.sid for row in client.list_flows()}) == 1001
    assert client.calls()["ListFlow"] == 2


@pytest.mark.socket
def test_over_a_socket(clock, http):
    """The same client works over a real connection, and keeps it."""
    with closing(Store(None)) as store:
        server = Server(make_app(Settings(seed=1), store=store, clock=clock), "127.0.0.1", 0)
        thread = threading.Thread(target=server.run)
        thread.start()
        base = f"http://127.0.0.1:{server.port}"
        told = HttpSettings(Hosts(base, base), INVENTED.account, INVENTED.user, INVENTED.password)
        sender = Http(told, clock, http(httpx.Response(200))[0]._chance)
        client = StudioClient(sender)
        sid = client.create_flow(WHAT).row.sid
        assert client.fetch_flow(sid).definition == DEFINITION
        assert client.fetch_account() == INVENTED.account
        with pytest.raises(errors.NotFoundError):
            client.fetch_revision(sid, 9)
        sender.close()
        server.stop()
        thread.join()
        with pytest.raises(errors.NotSentError):
            client.list_flows()
        sender.close()
