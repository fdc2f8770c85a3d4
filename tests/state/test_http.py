"""What is special about states behind Terraform's HTTP protocol: credentials, redirects, locks, foreign documents."""

import json
import time
from datetime import UTC, datetime

import pytest

from reconciler.errors import (
    StateDamagedError,
    StateLockedError,
    StateUnreachableError,
    UsageError,
)
from reconciler.model.address import flow
from reconciler.model.definition import Digests
from reconciler.model.record import FlowRecord, PutResource, State
from reconciler.state.open import Run, store_at
from tests.support.lock_server import PASSWORD, USER, lock_server

EMPTY = State("lineage-1", 0, "clinic", "production", None, None)
DIGESTS = Digests("sha256:b", "sha256:f")
KNOWN = {"TF_HTTP_USERNAME": USER, "TF_HTTP_PASSWORD": PASSWORD}


class Clock:
    """Real time."""

    def now(self):
        """See `ports.Clock`."""
        return datetime.now(UTC)

    def monotonic(self):
        """See `ports.Clock`."""
        return time.monotonic()

    def sleep(self, seconds):
        """See `ports.Clock`."""
        time.sleep(min(seconds, 0.01))

    def stopping(self):
        """See `ports.Clock`."""
        return False


def put(number):
    return PutResource(flow(f"f{number}"), FlowRecord(f"FW{number:032x}", "n", "draft", 1, None, None, None, DIGESTS))


@pytest.fixture
def server():
    """Give the address of a server, and what it keeps."""
    with lock_server() as found:
        yield found


def make(location, environ):
    return store_at(location, Run(Clock(), "1.2.3", environ, "tests"))


def test_a_state_lives_behind_the_conventions_of_gitlab(server):
    """An address of GitLab's means a lock at `/lock`, taken by POST and given back by DELETE."""
    url, desk = server
    path = "/api/v4/projects/42/terraform/state/clinic"
    store = make(url + path, KNOWN)
    with store.open(create=EMPTY, timeout=0) as session:
        session.record([put(1)])
        assert path in desk.locks
    assert store.read().serial == 1
    asked = {(method, where.split("?")[0]) for method, where, _ in desk.requests}
    assert {("POST", f"{path}/lock"), ("DELETE", f"{path}/lock")} <= asked
    assert not any(method in {"LOCK", "UNLOCK"} for method, _ in asked)


def test_every_write_bears_the_id_of_the_lock(server):
    """Each record posts the whole state once, under the lock's ID, with a serial that the server finds higher."""
    url, desk = server
    with make(f"{url}/s", KNOWN).open(create=EMPTY, timeout=0) as session:
        session.record([put(1)])
        before = len(desk.requests)
        session.record([put(2)])
        [(method, where, _)] = desk.requests[before:]
        assert (method, where) == ("POST", f"/s?ID={desk.locks['/s']['ID']}")
        assert json.loads(desk.states["/s"])["version"] == 4


def test_who_is_refused_hears_who_holds_the_lock(server):
    """What the server says of the holder is shown on one line, without what could fool a terminal."""
    url, desk = server
    desk.locks["/s"] = {"ID": "abc", "Who": "alice\x1b[2J@ci", "Created": "2026-03-01T12:00:00Z"}
    with pytest.raises(StateLockedError) as caught, make(f"{url}/s", KNOWN).open(create=EMPTY, timeout=0):
        pytest.fail("opened")
    assert "alice" in caught.value.message
    assert "abc" in caught.value.message
    assert "\x1b" not in caught.value.message


@pytest.mark.parametrize("environ", [{}, KNOWN | {"TF_HTTP_PASSWORD": "wrong-one"}])
def test_refused_credentials_are_an_error(server, environ):
    """Without the right credentials nothing is read, and none is shown."""
    url, _ = server
    with pytest.raises(StateUnreachableError) as caught:
        make(f"{url}/s", environ).read()
    assert "wrong-one" not in f"{caught.value.message}{caught.value.hint}"


def test_our_own_variables_win(server):
    """RECONCILER_STATE_USERNAME and _PASSWORD are taken before Terraform's."""
    url, _ = server
    ours = {"RECONCILER_STATE_USERNAME": USER, "RECONCILER_STATE_PASSWORD": PASSWORD}
    assert make(f"{url}/s", {"TF_HTTP_USERNAME": "x", "TF_HTTP_PASSWORD": "y", **ours}).read() is None


def test_no_redirect_is_followed(server):
    """A server that sends elsewhere is refused: credentials go to the address that was named alone."""
    url, desk = server
    with lock_server() as (other, elsewhere):
        desk.redirect = other
        with pytest.raises(StateUnreachableError):
            make(f"{url}/s", KNOWN).read()
        assert not elsewhere.requests


@pytest.mark.parametrize(
    ("location", "environ"),
    [
        ("http://states.example.com/s", {}),
        ("https://u" + ":p@states.example.com/s", {}),
        ("https://states.example.com/s#x", {}),
        ("https://states.example.com/s", {"TF_HTTP_LOCK_ADDRESS": "https://other.example.com/s"}),
        ("https://states.example.com/s", {"TF_HTTP_LOCK_ADDRESS": "http://states.example.com/s"}),
        ("https://states.example.com:x/s", {}),
    ],
)
def test_addresses_that_could_leak_are_refused(location, environ):
    """No TLS, credentials in the address, or a lock on another server: refused before anything is sent."""
    with pytest.raises(UsageError):
        make(location, environ)


@pytest.mark.parametrize("data", [b'{"version": 4, "serial": 1, "lineage": "x"}', b"[]", b"no json"])
def test_a_terraform_state_is_not_taken_for_ours(server, data):
    """What somebody else keeps at the address is an error, and stays."""
    url, desk = server
    desk.states["/s"] = data
    with pytest.raises(StateDamagedError):
        make(f"{url}/s", KNOWN).read()
    assert desk.states["/s"] == data
