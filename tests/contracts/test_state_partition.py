"""Runs that believe to hold a lock that they have lost: whatever they do, nothing that others recorded is lost.

The lock is taken from a run in the two ways there are: it is broken by its ID, or its lease ends.
"""

import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime

import pytest

from reconciler.errors import LeaseLostError, StateError, StateLockedError, StateWriteError
from reconciler.model.address import flow
from reconciler.model.definition import Digests
from reconciler.model.record import FlowRecord, Intent, PutIntent, PutResource, State
from tests.support.stores import IMPLEMENTATIONS, LEASED, params

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EMPTY = State("lineage-1", 0, "clinic", "production", None, None)
DIGESTS = Digests("sha256:b", "sha256:f")
REMOTE = [name for name in IMPLEMENTATIONS if name != "file"]


def put(number):
    return PutResource(flow(f"f{number}"), FlowRecord(f"FW{number:032x}", "n", "draft", 1, None, None, None, DIGESTS))


def begin(number):
    return PutIntent(flow(f"f{number}"), Intent("T", "create", None, "n", "draft", 0, "sha256:t", "sha256:p", AT))


def names(state):
    return set() if state is None else {address.name for address in state.resources}


def break_lock(store):
    """Take the lock from whoever has it."""
    store.unlock(store.holder().split("(ID ")[1].split(")")[0])


@pytest.fixture
def late(make):
    """Give a session whose run has recorded f1, and from which the lock is then taken; its end is nobody's concern."""
    with ExitStack() as stack:
        with suppress(StateError):
            session = stack.enter_context(make().open(create=EMPTY, timeout=0))
            session.record([put(1)])
            break_lock(make())
            time.sleep(0.05)
            yield session
        with suppress(StateError):
            stack.close()


@pytest.mark.parametrize("implementation", params(REMOTE), indirect=True)
def test_a_late_writer_never_overwrites_a_newer_serial(make, late):
    """A run that lost its lock and slept through another one's whole session can neither record nor fold."""
    with make().open(create=EMPTY, timeout=5) as session:
        assert names(session.state) == {"f1"}
        session.record([put(2)])
    newer = make().read()
    for _ in range(2):
        with pytest.raises(LeaseLostError):
            late.record([put(3)])
    assert make().read() == newer
    with pytest.raises(StateWriteError):
        late.close()
    assert make().read() == newer
    with make().open(create=EMPTY, timeout=5) as session:
        session.record([put(4)])
    assert names(make().read()) == {"f1", "f2", "f4"}


@pytest.mark.parametrize("implementation", params(REMOTE), indirect=True)
def test_a_late_writer_is_stopped_while_another_runs(make, late):
    """A run that lost its lock cannot record between another one's records; what that one recorded is all there."""
    with make().open(create=EMPTY, timeout=5) as session:
        session.record([put(2)])
        with pytest.raises(LeaseLostError):
            late.record([put(3)])
        session.record([put(4)])
        with pytest.raises(StateWriteError):
            late.close()
        assert names(make().read()) == {"f1", "f2", "f4"}
    assert names(make().read()) == {"f1", "f2", "f4"}


def _both(store, late):
    with store.open(create=EMPTY, timeout=5) as session:
        late.record([put(3)])
        session.record([put(2)])


@pytest.mark.parametrize("implementation", params(LEASED), indirect=True)
def test_what_a_late_writer_recorded_in_time_is_kept(make, late):
    """Of two runs at once, one wins each number of the journal: the other stops, and nothing acknowledged is lost."""
    with pytest.raises(LeaseLostError):
        _both(make(), late)
    assert names(make().read()) == {"f1", "f3"}
    with make().open(create=EMPTY, timeout=20) as session:
        assert names(session.state) == {"f1", "f3"}
        session.record([put(4)])
    assert names(make().read()) == {"f1", "f3", "f4"}


@pytest.mark.parametrize("implementation", params(LEASED), indirect=True)
def test_a_run_that_stopped_beating_is_taken_over(make, child, monkeypatch):
    """A lease whose holder was killed ends by itself, for a run that waits that long, and for none that does not."""
    monkeypatch.setenv("RECONCILER_STATE_LEASE_SECONDS", "1.5")
    script = (
        "with make().open(create=empty, timeout=0) as session:\n"
        "    session.record([PutResource(flow('f1'), record(1))])\n    say('ready')\n    sys.stdin.read()\n"
    )
    with child(script) as process:
        assert process.stdout.readline()
        with pytest.raises(StateLockedError), make().open(create=EMPTY, timeout=2.5):
            pytest.fail("taken from a run that lives")
        process.kill()
        process.wait()
        with pytest.raises(StateLockedError), make().open(create=EMPTY, timeout=0):
            pytest.fail("taken too early")
        with make().open(create=EMPTY, timeout=30) as session:
            assert names(session.state) == {"f1"}
            session.record([put(2)])
    assert names(make().read()) == {"f1", "f2"}


@pytest.mark.parametrize("implementation", params(["gcs-stub"]), indirect=True)
def test_nothing_new_begins_without_the_lease(make, late):
    """Once a heartbeat found the lease gone, no intent is recorded any more; what was in flight still is, if it can."""
    late._hold.renew()
    assert not late._hold.sure()
    with pytest.raises(LeaseLostError):
        late.record([begin(9)])
    late.record([put(3)])
    assert names(make().read()) == {"f1", "f3"}
    assert not make().read().pending
