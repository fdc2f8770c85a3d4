"""What every state store does: the contract of `reconciler.ports.StateStore` and `reconciler.state.store`.

A new store is one more `Implementation` in IMPLEMENTATIONS.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.errors import (
    InterruptedRunError,
    StaleError,
    StateDamagedError,
    StateLockedError,
    StateMismatchError,
    StateWriteError,
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
from reconciler.state.document import decode, encode
from reconciler.state.file import FileStateStore
from reconciler.state.store import ManagedStore

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EMPTY = State("lineage-1", 0, "clinic", "production", None, None)
DIGESTS = Digests("sha256:b", "sha256:f")


@dataclass
class WaitingClock:
    """A clock that waits for real, and stops the run after so many waits."""

    stop_after: int | None = None
    waits: int = field(default=0)

    def now(self):
        """Give a fixed time and what was waited."""
        return AT + timedelta(seconds=self.waits)

    def monotonic(self):
        """Give real seconds."""
        return time.monotonic()

    def sleep(self, seconds):
        """Wait."""
        self.waits += 1
        if self.stopping():
            raise InterruptedRunError("stopped")
        time.sleep(min(seconds, 0.01))

    def stopping(self):
        """Tell whether there were waits enough."""
        return self.stop_after is not None and self.waits >= self.stop_after


@dataclass(frozen=True)
class Implementation:
    """One store: how to make it at a place, and the same as the source of another process, where `place` is given."""

    make: Callable[[Path, WaitingClock], ManagedStore]
    source: str


IMPLEMENTATIONS = {
    "file": Implementation(
        lambda place, clock: FileStateStore(place / "production.json", clock=clock, version="1.2.3", command="tests"),
        "from reconciler.state.file import FileStateStore\n"
        "store = FileStateStore(place / 'production.json', clock=clock, version='1.2.3', command='child')\n",
    ),
}

CHILD = """
import json, os, sys, time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from reconciler.errors import *
from reconciler.model.address import flow
from reconciler.model.definition import Digests
from reconciler.model.record import *
class Clock:
    def now(self): return datetime.now(UTC)
    def monotonic(self): return time.monotonic()
    def sleep(self, seconds): time.sleep(seconds)
    def stopping(self): return False
place, clock = Path(sys.argv[1]), Clock()
empty = State("lineage-1", 0, "clinic", "production", None, None)
digests = Digests("sha256:b", "sha256:f")
def record(number, name="x"):
    return FlowRecord(f"FW{number:032x}", name, "published", 1, None, None, None, digests)
def say(text): os.write(1, f"{text}\\n".encode())
"""


@pytest.fixture(params=IMPLEMENTATIONS.values(), ids=IMPLEMENTATIONS)
def implementation(request):
    return request.param


@pytest.fixture
def place(tmp_path):
    return tmp_path / "state"


@pytest.fixture
def make(implementation, place):
    """Give a function that makes one more store of the same place, as another process would."""
    return lambda clock=None: implementation.make(place, clock or WaitingClock())


@pytest.fixture
def child(implementation, place):
    """Give a context that runs a script in another process, beside the same store."""

    @contextmanager
    def run(script: str) -> Iterator[subprocess.Popen[str]]:
        command = [sys.executable, "-c", CHILD + implementation.source + script, str(place)]
        pipe = subprocess.PIPE
        process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)  # noqa: S603  # our own interpreter
        with process:
            try:
                yield process
            finally:
                process.kill()

    return run


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
    with make().open(create=EMPTY, timeout=0, plan="sha256:p") as session:
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
            for number in range(60):
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
    assert seen > 10


# --- the lock


def test_two_sessions_exclude_each_other(make):
    """While one session is open, another one is refused, in the same process too; afterwards it is not."""
    with make().open(create=EMPTY, timeout=0), pytest.raises(StateLockedError), make().open(create=EMPTY, timeout=0):
        pytest.fail("two sessions at once")
    with make().open(create=EMPTY, timeout=0):
        pass


def test_a_session_can_be_waited_for(make):
    """With a timeout, the second session begins when the first one ends."""
    first_is_open, order = threading.Event(), []

    def first():
        with make().open(create=EMPTY, timeout=0) as session:
            first_is_open.set()
            time.sleep(0.1)
            session.record([put(1)])
            order.append("first")

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(first)
        first_is_open.wait(10)
        with make().open(create=EMPTY, timeout=30) as session:
            order.append("second")
            assert names(session.state) == {"f1"}
        running.result()
    assert order == ["first", "second"]


def test_waiting_ends_with_its_timeout(make):
    """A run that waits in vain is told so when its time is over."""
    with make().open(create=EMPTY, timeout=0):
        start = time.monotonic()
        with pytest.raises(StateLockedError), make().open(create=EMPTY, timeout=0.2):
            pytest.fail("two sessions at once")
        assert 0.2 <= time.monotonic() - start < 5


def test_waiting_ends_at_an_interrupt(make):
    """A run that is to stop does not wait on, and holds nothing afterwards."""
    with (
        make().open(create=EMPTY, timeout=0),
        pytest.raises(InterruptedRunError),
        make(WaitingClock(stop_after=2)).open(create=EMPTY, timeout=3600),
    ):
        pytest.fail("two sessions at once")
    with make().open(create=EMPTY, timeout=0):
        pass


def test_the_holder_is_named(make, child):
    """Who is refused hears which process of which machine holds the lock; it dies with that process."""
    script = "with store.open(create=empty, timeout=0):\n    say(os.getpid())\n    sys.stdin.read()\n"
    with child(script) as process:
        pid = process.stdout.readline().strip()
        with pytest.raises(StateLockedError) as caught, make().open(create=EMPTY, timeout=0):
            pytest.fail("two sessions at once")
        assert pid in caught.value.message
        assert os.uname().nodename in caught.value.message
        assert caught.value.hint
        assert f"pid {pid}" in make().holder()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert make().holder() is None
    with make().open(create=EMPTY, timeout=0):
        pass


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
    text = '{"states": [], "description": "ü", "flags": {"a": 1.0}}'
    with make().open(create=EMPTY, timeout=0) as session:
        where = [session.save_body(flow("f1"), revision(text)) for _ in range(2)]
    assert where[0] == where[1]
    assert json.loads(Path(where[0]).read_text(encoding="utf-8")) == json.loads(text)
    assert Path(where[0]).stat().st_mode & 0o777 == 0o600


def test_a_body_never_replaces_another(make):
    """The body of a second flow that had the same name and number is kept beside the first."""
    with make().open(create=EMPTY, timeout=0) as session:
        first = session.save_body(flow("f1"), revision("{}", "FW1"))
        second = session.save_body(flow("f1"), revision("[]", "FW2"))
        assert first != second
        assert Path(first).read_text() == "{}\n"
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


# --- other processes, and the end of them

LOOP = """
def work():
    number = len((store.read() or empty).resources)
    while True:
        with store.open(create=empty, timeout=0) as session:
            for _ in range(4):
                session.record([PutResource(flow(f"f{number}"), record(number))])
                say(number)
                number += 1
for line in sys.stdin:
    pid = os.fork()
    if not pid:
        try:
            work()
        finally:
            os._exit(1)
    say(f"pid {pid}")
    status = os.waitpid(pid, 0)[1]
    say(f"dead {os.waitstatus_to_exitcode(status)}")
"""


def test_a_kill_never_loses_what_was_acknowledged(make, child):
    """Killed at twenty random moments, a run has lost nothing acknowledged, and the next one needs no unlock."""
    seed = time.time_ns()
    chance = random.Random(seed)  # noqa: S311  # moments to kill at, no secrets
    acknowledged = -1
    with child(LOOP) as process:
        for _ in range(20):
            process.stdin.write("go\n")
            process.stdin.flush()
            lines = iter(process.stdout.readline, "")
            pid, said, moment = None, [], chance.randrange(12)
            for line in lines:
                word = line.split()
                if word[0] == "dead":
                    assert int(word[1]) == -signal.SIGKILL, f"seed {seed}"
                    break
                if word[0] == "pid":
                    pid = int(word[1])
                else:
                    said.append(int(word[0]))
                if pid is not None and len(said) >= moment:
                    time.sleep(chance.random() * 0.004)
                    os.kill(pid, signal.SIGKILL)
                    moment = 10**9
            acknowledged = max([acknowledged, *said])
            count = len(names(make().read()))
            # One more may have been recorded and not been said any more.
            assert acknowledged + 1 <= count <= acknowledged + 2, f"seed {seed}"
            assert names(make().read()) == {f"f{n}" for n in range(count)}
    with make().open(create=EMPTY, timeout=0) as session:
        assert session.state == make().read()
        session.record([put(0)])
    assert decode(encode(make().read()), "x") == make().read()


def test_the_next_run_goes_on_from_a_killed_one(make, child):
    """What a killed run recorded is folded by the next one, under one serial."""
    script = (
        "with store.open(create=empty, timeout=0) as session:\n"
        "    session.record([PutResource(flow('f1'), record(1))])\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    with child(script) as process:
        assert process.wait() == -signal.SIGKILL
    left = make().read()
    assert names(left) == {"f1"}
    with make().open(create=EMPTY, timeout=0) as session:
        assert session.state == left
        session.record([put(2)])
        assert names(make().read()) == {"f1", "f2"}
    assert make().read().serial == left.serial + 1
