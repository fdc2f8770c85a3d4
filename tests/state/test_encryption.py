"""States that are encrypted: nothing of them is readable where they are kept, and everything is with a key."""

import os
from dataclasses import replace
from datetime import UTC, datetime

import pyrage
import pytest

from reconciler.errors import StateDamagedError, StateKeyError, UsageError
from reconciler.model.address import flow
from reconciler.model.definition import Definition, Digests
from reconciler.model.live import FlowRevision
from reconciler.model.record import FlowRecord, PutResource, RevisionEntry, State
from reconciler.state.encryption import seal_of
from reconciler.state.open import Run, seal_for, store_at
from reconciler.state.seal import PLAIN
from tests.support.lock_server import PASSWORD, USER, lock_server
from tests.support.object_server import object_server

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EMPTY = State("lineage-1", 0, "clinic-of-secrets", "production", None, None)
DIGESTS = Digests("sha256:b", "sha256:f")
WORDS = (b"clinic-of-secrets", b"name-of-a-flow", b"body-of-a-flow", b"a-message")


class Key:
    """A key pair, its secret half in a file."""

    def __init__(self, folder):
        identity = pyrage.x25519.Identity.generate()
        self.public = str(identity.to_public())
        self.file = folder / f"{self.public[:12]}.txt"
        self.file.write_text(f"# created by a test\n{identity}\n")

    @property
    def both(self):
        """Give the variables of who reads and writes."""
        return {"RECONCILER_STATE_RECIPIENTS": self.public, **self.reading}

    @property
    def reading(self):
        """Give the variables of who reads."""
        return {"RECONCILER_STATE_IDENTITY_FILE": str(self.file)}


@pytest.fixture
def keys(tmp_path):
    """Give three key pairs."""
    return [Key(tmp_path) for _ in range(3)]


def entries(count):
    return tuple(RevisionEntry(n, "published", "sha256:f", "a-message", None, AT, "us") for n in range(1, count + 1))


def put(number, revisions=1):
    name = "name-of-a-flow"
    sid = f"FW{number:032x}"
    record = FlowRecord(sid, name, "draft", 1, None, None, None, DIGESTS, revisions=entries(revisions))
    return PutResource(flow(f"f{number}"), record)


BODY = FlowRevision("FW1", 3, "published", "n", Definition('{"x": "body-of-a-flow"}', DIGESTS))


@pytest.fixture(params=["file", "gcs", "http"])
def place(request, tmp_path, monkeypatch):
    """Give the location of a state, its variables, and a function that gives every byte that is kept."""
    if request.param == "file":
        folder = tmp_path / "state"
        yield str(folder / "p.json"), {}, lambda: [p.read_bytes() for p in folder.rglob("*") if p.is_file()]
    elif request.param == "gcs":
        with object_server() as (url, shelf):
            monkeypatch.setenv("STORAGE_EMULATOR_HOST", url)
            objects = shelf.objects
            environ = {"STORAGE_EMULATOR_HOST": url}
            yield "gs://b/p.json", environ, lambda: [o.data for k, o in objects.items() if not k.endswith(".lock")]
    else:
        with lock_server() as (url, desk):
            environ = {"TF_HTTP_USERNAME": USER, "TF_HTTP_PASSWORD": PASSWORD}
            yield f"{url}/s", environ, lambda: list(desk.states.values())


@pytest.fixture
def make(place, clock_of_now):
    """Give a function that makes a store with more variables."""
    location, environ, _ = place
    return lambda more=(): store_at(location, Run(clock_of_now, "1", {**environ, **dict(more)}, "tests"))


@pytest.fixture
def clock_of_now():
    """Give a clock that does not wait."""

    class Clock:
        def now(self):
            return AT

        def monotonic(self):
            return 0.0

        def sleep(self, seconds):
            raise AssertionError(seconds)

        def stopping(self):
            return False

    return Clock()


def test_nothing_is_readable_where_a_state_is_kept(make, place, keys):
    """Snapshot, journal, backups, histories and bodies show no word of a state; with a key all of it is there."""
    with make(keys[0].both).open(create=EMPTY, timeout=0) as session:
        session.record([put(1, 250)])
        where = session.save_body(flow("f1"), BODY)
        journal = b"".join(place[2]())
        assert session.save_body(flow("f1"), BODY) == where
    with make(keys[0].both).open(create=EMPTY, timeout=0) as session:
        session.record([put(2)])
    kept = b"".join(place[2]()) + journal
    assert kept
    assert not [word for word in WORDS if word in kept]
    store = make(keys[0].reading)
    assert store.read().serial == 2
    assert len(store.history(flow("f1"))) == 50
    assert store.backup(1).project == "clinic-of-secrets"
    assert b"body-of-a-flow" in store.body(where)


def test_a_missing_key_is_said(make, keys):
    """Without a key, or with another one, nothing is read and nothing written, also not by force."""
    with make(keys[0].both).open(create=EMPTY, timeout=0) as session:
        session.record([put(1)])
    state = make(keys[0].reading).read()
    for wrong in ({}, keys[1].reading, keys[1].both, {"RECONCILER_STATE_RECIPIENTS": keys[0].public}):
        with pytest.raises(StateKeyError) as caught:
            make(wrong).read()
        assert caught.value.hint
        with pytest.raises(StateKeyError):
            make(wrong).replace(replace(state, serial=9), timeout=0, force=True)
    assert make(keys[0].reading).read() == state


def test_a_plain_state_is_encrypted_from_the_next_write_on(make, keys):
    """A state that was not encrypted is read, and the next fold encrypts it."""
    with make().open(create=EMPTY, timeout=0) as session:
        session.record([put(1)])
    with make(keys[0].both).open(create=EMPTY, timeout=0) as session:
        assert session.state.serial == 1
        session.record([put(2)])
    with pytest.raises(StateKeyError):
        make().read()
    assert len(make(keys[0].reading).read().resources) == 2


def test_keys_rotate_with_the_next_write(make, keys):
    """With other recipients the next fold is for those alone; who was left out reads no more of what is new."""
    old, kept, new = keys
    both = {"RECONCILER_STATE_RECIPIENTS": f"{old.public},{kept.public}", **kept.reading}
    with make(both).open(create=EMPTY, timeout=0) as session:
        session.record([put(1)])
    assert make(old.reading).read() == make(kept.reading).read()
    rotated = {"RECONCILER_STATE_RECIPIENTS": f"{kept.public} {new.public}", **kept.reading}
    with make(rotated).open(create=EMPTY, timeout=0) as session:
        session.record([put(2)])
    assert make(new.reading).read() == make(kept.reading).read()
    with pytest.raises(StateKeyError):
        make(old.reading).read()


def test_an_identity_alone_goes_on_for_the_same_recipients(make, keys):
    """Who only names its secret key writes for everybody that the state was for."""
    first, second, _ = keys
    both = {"RECONCILER_STATE_RECIPIENTS": f"{first.public},{second.public}", **first.reading}
    with make(both).open(create=EMPTY, timeout=0) as session:
        session.record([put(1)])
    with make(second.reading).open(create=EMPTY, timeout=0) as session:
        session.record([put(2)])
    assert len(make(first.reading).read().resources) == 2


@pytest.mark.parametrize("place", ["file"], indirect=True)
def test_a_passphrase_costs_its_time_once(make):
    """However much is recorded, the passphrase is worked on once to read and never again to write."""
    phrase = {"RECONCILER_STATE_PASSPHRASE": "correct horse"}
    store = make(phrase)
    with store.open(create=EMPTY, timeout=0) as session:
        for number in range(30):
            session.record([put(number)])
    assert len(make(phrase).read().resources) == 30
    with pytest.raises(StateKeyError):
        make({"RECONCILER_STATE_PASSPHRASE": "another"}).read()


def test_a_changed_byte_is_noticed(keys):
    """What was encrypted and changed since is damaged, and never half a state."""
    seal = seal_for(keys[0].both)
    sealed = seal.seal(b"a state")
    assert seal.unseal(sealed, "here") == b"a state"
    middle = sealed.rindex(b'"body":"') + 200
    swapped = b"A" if sealed[middle : middle + 1] != b"A" else b"B"
    for spoilt in (sealed[:middle] + swapped + sealed[middle + 1 :], sealed[:-9], b'{"sealed":2}', b'{"sealed":1}'):
        with pytest.raises(StateDamagedError):
            seal.unseal(spoilt, "here")


@pytest.mark.parametrize(
    ("environ", "error"),
    [
        ({"RECONCILER_STATE_RECIPIENTS": "age1nonsense"}, StateKeyError),
        ({"RECONCILER_STATE_IDENTITY_FILE": "nowhere.txt"}, UsageError),
        ({"RECONCILER_STATE_IDENTITY_FILE": os.devnull, "RECONCILER_STATE_PASSPHRASE": "x"}, UsageError),
    ],
)
def test_wrong_keys_are_refused_at_once(environ, error):
    """A key that is none, a file that is not there, and two ways at once are errors before anything is read."""
    with pytest.raises(error):
        seal_of(environ)


def test_without_keys_nothing_is_encrypted():
    """No variable, no encryption; an identity alone has nobody to encrypt to."""
    assert seal_for({}) is PLAIN
    with pytest.raises(StateKeyError):
        seal_of({"RECONCILER_STATE_IDENTITY_FILE": os.devnull}).seal(b"x")


def test_a_bad_identity_is_not_shown(tmp_path):
    """A line that is no key is an error that does not repeat it: it may be half of one."""
    file = tmp_path / "key"
    file.write_text("AGE-SECRET-KEY-1HALF\n")
    with pytest.raises(StateKeyError) as caught:
        seal_of({"RECONCILER_STATE_IDENTITY_FILE": str(file)})
    assert "1HALF" not in caught.value.message
