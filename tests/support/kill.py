"""Kill a run in this process as SIGKILL would: at one point, with the state's files left as they are just then."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx

from reconciler.model.address import Address
from reconciler.model.live import FlowRevision
from reconciler.model.record import RevisionEntry, State, StateChange
from reconciler.ports import StateSession, StateStore
from tests.support.world import Bed


class KilledError(BaseException):
    """Nobody may catch it."""


class Killer:
    """Count the points at which a run can be killed, from the first change of state on, and kill it at one of them."""

    def __init__(self, folder: Path, at: int) -> None:
        self.folder = folder
        self.kept = folder.with_name(f"{folder.name}-killed")
        self.at = at
        self.points = 0
        self.begun = False

    def point(self, *, changes: bool = False) -> None:
        """Pass a point; `changes` marks those that change something."""
        self.begun = self.begun or changes
        if not self.begun:
            return
        self.points += 1
        if self.points == self.at:
            shutil.copytree(self.folder, self.kept)
            raise KilledError

    def bury(self) -> None:
        """Put the files back to where they were at the kill: whatever was tidied up since did not happen."""
        shutil.rmtree(self.folder)
        shutil.move(self.kept, self.folder)


class KillingTransport(httpx.BaseTransport):
    """Kill before or after a request."""

    def __init__(self, inner: httpx.BaseTransport, killer: Killer) -> None:
        self._inner = inner
        self._killer = killer

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request, if the run lives that long."""
        changes = request.method != "GET" and not request.url.path.endswith("/Validate")
        self._killer.point(changes=changes)
        answer = self._inner.handle_request(request)
        answer.read()
        self._killer.point(changes=changes)
        return answer


class KillingSession:
    """Kill before or after something is recorded."""

    def __init__(self, inner: StateSession, killer: Killer) -> None:
        self._inner = inner
        self._killer = killer

    @property
    def state(self) -> State:
        """The state so far."""
        return self._inner.state

    def record(self, changes: Sequence[StateChange]) -> None:
        """Record, if the run lives that long."""
        self._killer.point(changes=True)
        self._inner.record(changes)
        self._killer.point(changes=True)

    def save_body(self, address: Address, revision: FlowRevision) -> str:
        """Keep a body."""
        return self._inner.save_body(address, revision)

    def sign(self, plan: str) -> None:
        """Say in whose name is written."""
        self._inner.sign(plan)


class KillingStore:
    """A store whose sessions are killed."""

    def __init__(self, inner: StateStore, killer: Killer) -> None:
        self._inner = inner
        self._killer = killer

    def read(self) -> State | None:
        """Give the state."""
        return self._inner.read()

    def history(self, address: Address) -> Sequence[RevisionEntry]:
        """Give older revisions."""
        return self._inner.history(address)

    @contextlib.contextmanager
    def open(self, *, create: State, timeout: float) -> Iterator[StateSession]:
        """Take the lock."""
        with self._inner.open(create=create, timeout=timeout) as session:
            yield KillingSession(session, self._killer)


def deadly(bed: Bed, at: int) -> Killer:
    """Make the next run of a bed die at a point; give who counts."""
    killer = Killer(bed.folder / "state", at)
    bed.transport = lambda inner: KillingTransport(inner, killer)
    bed.stored = lambda inner: KillingStore(inner, killer)
    return killer


def harmless(bed: Bed) -> None:
    """Let the next runs of a bed live."""
    bed.transport = bed.stored = None
