"""A state kept in `objects`, under a `StateLock`: the engine of all remote stores. Implements `ports.StateStore`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from reconciler.errors import LeaseLostError, StateDamagedError, StateError, UsageError
from reconciler.model.address import Address
from reconciler.model.record import RevisionEntry, State, Writer
from reconciler.ports import Clock, StateSession
from reconciler.state.document import REPAIR, decode, encode, parse, revision_from_json
from reconciler.state.journal import read_journal, recover
from reconciler.state.lease import Hold, StateLock, lost
from reconciler.state.lines import read_lines
from reconciler.state.objects import (
    BACKUPS,
    DELETED,
    JOURNALS,
    SNAPSHOT,
    Objects,
    Stored,
    backup,
    history,
    journal,
    number_of,
)
from reconciler.state.remote_session import Found, Place, RemoteStateSession
from reconciler.state.seal import PLAIN, Seal
from reconciler.state.store import check_belongs, successor

_TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class Parts:
    """What a remote store is made of.

    Attributes:
        name: the location, without any secret, for messages and as the beginning of where bodies are.
        seal: encrypts what is written. Default: nothing is encrypted.
        fenced: whether the place itself refuses the writes of a run that has lost its lock. Default no.
    """

    name: str
    objects: Objects
    lock: StateLock
    clock: Clock
    version: str
    seal: Seal = PLAIN
    fenced: bool = False


class RemoteStateStore:
    """Keep one state in a place that other machines reach too."""

    def __init__(self, parts: Parts) -> None:
        """Name the state; nothing is read or made yet."""
        self._name = parts.name
        self._objects = parts.objects
        self._lock = parts.lock
        self._clock = parts.clock
        self._version = parts.version
        self._seal = parts.seal
        self._place = Place(parts.name, parts.objects, parts.seal, self._writer, parts.fenced)

    def __str__(self) -> str:
        return self._name

    def read(self) -> State | None:
        """Give the state, journal included; None when there is none yet. Needs no lock, and waits for nobody.

        Raises:
            StateDamagedError: it cannot be trusted.
            StateUnreachableError: the place does not answer.
        """
        found = self._found()
        return None if found is None else found.state

    def history(self, address: Address) -> Sequence[RevisionEntry]:
        """Give revisions of a recorded flow that are no longer in the snapshot, oldest first.

        Raises:
            StateDamagedError: they cannot be trusted.
        """
        state = self.read()
        record = None if state is None else state.flow(address)
        if record is None:
            return ()
        kept = {each.revision for each in record.revisions}
        older: dict[int, RevisionEntry] = {}
        for name in self._objects.names(history(record.sid)):
            stored = self._objects.get(name)
            for line in read_lines(b"" if stored is None else stored.data, f"{self}{name}", self._seal):
                each = revision_from_json(line.entry, f"{self}{name}:{line.number}")
                older.setdefault(each.revision, each)
        return tuple(older[number] for number in sorted(older) if number not in kept)

    @contextlib.contextmanager
    def open(self, *, create: State, timeout: float) -> Iterator[StateSession]:
        """Take the lock and give the session; fold the journal and let go of the lock at the end, whatever happens.

        Raises:
            StateLockedError: another run holds it; says who and since when.
            StateMismatchError: project, environment, account or endpoint differ from `create`'s.
            StateDamagedError: what is there cannot be trusted.
            StateUnreachableError: the place does not answer.
            StateWriteError: the lock cannot be made, or the journal not be folded at the end.
        """
        with self._lock.held(timeout) as hold:
            session = self._begin(create, hold)
            try:
                yield session
            except BaseException as error:
                try:
                    session.close()
                except StateError as failed:  # the journal holds everything; what ended the run matters more
                    error.add_note(f"{failed.message}. {failed.hint or ''}".strip())
                raise
            session.close()

    def replace(self, state: State, *, timeout: float, force: bool = False) -> State:
        """Put a whole state in the place of what is there; see `store.ManagedStore`."""
        with self._lock.held(timeout) as hold:
            stored = self._objects.get(SNAPSHOT)
            try:
                present = self._folded(hold)
            except StateDamagedError:
                if not force:
                    raise
                present = None
                state = replace(state, serial=self._set_damaged_aside(stored, state.serial))
            if present is not None:
                state = successor(present, state, force=force, origin=str(self))
                stored = self._shut(present, hold)
            self._put(state, stored)
            return state

    def holder(self) -> str | None:
        """Tell who holds the lock; None when nobody does."""
        return self._lock.holder()

    def unlock(self, identity: str) -> None:
        """Break the lock that bears this ID; see `store.ManagedStore`."""
        self._lock.unlock(identity)

    def backups(self) -> Sequence[int]:
        """List the serials that can be put back, oldest first."""
        numbers = (number_of(name) for name in self._objects.names(BACKUPS))
        return sorted(number for number in numbers if number is not None)

    def backup(self, serial: int) -> State:
        """Give an earlier state.

        Raises:
            StateDamagedError: it is missing or cannot be trusted.
        """
        where = f"{self}{backup(serial)}"
        stored = self._objects.get(backup(serial))
        if stored is None:
            known = ", ".join(map(str, self.backups())) or "none"
            raise StateDamagedError(f"{where}: there is no such backup", hint=f"Serials with a backup: {known}.")
        return decode(self._seal.unseal(stored.data, where), where)

    def body(self, where: str) -> bytes:
        """Give the definition of a deleted flow, decrypted.

        Raises:
            UsageError: nothing is kept there.
        """
        name = where.removeprefix(str(self))
        stored = self._objects.get(name) if name.startswith(DELETED) else None
        if stored is None:
            known = ", ".join(f"{self}{each}" for each in self._objects.names(DELETED)) or "none"
            raise UsageError(f"{where}: no definition is kept there", hint=f"Those that are: {known}.")
        return self._seal.unseal(stored.data, where)

    def _begin(self, create: State, hold: Hold) -> RemoteStateSession:
        found = self._found()
        while found is not None and found.closed:  # a fold that was begun is ended first, whoever began it
            check_belongs(found.state, create, str(self))
            with contextlib.suppress(LeaseLostError):  # that run, if it lives, was faster
                RemoteStateSession(self._place, found, hold).close()
            found = self._found()
        if found is None:
            return RemoteStateSession(self._place, Found(create), hold)
        check_belongs(found.state, create, str(self))
        session = RemoteStateSession(self._place, found, hold)
        if hold.taken_over:
            session.fence()
        return session

    def _folded(self, hold: Hold) -> State | None:
        present = self.read()
        return None if present is None else self._begin(present, hold).close()

    def _shut(self, present: State, hold: Hold) -> Stored:
        """Let nothing be recorded any more on top of a state that is about to be replaced, and keep it."""
        self._begin(present, hold).shut()
        stored = self._objects.get(SNAPSHOT)
        if stored is None:
            raise lost(str(self))
        self._objects.create(backup(present.serial), stored.data)
        return stored

    def _writer(self, plan: str | None) -> Writer:
        return Writer(self._version, self._clock.now(), plan)

    def _put(self, state: State, stored: Stored | None) -> None:
        data = self._seal.seal(encode(state))
        put = (
            self._objects.create(SNAPSHOT, data)
            if stored is None
            else self._objects.replace(SNAPSHOT, data, stored.version)
        )
        if put is None:
            raise lost(str(self))

    def _found(self) -> Found | None:
        """Read snapshot and journal that belong together: again, if one was folded into the other in between."""
        snapshot = self._objects.get(SNAPSHOT)
        for _ in range(_TRIES):
            if snapshot is None:
                snapshot = self._none_or_new()
            if snapshot is None:
                return None
            plain = self._seal.unseal(snapshot.data, str(self))
            entries = self._entries(plain)
            now = self._objects.get(SNAPSHOT)
            if now is not None and now.version == snapshot.version:
                return self._recovered(snapshot, plain, entries)
            snapshot = now
        raise StateDamagedError(f"{self}: it changes faster than it can be read", hint="Run again.")

    def _none_or_new(self) -> Stored | None:
        if not self._objects.names(JOURNALS):
            return None
        snapshot = self._objects.get(SNAPSHOT)
        if snapshot is None:
            raise StateDamagedError(f"{self}: there is a journal without its snapshot", hint=REPAIR)
        return snapshot

    def _entries(self, snapshot: bytes) -> bytes | None:
        """Give the journal on top of a snapshot; None when a part of it went while it was read."""
        serial = parse(snapshot, str(self)).get("serial")
        if not isinstance(serial, int):
            return b""  # the document's own check says what is wrong with it
        stored = [self._objects.get(name) for name in self._objects.names(journal(serial))]
        lines = [each.data for each in stored if each is not None]
        return None if len(lines) < len(stored) else b"".join(lines)

    def _recovered(self, snapshot: Stored, plain: bytes, entries: bytes | None) -> Found:
        where = f"{self}{JOURNALS}"
        if entries is None:
            raise StateDamagedError(f"{where}: an entry went while its snapshot stayed", hint=REPAIR)
        lines = read_journal(entries, where, self._seal)
        state, count = recover(plain, lines, str(self), where)
        closed = bool(lines.entries) and lines.entries[-1].closes
        return Found(state, snapshot.data, snapshot.version, count, closed)

    def _set_damaged_aside(self, stored: Stored | None, serial: int) -> int:
        """Keep what cannot be read for whoever can; give a serial above every one that may have been used."""
        if stored is not None:
            self._objects.create(f"{BACKUPS}damaged-{self._clock.now():%Y%m%dT%H%M%S%f}.json", stored.data)
        used = [number_of(name) or 0 for folder in (BACKUPS, JOURNALS) for name in self._objects.names(folder)]
        return max(serial, *used, 0) + 2
