"""What is special about a state in files: crashes at every step, full disks, rights, and files beside each other."""

import errno
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.errors import StateDamagedError, StateLockedError, StateWriteError
from reconciler.model.address import flow
from reconciler.model.definition import Definition, Digests
from reconciler.model.live import FlowRevision
from reconciler.model.record import PutResource, State
from reconciler.state.document import decode
from reconciler.state.encoding import revision_json
from reconciler.state.file import FileStateStore
from reconciler.state.lines import encode_line

EMPTY = State("lineage-1", 0, "clinic", "production", None, None)
BODY = FlowRevision("FW1", 3, "published", "n", Definition("{}", Digests("sha256:b", "sha256:f")))
STEPS = ("open", "write", "fsync", "replace", "rename", "unlink", "ftruncate", "mkdir")


@pytest.fixture
def make(tmp_path, clock):
    """Give a function that makes one more store, by default of the same state."""
    return lambda folder=tmp_path / "state", name="production.json": FileStateStore(
        folder / name, clock=clock, version="1.2.3", command="tests"
    )


@pytest.fixture
def on_every_step(monkeypatch):
    """Give a context in which a function is called before and after each call that changes the disk."""

    @contextmanager
    def watch(look):
        busy = []

        def wrap(real):
            def stepped(*args, **kwargs):
                if busy:
                    return real(*args, **kwargs)
                busy.append(1)
                try:
                    look()
                    result = real(*args, **kwargs)
                    look()
                finally:
                    busy.clear()
                return result

            return stepped

        with monkeypatch.context() as patch:
            for name in STEPS:
                patch.setattr(os, name, wrap(getattr(os, name)))
            yield

    return watch


def test_a_crash_at_any_step_loses_nothing(make, tmp_path, on_every_step, flow_record):
    """Whatever the disk holds between two steps of a run has everything acknowledged, and can be gone on with."""
    acknowledged, copies = [], []

    def look():
        if (tmp_path / "state").is_dir():
            copy = tmp_path / f"copy-{len(copies)}"
            shutil.copytree(tmp_path / "state", copy)
            copies.append((copy, len(acknowledged)))

    with on_every_step(look):
        for run in range(2):
            with make().open(create=EMPTY, timeout=0) as session:
                for number in range(2):
                    wanted = flow_record(1, history=202 + 2 * run + number)
                    beside = PutResource(flow(f"g{run}{number}"), flow_record(2))
                    session.record([PutResource(flow("f1"), wanted), beside])
                    acknowledged.append(wanted)
    assert len(copies) > 60
    for copy, count in copies:
        check_recovery(make(copy), acknowledged, count)


def check_recovery(store, acknowledged, count):
    """Read what a crash left, go on with it, and find every revision exactly once."""
    possible = [None, *acknowledged][count : count + 2]
    found = store.read()
    record = None if found is None else found.flow(flow("f1"))
    assert (None if record is None else record.revision) in [None if p is None else p.revision for p in possible]
    with store.open(create=EMPTY, timeout=0) as session:
        session.record([PutResource(flow("h"), acknowledged[0])])
    after = store.read()
    assert after.resources.keys() == {*({} if found is None else found.resources), flow("h")}
    assert after.serial == (0 if found is None else found.serial) + 1
    if record is not None:
        revisions = [e.revision for e in (*store.history(flow("f1")), *after.flow(flow("f1")).revisions)]
        assert revisions == list(range(1, record.revision + 1))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES])
def test_a_failure_at_any_step_loses_nothing(make, tmp_path, monkeypatch, flow_record, code):
    """Whichever call of the operating system fails first, it fails as our error and leaves everything acknowledged."""
    steps = 0
    while failing_run(make(tmp_path / str(steps)), monkeypatch, (steps, code), flow_record):
        steps += 1
    assert steps > 25


def failing_run(store, monkeypatch, fault, flow_record):
    """Run with one call failing; tell whether there was one."""
    number, code = fault
    with store.open(create=EMPTY, timeout=0) as session:
        session.record([PutResource(flow("a"), flow_record(1))])
    calls, done = iter(range(10_000)), ["a"]
    failed = None

    def wrap(real):
        def failing(*args, **kwargs):
            if next(calls) == number:
                raise OSError(code, os.strerror(code))
            return real(*args, **kwargs)

        return failing

    with monkeypatch.context() as patch:
        for name in STEPS:
            patch.setattr(os, name, wrap(getattr(os, name)))
        try:
            with store.open(create=EMPTY, timeout=0) as session:
                session.sign("sha256:p")
                session.save_body(flow("a"), BODY)
                for name, history in (("b", 1), ("c", 201)):
                    session.record([PutResource(flow(name), flow_record(2, history=history))])
                    done.append(name)
        except StateWriteError as error:
            failed = error.hint is not None
        happened = next(calls) > number
    assert {address.name for address in store.read().resources} == set(done)
    assert failed is None or (failed and happened)
    with store.open(create=EMPTY, timeout=0) as session:
        session.record([PutResource(flow("d"), flow_record(3))])
    assert {address.name for address in store.read().resources} == {*done, "d"}
    folder = Path(str(store)).parent
    assert [path.name for path in folder.rglob("*.new")] == []
    return happened


def test_a_failed_record_can_be_made_again(make, monkeypatch, flow_record):
    """A line that was written in part is cut off before the next one, even if the first attempt to cut fails."""
    real_write, real_cut, broken = os.write, os.ftruncate, []

    def write(descriptor, data):
        if broken:
            real_write(descriptor, bytes(data)[:20])
            raise OSError(errno.ENOSPC, "No space left on device")
        return real_write(descriptor, data)

    def cut(descriptor, length):
        if broken:
            raise OSError(errno.EIO, "Input/output error")
        real_cut(descriptor, length)

    with make().open(create=EMPTY, timeout=0) as session:
        session.record([PutResource(flow("a"), flow_record(1))])
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", write)
            patch.setattr(os, "ftruncate", cut)
            broken.append(1)
            for _ in range(2):
                with pytest.raises(StateWriteError):
                    session.record([PutResource(flow("b"), flow_record(2))])
        assert session.state.resources.keys() == {flow("a")} == make().read().resources.keys()
        session.record([PutResource(flow("c"), flow_record(3))])
        assert make().read().resources.keys() == {flow("a"), flow("c")}
    assert make().read().resources.keys() == {flow("a"), flow("c")}


LIMITED = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from reconciler.errors import StateWriteError
from reconciler.model.address import flow
from reconciler.model.definition import Digests
from reconciler.model.record import FlowRecord, PutResource, State
from reconciler.state.file import FileStateStore
class Clock:
    def now(self): return datetime.now(UTC)
    def monotonic(self): return 0.0
store = FileStateStore(Path(sys.argv[1]), clock=Clock(), version="1")
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
digests = Digests("sha256:b", "sha256:f")
empty = State("lineage-1", 0, "clinic", "production", None, None)
count = 0
try:
    with store.open(create=empty, timeout=0) as session:
        for count in range(int(sys.argv[3])):
            record = FlowRecord(f"FW{count}", "x" * 500, "published", 1, None, None, None, digests)
            session.record([PutResource(flow(f"f{count}"), record)])
        count += 1
except StateWriteError as error:
    assert error.hint
    print(count)
"""


@pytest.mark.parametrize(("limit", "records"), [(10_000, 100), (10_000, 10)], ids=["record", "fold"])
def test_a_full_disk_loses_nothing(make, tmp_path, flow_record, limit, records):
    """When no file may grow any more, a record or the fold fails with our error, and the next run goes on."""
    path = tmp_path / "state" / "production.json"
    with make().open(create=EMPTY, timeout=0) as session:
        session.record([PutResource(flow("first"), flow_record(1, history=20))])
    before = path.read_bytes()
    command = [sys.executable, "-c", LIMITED, str(path), str(limit), str(records)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603  # our own interpreter
    count = int(done.stdout)
    assert count
    assert (count == records) == (records == 10)
    assert path.read_bytes() == before
    expected = {flow("first"), *(flow(f"f{n}") for n in range(count))}
    assert make().read().resources.keys() == expected
    with make().open(create=EMPTY, timeout=0):
        pass
    assert make().read().resources.keys() == expected
    assert not path.with_suffix(".journal").exists()


def test_files_are_their_owners_alone(make, tmp_path, flow_record):
    """No file that holds state can be read by others, and no folder we made be entered."""
    with make().open(create=EMPTY, timeout=0) as session:
        session.save_body(flow("a"), BODY)
        session.record([PutResource(flow("a"), flow_record(1, history=201))])
        assert (tmp_path / "state" / "production.journal").stat().st_mode & 0o777 == 0o600
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "state").rglob("*")}
    assert modes == {
        "backups": 0o700,
        "production.0.json": 0o600,
        "deleted": 0o700,
        "production.a.3.json": 0o600,
        "production.json": 0o600,
        "production.lock": 0o600,
        f"production.a.FW{1:032x}.history.jsonl": 0o600,
    }


def test_environments_share_a_folder(make, flow_record):
    """Two environments beside each other, one named like the beginning of the other, keep apart."""
    names = ("prod.json", "prod.eu.json")
    for turn in range(12):
        for name in names:
            with make(name=name).open(create=replace(EMPTY, lineage=name), timeout=0) as session:
                session.record([PutResource(flow("a"), flow_record(1, history=201 + turn))])
    for name in names:
        store = make(name=name)
        assert store.read().lineage == name
        assert list(store.backups()) == list(range(2, 12))
        assert [entry.revision for entry in store.history(flow("a"))] == list(range(1, 13))


def test_a_link_to_a_state_stays_a_link(make, tmp_path, flow_record):
    """A snapshot that is a link elsewhere is replaced where it is."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "production.json").symlink_to(tmp_path / "elsewhere" / "real.json")
    with make().open(create=EMPTY, timeout=0) as session:
        session.record([PutResource(flow("a"), flow_record(1))])
    assert (tmp_path / "state" / "production.json").is_symlink()
    assert decode((tmp_path / "elsewhere" / "real.json").read_bytes(), "x") == make().read()


def test_a_snapshot_replaced_without_the_lock_is_not_written_over(make, tmp_path, flow_record):
    """Who replaces the snapshot under a run's feet keeps it, and what the run recorded stays in the journal."""
    path = tmp_path / "state" / "production.json"
    with make().open(create=EMPTY, timeout=0) as session:
        session.record([PutResource(flow("a"), flow_record(1))])
    folded = path.read_bytes()
    session = make().open(create=EMPTY, timeout=0)
    session.__enter__().record([PutResource(flow("b"), flow_record(2))])
    foreign = folded.replace(b'"serial": 1', b'"serial": 5')
    shutil.copy(path, tmp_path / "copy")
    (tmp_path / "copy").write_bytes(foreign)
    (tmp_path / "copy").replace(path)
    with pytest.raises(StateWriteError):
        session.__exit__(None, None, None)
    assert path.read_bytes() == foreign
    assert (tmp_path / "state" / "production.journal").stat().st_size


def test_a_removed_snapshot_is_told(make, tmp_path, flow_record):
    """A journal whose snapshot is gone is damage, not an empty state."""
    path = tmp_path / "state" / "production.json"
    session = make().open(create=EMPTY, timeout=0)
    session.__enter__().record([PutResource(flow("b"), flow_record(2))])
    path.unlink()
    with pytest.raises(StateWriteError):
        session.__exit__(None, None, None)
    with pytest.raises(StateDamagedError):
        make().read()


def test_an_error_of_the_run_is_not_hidden_by_one_of_the_fold(make, tmp_path, flow_record):
    """When the run fails and then the fold, the run's error is what is told, with a note of the other."""

    def fail():
        with make().open(create=EMPTY, timeout=0) as session:
            session.record([PutResource(flow("b"), flow_record(2))])
            (tmp_path / "state" / "production.json").unlink()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError) as caught:
        fail()
    assert caught.value.__notes__


def test_a_damaged_state_can_be_replaced_by_force(make, tmp_path, flow_record):
    """What cannot be read is kept beside the backups, and what takes its place has a serial that was never used."""
    path = tmp_path / "state" / "production.json"
    for number in range(2):
        with make().open(create=EMPTY, timeout=0) as session:
            session.record([PutResource(flow(f"f{number}"), flow_record(number))])
    good = make().read()
    path.write_bytes(b"damaged")
    (tmp_path / "state" / "production.journal").write_bytes(b"this too\n")
    with pytest.raises(StateDamagedError):
        make().replace(good, timeout=0)
    made = make().replace(good, timeout=0, force=True)
    assert made.serial > good.serial
    assert make().read() == made
    kept = {each.read_bytes() for each in (tmp_path / "state" / "backups").glob("*damaged*")}
    assert kept == {b"damaged", b"this too\n"}


def test_unreadable_files_are_told(make, tmp_path):
    """A snapshot that may not be read is told by its name; nothing takes it for absent."""
    (tmp_path / "state" / "production.json").mkdir(parents=True)
    with pytest.raises(StateDamagedError) as caught:
        make().read()
    assert "production.json" in caught.value.message


def test_a_name_left_by_a_dead_run_misleads_nobody(make, tmp_path):
    """What a killed run left in the lock file is not a lock, and is wiped out."""
    (tmp_path / "state").mkdir()
    lock = tmp_path / "state" / "production.lock"
    lock.write_text('{"pid":1,"host":"h","user":"u","command":"c","since":"2026-03-01T12:00:00Z"}')
    assert make().holder() is None
    assert lock.read_bytes() == b""
    with make().open(create=EMPTY, timeout=0):
        assert make().holder()
        lock.write_bytes(b"unreadable")
        with pytest.raises(StateLockedError), make().open(create=EMPTY, timeout=0):
            pytest.fail("two sessions at once")
    assert make(tmp_path / "nowhere").holder() is None


def test_how_long_a_lock_is_held_is_told(make, clock):
    """Who is refused hears since when the lock is held, in words."""
    for waited, words in (
        (0, "0 seconds"),
        (1, "1 second"),
        (125, "2 minutes"),
        (3_700, "1 hour"),
        (200_000, "2 days"),
    ):
        with make().open(create=EMPTY, timeout=0):
            clock.waits.append(waited)
            with pytest.raises(StateLockedError) as caught, make().open(create=EMPTY, timeout=0):
                pytest.fail("two sessions at once")
            assert words in caught.value.message


@pytest.mark.parametrize(
    "entry",
    [{"surprise": 1}, {"at": "yesterday"}],
    ids=["unknown key", "no time"],
)
def test_a_damaged_history_is_told(make, tmp_path, flow_record, entry):
    """A history that cannot be trusted is refused, with its line."""
    with make().open(create=EMPTY, timeout=0) as session:
        session.record([PutResource(flow("a"), flow_record(1, history=201))])
    (path,) = (tmp_path / "state").glob("*.history.jsonl")
    good = revision_json(flow_record(1).revisions[0])
    path.write_bytes(path.read_bytes() + encode_line({**good, **entry}))
    with pytest.raises(StateDamagedError) as caught:
        make().history(flow("a"))
    assert f"{path.name}:2" in caught.value.message
