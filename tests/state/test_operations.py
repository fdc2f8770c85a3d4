from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reconciler.errors import StaleError, StateDamagedError, StateLockedError, StateMismatchError, UsageError
from reconciler.model.address import Address, flow
from reconciler.model.record import Intent, PutIntent, PutResource, TestUsersRecord
from reconciler.state import operations
from reconciler.state.document import encode
from reconciler.state.file import FileStateStore

USERS = Address("TestUsers", "people")
INTENT = Intent("T", "create", None, "n", "draft", 0, "sha256:t", "sha256:p", datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def store(tmp_path, clock, empty, flow_record):
    """Give a store with a flow, its test users, and an intent of another flow."""
    store = FileStateStore(tmp_path / "production.json", clock=clock, version="1")
    with store.open(create=empty, timeout=0) as session:
        session.record(
            [
                PutResource(flow("a"), flow_record(1)),
                PutResource(USERS, TestUsersRecord(flow("a"), "FW1", ("+15550001",), ("+15550001",))),
                PutIntent(flow("b"), INTENT),
            ]
        )
    return store


def test_list_names_what_is_recorded_or_pending(store):
    """The list has every address once, in order."""
    assert operations.addresses(store.read()) == [flow("a"), flow("b"), USERS]


def test_show_speaks_the_documents_words(store):
    """What is shown of an address is what the document holds, null where there is nothing."""
    shown = operations.described(store.read(), flow("a"))
    assert shown["address"] == "Flow/a"
    assert shown["resource"]["sid"] == f"FW{1:032x}"
    assert shown["pending"] is None
    assert operations.described(store.read(), flow("b"))["resource"] is None
    with pytest.raises(UsageError):
        operations.described(store.read(), flow("c"))


def test_rm_takes_the_test_users_along(store):
    """A forgotten flow's test users are forgotten with it; others stay."""
    assert operations.remove(store, flow("a"), timeout=0) == [flow("a"), USERS]
    state = store.read()
    assert (state.resources.keys(), state.pending.keys(), state.serial) == (set(), {flow("b")}, 2)


def test_rm_of_test_users_leaves_the_flow(store):
    """Forgetting test users leaves their flow recorded."""
    assert operations.remove(store, USERS, timeout=0) == [USERS]
    assert store.read().resources.keys() == {flow("a")}


def test_rm_of_a_pending_intent(store):
    """An address that has only an intent can be forgotten."""
    assert operations.remove(store, flow("b"), timeout=0) == [flow("b")]
    assert store.read().pending == {}


def test_rm_of_the_unknown_is_refused(store):
    """Nothing is changed for an address that is not recorded."""
    before = store.read()
    with pytest.raises(UsageError):
        operations.remove(store, flow("c"), timeout=0)
    assert store.read() == before


def test_mv_keeps_everything_but_the_name(store):
    """A moved flow keeps its record, and its test users follow."""
    record = store.read().flow(flow("a"))
    operations.move(store, flow("a"), flow("z"), timeout=0)
    state = store.read()
    assert state.flow(flow("z")) == record
    assert state.flow(flow("a")) is None
    assert state.test_users()[USERS].flow == flow("z")


def test_mv_of_an_intent(store):
    """An intent moves with its address."""
    operations.move(store, flow("b"), flow("c"), timeout=0)
    assert store.read().pending == {flow("c"): INTENT}


@pytest.mark.parametrize(
    ("old", "new"),
    [(flow("c"), flow("d")), (flow("a"), flow("b")), (flow("b"), flow("a")), (flow("a"), USERS)],
    ids=str,
)
def test_mv_never_overwrites(store, old, new):
    """A move from nothing, onto something, or to another kind is refused."""
    before = store.read()
    with pytest.raises(UsageError):
        operations.move(store, old, new, timeout=0)
    assert store.read() == before


def test_pull_includes_the_journal(store, empty, flow_record):
    """The pulled document has what a running session recorded."""
    with store.open(create=empty, timeout=0) as session:
        session.record([PutResource(flow("c"), flow_record(3))])
        assert b'"Flow/c"' in operations.pull(store)


def test_commands_need_a_state(tmp_path, clock):
    """Where there is no state yet, that is said."""
    store = FileStateStore(tmp_path / "none.json", clock=clock, version="1")
    with pytest.raises(UsageError):
        operations.pull(store)
    with pytest.raises(UsageError):
        operations.remove(store, flow("a"), timeout=0)


def test_push_takes_what_pull_gave(store, tmp_path, clock):
    """A pulled document makes the same state elsewhere."""
    other = FileStateStore(tmp_path / "other" / "production.json", clock=clock, version="1")
    operations.push(other, operations.pull(store), origin="x.json", timeout=0)
    assert other.read() == store.read()
    with pytest.raises(StateDamagedError):
        operations.push(other, b"{}", origin="x.json", timeout=0)


def test_restore_puts_a_backup_back(store, empty, tmp_path):
    """A backup comes back under a new serial, also over a damaged state; one of another lineage does not."""
    first = store.read()
    operations.remove(store, flow("a"), timeout=0)
    restored = operations.restore(store, first.serial, timeout=0)
    assert restored == replace(first, serial=3)
    assert store.read() == restored
    (tmp_path / "production.json").write_bytes(b"damaged")
    assert operations.restore(store, first.serial, timeout=0).resources == first.resources
    store.replace(replace(empty, lineage="other"), timeout=0, force=True)
    with pytest.raises(StateMismatchError):
        operations.restore(store, first.serial, timeout=0)


def test_restore_where_there_is_no_state(store, tmp_path):
    """A backup comes back when the snapshot is gone."""
    operations.remove(store, USERS, timeout=0)
    (tmp_path / "production.json").unlink()
    assert operations.restore(store, 1, timeout=0).serial == 3
    assert USERS in store.read().resources


def test_unlock_never_breaks_a_live_lock(store, empty):
    """A lock that is held stays held, with its holder named; where none is held there is nothing to do."""
    operations.unlock(store)
    with store.open(create=empty, timeout=0), pytest.raises(StateLockedError):
        operations.unlock(store)


def test_push_of_an_older_pull_is_refused(store):
    """A document that was pulled before the last change does not take it back by accident."""
    old = operations.pull(store)
    operations.remove(store, USERS, timeout=0)
    with pytest.raises(StaleError):
        operations.push(store, old, origin="x.json", timeout=0)
    assert operations.push(store, old, origin="x.json", timeout=0, force=True).serial == 3
    assert encode(store.read()) != old
