"""The right to change a state kept in `objects`, from taking its lock to letting go of it. Made by `remote` alone.

The journal is what keeps two runs apart that both believe to hold the lock. Its entries are numbered, each is created
and never replaced, and whoever finds a number taken has lost. The fold first closes the journal with an entry of its
own, so that nothing can be recorded on top of a snapshot that is about to be replaced, and replaces exactly the
snapshot it has read.
Entries stay as long as the backups: a number that came free again would let a run record that slept through a fold.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from reconciler.errors import StateError, StateWriteError
from reconciler.model.address import Address
from reconciler.model.live import FlowRevision
from reconciler.model.record import PutIntent, State, StateChange, Writer, changed
from reconciler.state.document import encode
from reconciler.state.encoding import revision_json
from reconciler.state.fold import KEPT_SERIALS, Overflow, fold
from reconciler.state.journal import encode_entry
from reconciler.state.lease import Hold, lost
from reconciler.state.lines import encode_line
from reconciler.state.objects import (
    BACKUPS,
    JOURNALS,
    SNAPSHOT,
    Objects,
    Version,
    backup,
    bodies,
    chapter,
    entry,
    number_of,
)
from reconciler.state.seal import Seal, seal_line

_LEFT: Final = "Nothing is lost: its journal holds everything that was recorded, and the next run goes on from it."


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of a state.

    Attributes:
        state: with what the journal says.
        serial: of the snapshot.
        raw: the snapshot as it is kept; None when there is none.
        version: of the snapshot; None when there is none.
        entries: in the journal on top of the snapshot.
        closed: whether the last of them says that nothing may follow but the fold.
    """

    state: State
    raw: bytes | None = None
    version: Version | None = None
    entries: int = 0
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a state is, for messages, and what everything there goes through.

    Attributes:
        fenced: whether the place itself refuses the writes of a run that has lost its lock.
    """

    name: str
    objects: Objects
    seal: Seal
    writer: Callable[[str | None], Writer]
    fenced: bool


@dataclass(slots=True)
class _Waiting:
    changes: Sequence[StateChange]
    done: bool = field(default=False)
    error: StateError | None = field(default=None)


class RemoteStateSession:
    """Record changes of one state. The journal that a crashed run left is gone on with, and folded at the end."""

    def __init__(self, place: Place, found: Found, hold: Hold) -> None:
        """Begin with what was found under a lock that is held."""
        self._place = place
        self._objects = place.objects
        self._found = found
        self._base = found.state
        self._version = found.version
        self._raw = found.raw
        self._entries = found.entries
        self._closing = found.closed
        self._hold = hold
        self._id = secrets.token_hex(8)
        self._plan: str | None = None
        self._state = found.state
        self._news: list[StateChange] = []
        self._closed = False
        self._waiting: list[_Waiting] = []
        self._queue = threading.Lock()
        self._mutex = threading.Lock()

    @property
    def state(self) -> State:
        """The state with everything recorded so far."""
        with self._mutex:
            return self._current()

    def _current(self) -> State:
        if self._news:
            self._state = changed(self._state, self._news)
            self._news = []
        return self._state

    def record(self, changes: Sequence[StateChange]) -> None:
        """Make these changes durable, all or none. What waits at the same time goes into one entry.

        Raises:
            StateWriteError: nothing of it counts.
            LeaseLostError: the lock is lost, and the changes begin something or cannot be put without it.
        """
        mine = _Waiting(changes)
        with self._queue:
            self._waiting.append(mine)
        with self._mutex:
            if not mine.done:
                with self._queue:
                    batch, self._waiting = self._waiting, []
                self._record(batch)
        if mine.error is not None:
            raise mine.error

    def _record(self, batch: Sequence[_Waiting]) -> None:
        sure = self._hold.sure()
        for each in batch:
            each.done = True
            if not sure and any(isinstance(change, PutIntent) for change in each.changes):
                each.error = lost(self._place.name)
        writing = [each for each in batch if each.error is None]
        if not writing:
            return
        news = [change for each in writing for change in each.changes]
        try:
            self._append(news)
        except StateError as error:
            for each in writing:
                each.error = error
            return
        self._news.extend(news)

    def _append(self, changes: Sequence[StateChange], *, closes: bool = False) -> None:
        if self._closed:
            raise StateWriteError(f"{self._place.name}: this session has ended")
        if self._version is None:  # a journal means nothing without the snapshot below it
            self._raw = self._place.seal.seal(encode(self._base))
            self._version = self._objects.create(SNAPSHOT, self._raw)
            if self._version is None:
                raise lost(self._place.name)
        number = self._entries + 1
        line = encode_entry(self._base, number, changes, session=self._id, closes=closes)
        if self._objects.create(entry(self._base.serial, number), seal_line(self._place.seal, line)) is None:
            raise lost(self._place.name)
        if not self._hold.sure():
            self._check_snapshot()
        self._entries = number

    def _check_snapshot(self) -> None:
        """Make sure that what was just put is on top of the present snapshot: only then it cannot be left out."""
        found = self._objects.get(SNAPSHOT)
        if found is None or found.version != self._version:
            raise lost(self._place.name)

    def fence(self) -> None:
        """Take the next number, so that a run whose lock was taken over cannot record any more.

        Raises:
            LeaseLostError: that run, or another one, was faster.
        """
        with self._mutex:
            if self._version is not None:
                self._append(())

    def shut(self) -> None:
        """Close the journal without a fold: the snapshot is about to be replaced by another state.

        Raises:
            LeaseLostError: another run recorded something.
        """
        with self._mutex:
            self._append((), closes=True)
            self._closed = True

    def sign(self, plan: str) -> None:
        """Say in the name of which plan is written from now on."""
        self._plan = plan

    def save_body(self, address: Address, revision: FlowRevision) -> str:
        """Keep a definition as it was sent; give where.

        Raises:
            StateWriteError: it could not be kept; then the flow must not be deleted.
        """
        if revision.definition is None:
            raise StateWriteError(f"{address}: revision {revision.revision} was read without its definition")
        data = revision.definition.text.encode("utf-8", "backslashreplace") + b"\n"
        name = ""
        for name in bodies(address, revision.revision, revision.sid):
            where = f"{self._place.name}{name}"
            present = self._objects.get(name)
            if present is None and self._objects.create(name, self._place.seal.seal(data)) is not None:
                return where
            if present is not None and self._place.seal.unseal(present.data, where) == data:
                return where
        raise StateWriteError(
            f"{self._place.name}{name}: holds another body of the same flow and revision", hint="Move it away."
        )

    def close(self) -> State:
        """End the session: fold what was recorded into the next snapshot, which is given.

        Raises:
            StateWriteError: it could not be folded; the journal holds it, and the next run goes on from there.
            LeaseLostError: because another run went on in the meantime.
        """
        with self._mutex:
            if not self._entries:
                self._closed = True
                return self._current()
            try:
                return self._fold()
            except StateWriteError as error:
                error.hint = error.hint or _LEFT
                raise
            except StateError as error:
                raise StateWriteError(
                    f"the state could not be put together at the end: {error.message}", hint=_LEFT
                ) from error
            finally:
                self._closed = True

    def _fold(self) -> State:
        if not self._closing:
            self._append((), closes=True)
        if self._version is None or self._raw is None:
            raise lost(self._place.name)
        made = fold(self._current(), self._place.writer(self._plan))
        # Histories first: a crash in between leaves an entry in both places, and repeating adds no double.
        for overflow in made.overflow:
            self._keep(overflow)
        self._objects.create(backup(self._base.serial), self._raw)
        if self._objects.replace(SNAPSHOT, self._place.seal.seal(encode(made.state)), self._version) is None:
            raise lost(self._place.name)
        with contextlib.suppress(StateError):  # what is old is left out by every reader
            clean(self._objects, self._base.serial, fenced=self._place.fenced)
        return made.state

    def _keep(self, overflow: Overflow) -> None:
        lines = (seal_line(self._place.seal, encode_line(revision_json(each))) for each in overflow.entries)
        name = chapter(overflow.sid, overflow.entries[0].revision, overflow.entries[-1].revision)
        # Taken: by an earlier try to fold the same revisions.
        self._objects.create(name, b"".join(lines))


def clean(objects: Objects, serial: int, *, fenced: bool) -> None:
    """Remove what a fold made old: backups beyond the kept ones, and journals that no late run can reach."""
    backups = [name for name in objects.names(BACKUPS) if number_of(name) is not None]
    old = backups[:-KEPT_SERIALS]
    kept = [number_of(name) or 0 for name in backups[-KEPT_SERIALS:]]
    first = serial + 1 if fenced else min([serial, *kept])
    folded = ((name, number_of(name)) for name in objects.names(JOURNALS))
    old += [name for name, number in folded if number is not None and number < first]
    if old:
        objects.delete(old)
