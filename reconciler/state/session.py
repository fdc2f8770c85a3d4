"""The right to change a state kept in files, from taking the lock to letting go of it. Made by `file` alone."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reconciler.errors import StateError, StateWriteError
from reconciler.model.address import Address
from reconciler.model.live import FlowRevision
from reconciler.model.record import State, StateChange, Writer, changed
from reconciler.state.document import decode, encode
from reconciler.state.files import (
    AppendFile,
    FileVersion,
    make_folder,
    read_file,
    remove_file,
    replace_file,
    version_of,
)
from reconciler.state.fold import KEPT_SERIALS, Fold, fold
from reconciler.state.history import append_history
from reconciler.state.journal import encode_entry
from reconciler.state.layout import Layout
from reconciler.state.seal import Seal, seal_line


@dataclass(frozen=True, slots=True)
class Found:
    """What was found when the lock was taken.

    Attributes:
        state: with what an earlier run's journal says.
        version: of the snapshot; None when there is none.
        entries, length: of the journal, as far as it is on top of the snapshot.
    """

    state: State
    version: FileVersion | None
    entries: int = 0
    length: int = 0


@dataclass(slots=True)
class _Waiting:
    """Changes that somebody wants recorded. Unless `durable` turns true, nothing of them counts, because of `error`."""

    changes: Sequence[StateChange]
    durable: bool = False
    error: StateError | None = None


class FileStateSession:
    """Record changes of one state. The journal that a crashed run left is gone on with, and folded at the end."""

    def __init__(self, layout: Layout, found: Found, writer: Callable[[str | None], Writer], seal: Seal) -> None:
        """Begin with what was found; `writer` says at the end who wrote in the name of which plan."""
        self._seal = seal
        self._layout = layout
        self._base = found.state
        self._version = found.version
        self._entries = found.entries
        self._length = found.length
        self._writer = writer
        self._state = found.state
        self._news: list[StateChange] = []
        self._journal: AppendFile | None = None
        self._closed = False
        self._plan: str | None = None
        self._mutex = threading.Lock()
        self._queue: list[_Waiting] = []
        self._queueing = threading.Lock()

    @property
    def state(self) -> State:
        """The state with everything recorded so far."""
        with self._mutex:
            return self._current()

    def _current(self) -> State:
        # Done when somebody asks, not in `record`: a copy of ten thousand resources for each step is what to avoid.
        if self._news:
            self._state = changed(self._state, self._news)
            self._news = []
        return self._state

    def record(self, changes: Sequence[StateChange]) -> None:
        """Make these changes durable, all or none.

        Who comes while another one waits for the disk has his line written with the next wait, together with all who
        came meanwhile: eight threads that finish at once wait for two writes, not for eight.

        Raises:
            StateWriteError: nothing of it counts.
        """
        mine = _Waiting(changes)
        with self._queueing:
            self._queue.append(mine)
        with self._mutex:
            if not mine.durable and mine.error is None:
                self._write_queue()
        if not mine.durable:
            told = mine.error or StateWriteError(f"{self._layout.journal}: whoever was to write it has ended")
            raise StateWriteError(told.message, hint=told.hint) from mine.error

    def _write_queue(self) -> None:
        """Write what waits, in one go; called with the mutex held. None of it counts unless all of it is durable."""
        with self._queueing:
            batch, self._queue = self._queue, []
        try:
            if self._closed:
                raise StateWriteError(f"{self._layout.journal}: this session has ended")
            if self._journal is None:
                self._journal = self._begin_journal()
            lines = [
                seal_line(self._seal, encode_entry(self._base, number, one.changes))
                for number, one in enumerate(batch, self._entries + 1)
            ]
            self._journal.append(b"".join(lines))
        except StateError as error:
            for one in batch:
                one.error = error
            return
        self._entries += len(batch)
        for one in batch:
            one.durable = True
            self._news.extend(one.changes)

    def _begin_journal(self) -> AppendFile:
        if self._version is None:  # a journal means nothing without the snapshot below it
            replace_file(self._layout.snapshot, self._seal.seal(encode(self._base)))
            self._version = version_of(self._layout.snapshot)
        return AppendFile(self._layout.journal, self._length)

    def sign(self, plan: str) -> None:
        """Say in the name of which plan is written from now on."""
        self._plan = plan

    def save_body(self, address: Address, revision: FlowRevision) -> str:
        """Keep a definition as it was sent, ready to be named by `definition: {file: …}`; give its path.

        Raises:
            StateWriteError: it could not be kept; then the flow must not be deleted.
        """
        if revision.definition is None:
            raise StateWriteError(f"{address}: revision {revision.revision} was read without its definition")
        # What UTF-8 cannot hold, half a surrogate pair, becomes the escape that JSON has for it.
        data = revision.definition.text.encode("utf-8", "backslashreplace") + b"\n"
        make_folder(self._layout.deleted)
        for path in self._layout.bodies(address, revision.revision, revision.sid):
            with self._mutex:
                present = read_file(path)
                if present is None:
                    replace_file(path, self._seal.seal(data))
            if present is None or self._seal.unseal(present.data, str(path)) == data:
                return str(path)
        raise StateWriteError(f"{path}: holds another body of the same flow and revision", hint="Move it away.")

    def close(self) -> State:
        """End the session: fold what was recorded into the next snapshot, which is given.

        Raises:
            StateWriteError: it could not be folded; the journal holds it, and the next run goes on from there.
        """
        with self._mutex:
            self._closed = True
            if self._journal is not None:
                self._journal.close()
                self._journal = None
            if not self._entries:
                return self._current()
            try:
                return self._fold()
            except StateError as error:
                raise StateWriteError(
                    f"the state could not be put together at the end: {error.message}",
                    hint=f"Nothing is lost: {self._layout.journal} holds everything that was recorded, and the next "
                    "run goes on from it. See to the cause first.",
                ) from error

    def _fold(self) -> State:
        old = self._unmoved_snapshot()
        made: Fold = fold(self._current(), self._writer(self._plan))
        # Histories first: a crash in between leaves an entry in both places, and repeating adds no double.
        for overflow in made.overflow:
            append_history(self._layout.history(overflow.address, overflow.sid), overflow.entries, self._seal)
        keep_backup(self._layout, self._base.serial, old)
        replace_file(self._layout.snapshot, self._seal.seal(encode(made.state)))
        with contextlib.suppress(StateError):  # its lines are old from here on, and left out by every reader
            remove_file(self._layout.journal)
        return made.state

    def _unmoved_snapshot(self) -> bytes:
        """Give the snapshot's bytes. Whoever replaced it in the meantime did so without the lock: theirs is kept."""
        path = self._layout.snapshot
        found = read_file(path)
        if found is None:
            raise StateWriteError(f"{path}: the snapshot was removed while this run held the lock")
        if found.version != self._version:
            present = decode(self._seal.unseal(found.data, str(path)), str(path))
            if (present.lineage, present.serial) != (self._base.lineage, self._base.serial):
                raise StateWriteError(f"{path}: the snapshot was replaced while this run held the lock")
        return found.data


def keep_backup(layout: Layout, serial: int, data: bytes) -> None:
    """Keep an earlier snapshot, byte for byte, and let go of those that are too old.

    Raises:
        StateWriteError: it could not be kept.
    """
    make_folder(layout.backups)
    replace_file(layout.backup(serial), data)
    for old in layout.serials()[:-KEPT_SERIALS]:
        with contextlib.suppress(StateError):  # a backup too many harms nobody
            remove_file(layout.backup(old))
