"""Object stores that fail: answers that get lost, stores that ignore conditions, addresses that name nothing."""

from datetime import UTC, datetime

import pytest

from reconciler.errors import (
    StateDamagedError,
    StateUnreachableError,
    StateWriteError,
    UsageError,
)
from reconciler.model.address import flow
from reconciler.model.definition import Digests
from reconciler.model.record import FlowRecord, PutResource, State
from reconciler.state.objects import SNAPSHOT
from reconciler.state.open import Run, store_at
from tests.support.object_server import object_server

EMPTY = State("lineage-1", 0, "clinic", "production", None, None)
DIGESTS = Digests("sha256:b", "sha256:f")
S3 = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "not-to-be-shown", "AWS_REGION": "us-east-1"}
SNAPSHOT_PATH = "/states/production.json"


def put(number):
    return PutResource(flow(f"f{number}"), FlowRecord(f"FW{number:032x}", "n", "draft", 1, None, None, None, DIGESTS))


def names(state):
    return {address.name for address in state.resources}


class Clock:
    """A clock that needs no real waiting."""

    def __init__(self):
        self.seconds = 0.0

    def now(self):
        """See `ports.Clock`."""
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self):
        """See `ports.Clock`."""
        return self.seconds

    def sleep(self, seconds):
        """See `ports.Clock`."""
        self.seconds += seconds

    def stopping(self):
        """See `ports.Clock`."""
        return False


@pytest.fixture
def clock():
    """Give time that moves by waiting alone."""
    return Clock()


@pytest.fixture
def open_store(monkeypatch, clock):
    """Give a function that makes a store at an address, with these variables."""

    def make(location, **environ):
        for name, value in environ.items():
            monkeypatch.setenv(name, value)
        return store_at(location, Run(clock, "1.2.3", environ, "tests"))

    return make


@pytest.fixture(params=["s3", "gs"])
def stub(request, open_store):
    """Give a store on a server of our own, and what the server keeps."""
    with object_server() as (url, shelf):
        environ = S3 | {"AWS_ENDPOINT_URL": url} if request.param == "s3" else {"STORAGE_EMULATOR_HOST": url}
        yield lambda: open_store(f"{request.param}://states/production.json", **environ), shelf


@pytest.mark.parametrize("scheme", ["s3", "gs"])
def test_a_store_that_ignores_conditions_is_refused(open_store, scheme):
    """Nothing is recorded in a store that lets every conditional write pass."""
    with object_server(honest=False) as (url, shelf):
        store = open_store(f"{scheme}://states/production.json", AWS_ENDPOINT_URL=url, STORAGE_EMULATOR_HOST=url, **S3)
        for _ in range(2):
            with pytest.raises(StateWriteError), store.open(create=EMPTY, timeout=0):
                pytest.fail("opened")
        assert SNAPSHOT_PATH not in shelf.objects


@pytest.mark.parametrize("place", range(4))
def test_an_answer_that_got_lost_is_looked_up(stub, place):
    """A conditional write that happened without an answer counts, whichever it was; its repetition is no conflict."""
    make, shelf = stub
    with make().open(create=EMPTY, timeout=0) as session:
        shelf.faults.extend(["none"] * place + ["lost"])
        for number in range(2):
            session.record([put(number)])
    assert names(make().read()) == {"f0", "f1"}
    assert make().read().serial == 1
    with make().open(create=EMPTY, timeout=0):
        pass


def test_a_write_that_never_arrives_does_not_count(stub):
    """A record that did not reach the store, tries included, is an error, and the next one can succeed."""
    make, shelf = stub
    with make().open(create=EMPTY, timeout=0) as session:
        session.record([put(1)])
        shelf.faults.extend(["dropped"] * 4)
        with pytest.raises(StateWriteError):
            session.record([put(2)])
        shelf.faults.clear()
        assert names(session.state) == {"f1"}
        session.record([put(3)])
    assert names(make().read()) == {"f1", "f3"}


def test_a_fold_that_a_crash_left_is_ended(stub):
    """A journal that a killed run had closed is folded by whoever comes next, and nothing is recorded on top of it."""
    make, shelf = stub
    with make().open(create=EMPTY, timeout=0) as session:
        session.record([put(1)])
        session.shut()
        shelf.faults.extend(["dropped"] * 12)  # nothing arrives any more: as good as killed
        with pytest.raises(StateWriteError):
            session.close()
        shelf.faults.clear()
        assert names(make().read()) == {"f1"}
        assert make().read().serial == 0
        session._entries = 0
    with make().open(create=EMPTY, timeout=0) as session:
        assert session.state.serial == 1
        assert names(session.state) == {"f1"}
    assert make().read().serial == 1


def test_a_clock_far_ahead_loses_nothing(stub, clock):
    """Who takes a living run's lease, because its clock is wrong, stops that run and loses nothing it recorded."""
    make, _ = stub

    def two_runs():
        with make().open(create=EMPTY, timeout=0) as session:
            session.record([put(1)])
            clock.seconds += 10_000
            with make().open(create=EMPTY, timeout=0) as other:
                other.record([put(2)])
            session.record([put(3)])

    with pytest.raises(StateWriteError):
        two_runs()
    assert names(make().read()) == {"f1", "f2"}


def test_a_journal_without_its_snapshot_is_an_error(stub):
    """A snapshot that somebody removed is not taken for a state that never was; a push puts things right."""
    make, shelf = stub
    with make().open(create=EMPTY, timeout=0) as session:
        session.record([put(1)])
    state = make().read()
    del shelf.objects[SNAPSHOT_PATH]
    with pytest.raises(StateDamagedError):
        make().read()
    pushed = make().replace(state, timeout=0, force=True)
    assert pushed.serial > state.serial
    assert names(make().read()) == {"f1"}


def test_a_damaged_snapshot_is_kept_aside(stub):
    """A snapshot that cannot be read is an error; a forced push keeps it beside."""
    make, shelf = stub
    with make().open(create=EMPTY, timeout=0) as session:
        session.record([put(1)])
    state = make().read()
    shelf.put(SNAPSHOT_PATH, b"rubbish")
    for attempt in (make().read, lambda: make().replace(state, timeout=0)):
        with pytest.raises(StateDamagedError):
            attempt()
    make().replace(state, timeout=0, force=True)
    assert names(make().read()) == {"f1"}
    assert any("damaged" in path and kept.data == b"rubbish" for path, kept in shelf.objects.items())


def test_old_objects_go(stub):
    """What is left after many runs does not grow with their number."""
    make, shelf = stub
    counts = []
    for number in range(16):
        with make().open(create=EMPTY, timeout=0) as session:
            for each in range(3):
                session.record([put(number * 3 + each)])
        counts.append(len(shelf.objects))
    assert counts[-1] == counts[-2] == counts[-3]
    assert len(make().backups()) == 10


def test_records_that_wait_share_an_entry(stub):
    """What several threads record at once is one write, and each is told that it is durable."""
    make, shelf = stub
    with make().open(create=EMPTY, timeout=0) as session:
        session.record([put(0)])
        session._mutex.acquire()
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  # of this test alone

        with ThreadPoolExecutor(4) as pool:
            waiting = [pool.submit(session.record, [put(number)]) for number in range(1, 5)]
            while len(session._waiting) < 4:
                pass
            session._mutex.release()
            for each in waiting:
                each.result()
        entries = [path for path in shelf.objects if ".journal/" in path]
        assert len(entries) == 2
        assert names(make().read()) == {f"f{n}" for n in range(5)}


@pytest.mark.parametrize(
    "location", ["s3://bucket", "s3://bucket/", "gs://bucket/a/", "az:///key", "s3://k:s@bucket/key", "s3://b/k?x=1"]
)
def test_an_address_without_an_object_is_refused(open_store, location):
    """Bucket and key are both wanted, and nothing else."""
    with pytest.raises(UsageError):
        open_store(location)


@pytest.mark.parametrize(
    ("location", "variable"),
    [
        ("s3://b/k", "AWS_ENDPOINT_URL"),
        ("az://b/k", "AZURE_STORAGE_ENDPOINT"),
        ("gs://b/k", "STORAGE_EMULATOR_HOST"),
    ],
)
def test_plain_http_is_for_this_machine_only(open_store, location, variable):
    """A server elsewhere is spoken to with TLS, or not at all."""
    with pytest.raises(UsageError):
        open_store(location, **{variable: "http://storage.example.com"})


def test_an_error_shows_no_secret(open_store):
    """What a store says when nobody answers holds no credential."""
    with object_server() as (url, _):
        gone = url
    store = open_store("s3://states/production.json", AWS_ENDPOINT_URL=gone, **S3)
    with pytest.raises(StateUnreachableError) as caught:
        store._objects.get(SNAPSHOT)
    assert "not-to-be-shown" not in caught.value.message
    assert caught.value.hint
    assert caught.value.retry


@pytest.mark.parametrize("length", ["0", "x", "nan", "1e9"])
def test_a_lease_has_a_sensible_length(open_store, length):
    """A lease that no answer could be in time for, or that blocks for hours, is refused."""
    with pytest.raises(UsageError):
        open_store("s3://b/k", RECONCILER_STATE_LEASE_SECONDS=length, **S3)
