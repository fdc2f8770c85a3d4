"""A state kept in files beside each other (see `layout`). Implements `ports.StateStore`; the only user of `session`."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import StateDamagedError, StateError, StateLockedError, UsageError
from reconciler.model.address import Address
from reconciler.model.record import RevisionEntry, State, Writer
from reconciler.ports import Clock, StateSession
from reconciler.state.document import REPAIR, decode, encode
from reconciler.state.files import Content, make_folder, read_file, reading, remove_file, replace_file, version_of
from reconciler.state.layout import Layout
from reconciler.state.seal import PLAIN, Seal
from reconciler.state.store import check_belongs, successor

if TYPE_CHECKING:
    from reconciler.state.lock import FileLock
    from reconciler.state.session import FileStateSession, Found


class FileStateStore:
    """Keep one state in a folder of this machine."""

    def __init__(
        self, path: Path, *, clock: Clock, version: str, command: str | None = None, seal: Seal = PLAIN
    ) -> None:
        """Name the state; nothing is read or made yet.

        Args:
            path: the snapshot, `state/ENVIRONMENT.json`; all other files are beside it.
            clock: for waiting, and for the time of writing.
            version: of the tool that writes.
            command: what this run is called when another one waits for it; the program's name by default. No
                argument of a command line may stand in it, for that may be a secret.
            seal: encrypts what is written. Default: nothing is encrypted.
        """
        self._layout = Layout(path)
        self._clock = clock
        self._version = version
        self._seal = seal
        self._command = command or Path(sys.argv[0]).name

    def __str__(self) -> str:
        return str(self._layout.snapshot)

    def read(self) -> State | None:
        """Give the state, journal included; None when there is none yet. Needs no lock, and waits for nobody.

        Raises:
            StateDamagedError: it cannot be trusted.
        """
        snapshot, journal = self._contents()
        if journal:
            found = self._recovered(snapshot, journal)
            return None if found is None else found.state
        return None if snapshot is None else decode(self._seal.unseal(snapshot.data, str(self)), str(self))

    def history(self, address: Address) -> Sequence[RevisionEntry]:
        """Give revisions of a recorded flow that are no longer in the snapshot, oldest first.

        Raises:
            StateDamagedError: they cannot be trusted.
        """
        state = self.read()
        record = None if state is None else state.flow(address)
        if record is None:
            return ()
        from reconciler.state.history import read_history  # noqa: PLC0415 - a plan looks at no history

        kept = {entry.revision for entry in record.revisions}
        entries = read_history(self._layout.history(address, record.sid), self._seal)
        return tuple(entry for entry in entries if entry.revision not in kept)

    @contextlib.contextmanager
    def open(self, *, create: State, timeout: float) -> Iterator[StateSession]:
        """Take the lock and give the session; fold the journal and let go of the lock at the end, whatever happens.

        Raises:
            StateLockedError: another run holds it; says who and since when.
            StateMismatchError: project, environment, account or endpoint differ from `create`'s.
            StateDamagedError: what is there cannot be trusted.
            StateWriteError: the lock cannot be made, or the journal not be folded at the end.
        """
        with self._lock.held(timeout):
            session = self._begin(create)
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
        with self._lock.held(timeout):
            try:
                present = self._folded()
            except StateDamagedError:
                if not force:
                    raise
                present = None
                state = replace(state, serial=self._set_damaged_aside(state.serial))
            if present is not None:
                state = successor(present, state, force=force, origin=str(self))
                from reconciler.state.session import keep_backup  # noqa: PLC0415 - a plan writes nothing

                keep_backup(self._layout, present.serial, self._seal.seal(encode(present)))
            replace_file(self._layout.snapshot, self._seal.seal(encode(state)))
            return state

    def holder(self) -> str | None:
        """Tell who holds the lock; None when nobody does."""
        holder = self._lock.holder()
        return None if holder is None else str(holder)

    def backups(self) -> Sequence[int]:
        """List the serials that can be put back, oldest first."""
        return self._layout.serials()

    def backup(self, serial: int) -> State:
        """Give an earlier state.

        Raises:
            StateDamagedError: it is missing or cannot be trusted.
        """
        path = self._layout.backup(serial)
        content = read_file(path)
        if content is None:
            known = ", ".join(map(str, self.backups())) or "none"
            raise StateDamagedError(f"{path}: there is no such backup", hint=f"Serials with a backup: {known}.")
        return decode(self._seal.unseal(content.data, str(path)), str(path))

    def body(self, where: str) -> bytes:
        """Give the definition of a deleted flow, decrypted.

        Raises:
            UsageError: there is no such file.
        """
        content = read_file(Path(where))
        if content is None:
            raise UsageError(f"{where}: there is no such file", hint=f"Look into {self._layout.deleted}.")
        return self._seal.unseal(content.data, where)

    def unlock(self, identity: str) -> None:
        """Refuse: this lock goes with its process, and nothing else breaks it.

        Raises:
            StateLockedError: it is held.
        """
        holder = self._lock.holder()
        if holder is not None:
            raise StateLockedError(
                f"the state is locked by {holder}, which is still running; an ID ({identity}) does not break that",
                hint="Let it end, or end that process; the lock goes with it.",
            )

    @cached_property
    def _lock(self) -> FileLock:
        from reconciler.state.lock import FileLock  # noqa: PLC0415 - a plan takes no lock

        return FileLock(self._layout.lock, clock=self._clock, command=self._command)

    def _begin(self, create: State) -> FileStateSession:
        from reconciler.state.session import FileStateSession, Found  # noqa: PLC0415 - a plan writes nothing

        found = self._recovered(*self._contents()) or Found(create, None)
        check_belongs(found.state, create, str(self))
        return FileStateSession(self._layout, found, self._writer, self._seal)

    def _folded(self) -> State | None:
        present = self.read()
        return None if present is None else self._begin(present).close()

    def _writer(self, plan: str | None) -> Writer:
        return Writer(self._version, self._clock.now(), plan)

    def _contents(self) -> tuple[Content | None, bytes]:
        """Read snapshot and journal that belong together: again, if one was folded into the other in between."""
        while True:
            with reading(self._layout.snapshot) as snapshot:
                journal = read_file(self._layout.journal)
                if version_of(self._layout.snapshot) == (None if snapshot is None else snapshot.version):
                    return snapshot, b"" if journal is None else journal.data

    def _recovered(self, snapshot: Content | None, journal: bytes) -> Found | None:
        from reconciler.state.journal import read_journal, recover  # noqa: PLC0415 - only an interrupted run leaves one
        from reconciler.state.session import Found  # noqa: PLC0415 - as above

        path = str(self._layout.journal)
        lines = read_journal(journal, path, self._seal)
        if snapshot is None:
            if lines.entries:
                raise StateDamagedError(f"{path}: there is a journal without its snapshot {self}", hint=REPAIR)
            return None
        state, count = recover(self._seal.unseal(snapshot.data, str(self)), lines, str(self), path)
        # Lines that a fold left behind are old: the next line goes to where they stand.
        return Found(state, snapshot.version, *((len(lines.entries), lines.length) if count else (0, 0)))

    def _set_damaged_aside(self, serial: int) -> int:
        """Keep what cannot be read for whoever can; give a serial above every one that may have been used."""
        make_folder(self._layout.backups)
        at = f"{self._clock.now():%Y%m%dT%H%M%S%f}"
        for path in (self._layout.snapshot, self._layout.journal):
            content = read_file(path)
            if content is not None:
                replace_file(self._layout.backups / f"{path.name}.damaged-{at}", content.data)
        remove_file(self._layout.journal)
        return max(serial, *self._layout.serials(), 0) + 2
