"""What every state store does: the contract of `ports.StateStore` and `reconciler.state.store`.

The stores are named in conftest.py; locks and dying processes have a file of their own.
"""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.errors import (
    StaleError,
    StateDamagedError,
    StateLockedError,
    StateMismatchError,
    StateWriteError,
    UsageError,
)
from reconciler.model.address import Address, flow
from reconciler.model.definition import Definition, Digests
from reconciler.model.live import FlowRevision
from reconciler.model.record import (
    DropResource,
    FlowRecord,
    Intent,
    PutIntent,
    PutResource,
    RevisionEntry,
    SetAccount,
    State,
)

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EMPTY = State("lineage-1", 0, "clinic", "production", None, None)
DIGESTS = Digests("sha256:b", "sha256:f")


def record(number, revisions=0):
    entries = tuple(RevisionEntry(n, "published", "sha256:f", f"m{n}", None, AT, "us") for n in range(1, revisions + 1))
    return FlowRecord(
        f"FW{number:032x}", f"n{number}", "published", revisions or 1, None, None, None, DIGESTS, revisions=entries
    )


def put(number, revisions=0):
    return PutResource(flow(f"f{number}"), record(number, revisions))


def names(state):
    return set() if state is None else {address.name for address in state.resources}


# --- recording


def test_nothing_is_there_at_first(make):
    """A store that nobody has written to has no state, no history and no backup."""
    store = make()
    assert store.read() is None
    assert store.history(flow("f1")) == ()
    assert list(store.backups()) == []


def test_a_session_that_records_nothing_leaves_nothing(make):
    """Opening alone makes no state and no serial."""
    with make().open(create=EMPTY, timeout=0) as session:
        assert session.state == EMPTY
    assert make().read() is None


def test_a_record_is_durable_on_return(make):
    """Another store sees what was recorded before the session ends."""
    with make().open(create=EMPTY, timeout=0) as session:
        session.record([put(1), SetAccount("AC1")])
        state = make().read()
        assert state.resources == {flow("f1"): record(1)}
        assert state.account == "AC1"
        session.record([DropResource(flow("f1"))])
        assert make().read().resources == {}


def test_the_session_knows_what_it_recorded(make):
    """The state of a session has everything recorded so far, intents included."""
    intent = Intent("T", "create", None, "n", "draft", 0, "sha256:t", "sha256:p", AT)
    with make().open(create=EMPTY, timeout=0) as session:
        session.record([PutIntent(flow("f1"), intent)])
        assert session.state.pending == {flow("f1"): intent}
        assert make().read().pending == {flow("f1"): intent}


def test_one_serial_a_session(make):
    """However much is recorded, a session adds one to the serial; one that records nothing adds nothing."""
    for expected, count in enumerate((1, 5, 2), 1):
        with make().open(create=EMPTY, timeout=0) as session:
            for number in range(count):
                session.record([put(number)])
        assert make().read().serial == expected
    with make().open(create=EMPTY, timeout=0):
        pass
    assert make().read().serial == 3


def test_the_writer_is_told(make):
    """The state says which version wrote it, when, and in the name of which plan."""
    with make().open(create=EMPTY, timeout=0) as session:
        session.sign("sha256:p")
        session.record([put(1)])
    writer = make().read().writer
    assert (writer.version, writer.at, writer.plan) == ("1.2.3", AT, "sha256:p")


def test_the_lineage_of_the_first_session_stays(make):
    """The lineage of `create` counts only when there is no state yet."""
    for lineage in ("one", "two"):
        with make().open(create=replace(EMPTY, lineage=lineage), timeout=0) as session:
            session.record([put(1)])
            assert session.state.lineage == "one"
    assert make().read().lineage == "one"


def test_what_was_recorded_survives_an_error(make):
    """A session that ends in an error keeps and folds what was recorded before, and lets go of the lock."""

    def fail():
        with make().open(create=EMPTY, timeout=0) as session:
            session.record([put(1)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    state = make().read()
    assert (state.serial, names(state)) == (1, {"f1"})
    with make().open(create=EMPTY, timeout=0) as session:
        assert names(session.state) == {"f1"}


def test_an_ended_session_records_nothing(make):
    """After its end a session refuses to record: its lock is gone."""
    with make().open(create=EMPTY, timeout=0) as session:
        session.record([put(1)])
    with pytest.raises(StateWriteError):
        session.record([put(2)])
    assert names(make().read()) == {"f1"}


def test_eight_threads_record_at_once(make):
    """Records of many threads are all there, each whole."""
    with make().open(create=EMPTY, timeout=0) as session, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: session.record([put(2 * n), put(2 * n + 1)]), range(100)))
        assert len(session.state.resources) == 200
        assert make().read().resources == session.state.resources
    assert len(make().read().resources) == 200


def test_reading_while_writing_always_gives_a_state(make):
    """A reader without a lock never sees half a state, and never goes back behind what was acknowledged."""
    acknowledged, done, seen = [0], threading.Event(), 0

    def write():
        try:
            for number in range(25):
                with make().open(create=EMPTY, timeout=0) as session:
                    for each in range(3):
                        session.record([put(3 * number + each)])
                        acknowledged[0] += 1
        finally:
            done.set()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write)
        store = make()
        while not done.is_set():
            before = acknowledged[0]
            found = store.read()
            count = 0 if found is None else len(found.resources)
            assert before <= count
            assert found is None or found.resources.keys() == {flow(f"f{n}") for n in range(count)}
            seen += 1
        writing.result()
    assert seen


# --- whose state it is


@pytest.mark.parametrize(
    "other",
    [{"project": "other"}, {"environment": "staging"}, {"account": "AC2"}, {"endpoint": "http://127.0.0.1:1"}],
    ids=lambda other: next(iter(other)),
)
def test_the_state_of_something_else_is_refused(make, other):
    """Another project, environment, account or endpoint than the state's is refused, and nothing is held or changed."""
    mine = replace(EMPTY, account="AC1")
    with make().open(create=mine, timeout=0) as session:
        session.record([put(1)])
    with pytest.raises(StateMismatchError) as caught, make().open(create=replace(mine, **other), timeout=0):
        pytest.fail("opened")
    assert next(iter(other.values())) in caught.value.message
    with make().open(create=mine, timeout=0) as session:
        assert names(session.state) == {"f1"}


@pytest.mark.parametrize(("kept", "asked"), [(None, "AC1"), ("AC1", None)])
def test_an_unknown_account_is_no_mismatch(make, kept, asked):
    """Accounts are compared only when both are known."""
    with make().open(create=replace(EMPTY, account=kept), timeout=0) as session:
        session.record([put(1)])
    with make().open(create=replace(EMPTY, account=asked), timeout=0) as session:
        assert session.state.account == kept


# --- histories, backups, bodies


def test_old_revisions_move_to_the_history(make):
    """The snapshot keeps 200 revisions of a flow, the history has the older ones, and none is in both or neither."""
    for count in (250, 250, 330):
        with make().open(create=EMPTY, timeout=0) as session:
            session.record([put(1, count), put(2, 200)])
    store = make()
    kept = store.read().flow(flow("f1")).revisions
    older = store.history(flow("f1"))
    assert [entry.revision for entry in kept] == list(range(131, 331))
    assert [entry.revision for entry in older] == list(range(1, 131))
    assert older + kept == record(1, 330).revisions
    assert store.history(flow("f2")) == ()


def test_a_history_follows_its_flow(make):
    """A flow keeps its history under another name; another flow of the old name does not get it."""
    with make().open(create=EMPTY, timeout=0) as session:
        session.record([put(1, 201)])
    with make().open(create=EMPTY, timeout=0) as session:
        moved = session.state.resources[flow("f1")]
        session.record([PutResource(flow("renamed"), moved), PutResource(flow("f1"), record(9, 1))])
    assert [entry.revision for entry in make().history(flow("renamed"))] == [1]
    assert make().history(flow("f1")) == ()
    assert make().history(Address("TestUsers", "f1")) == ()


def test_the_last_ten_serials_are_kept(make):
    """Ten earlier serials can be read, the newest of them the one before the present one."""
    for number in range(13):
        with make().open(create=EMPTY, timeout=0) as session:
            session.record([put(number)])
    store = make()
    assert store.read().serial == 13
    assert list(store.backups()) == list(range(3, 13))
    assert names(store.backup(12)) == {f"f{n}" for n in range(12)}
    with pytest.raises(StateDamagedError):
        store.backup(1)


def revision(text, sid="FW1", number=7):
    return FlowRevision(sid, number, "published", "n", None if text is None else Definition(text, DIGESTS))


def test_the_body_of_a_flow_is_kept(make):
    """A saved body is where the answer says, readable by its owner alone, as it was sent; saving twice is one file."""
    text = '{"states": [], "description": "ü\ud800", "flags": {"a": 1.0}}'
    with make().open(create=EMPTY, timeout=0) as session:
        where = [session.save_body(flow("f1"), revision(text)) for _ in range(2)]
    assert where[0] == where[1]
    assert json.loads(make().body(where[0])) == json.loads(text)
    if Path(where[0]).exists():
        assert Path(where[0]).stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError):
        make().body(where[0] + ".other")


def test_a_body_never_replaces_another(make):
    """The body of a second flow that had the same name and number is kept beside the first."""
    with make().open(create=EMPTY, timeout=0) as session:
        first = session.save_body(flow("f1"), revision("{}", "FW1"))
        second = session.save_body(flow("f1"), revision("[]", "FW2"))
        assert first != second
        assert make().body(first) == b"{}\n"
        with pytest.raises(StateWriteError):
            session.save_body(flow("f1"), revision("null", "FW2"))
        with pytest.raises(StateWriteError):
            session.save_body(flow("f1"), revision(None))


# --- replacing a state


@pytest.fixture
def kept(make):
    """Give the state of a store that has been written to once."""
    with make().open(create=EMPTY, timeout=0) as session:
        session.record([put(1)])
    return make().read()


def test_a_state_can_be_replaced(make, kept):
    """A higher serial of the same lineage takes the place, and what was there is a backup."""
    wanted = replace(kept, serial=9, resources={flow("f2"): record(2)})
    assert make().replace(wanted, timeout=0) == wanted
    assert make().read() == wanted
    assert make().backup(kept.serial) == kept


def test_the_first_state_can_be_pushed(make):
    """Where there is none yet, any state is taken."""
    wanted = replace(EMPTY, serial=4, resources={flow("f2"): record(2)})
    assert make().replace(wanted, timeout=0) == wanted
    assert make().read() == wanted


@pytest.mark.parametrize(
    ("change", "error"),
    [({"lineage": "x", "serial": 9}, StateMismatchError), ({}, StaleError), ({"serial": 0}, StaleError)],
)
def test_another_state_needs_force(make, kept, change, error):
    """Another lineage or a serial that is not higher is refused without force, and with it gets a higher serial."""
    wanted = replace(kept, resources={}, **change)
    with pytest.raises(error):
        make().replace(wanted, timeout=0)
    assert make().read() == kept
    made = make().replace(wanted, timeout=0, force=True)
    assert made == replace(wanted, serial=max(wanted.serial, kept.serial + 1))
    assert make().read() == made
    assert make().backup(kept.serial) == kept


def test_a_replacement_needs_the_lock(make, kept):
    """Nothing is replaced under a run's feet."""
    with make().open(create=EMPTY, timeout=0), pytest.raises(StateLockedError):
        make().replace(replace(kept, serial=9), timeout=0, force=True)
