"""What a store refused is not lost: the whole state as it would be goes into a file of this machine.

As with Terraform's `errored.tfstate`. It knows no store in particular, and nothing of where the file is: `keep` does.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from reconciler.errors import LeaseLostError, StateWriteError
from reconciler.model.address import Address
from reconciler.model.live import FlowRevision
from reconciler.model.record import PutIntent, RevisionEntry, State, StateChange, changed
from reconciler.ports import StateSession, StateStore
from reconciler.state.document import encode
from reconciler.state.files import make_folder, replace_file
from reconciler.state.seal import Seal


class RescuingStore:
    """A store that hands over what it could not keep. Implements `ports.StateStore`."""

    def __init__(self, store: StateStore, keep: Callable[[State], None]) -> None:
        """Name the store; `keep` gets the state that it should hold, once, when a session ends without it."""
        self._store = store
        self._keep = keep

    def __str__(self) -> str:
        return str(self._store)

    def read(self) -> State | None:
        """Give the state; see `ports.StateReader`."""
        return self._store.read()

    def history(self, address: Address) -> Sequence[RevisionEntry]:
        """Give old revisions; see `ports.StateReader`."""
        return self._store.history(address)

    @contextlib.contextmanager
    def open(self, *, create: State, timeout: float) -> Iterator[StateSession]:
        """Take the lock; see `ports.StateStore`. A lost lease is no refusal: another run looks after the state then."""
        session: _RescuingSession | None = None
        refused = False
        try:
            with self._store.open(create=create, timeout=timeout) as opened:
                session = _RescuingSession(opened)
                yield session
        except StateWriteError as error:
            refused = not isinstance(error, LeaseLostError)
            raise
        finally:
            if session is not None and (session.lost or refused):
                self._keep(session.wanted())


class _RescuingSession:
    def __init__(self, session: StateSession) -> None:
        self._session = session
        self._mutex = threading.Lock()
        self.lost: list[StateChange] = []

    @property
    def state(self) -> State:
        """The state with everything recorded so far."""
        return self._session.state

    def record(self, changes: Sequence[StateChange]) -> None:
        """Record, and remember what the store refused. A refused intent was never acted on: nothing of it is lost."""
        try:
            self._session.record(changes)
        except LeaseLostError:
            raise
        except StateWriteError:
            with self._mutex:
                self.lost += [change for change in changes if not isinstance(change, PutIntent)]
            raise

    def wanted(self) -> State:
        """Give the state as it would be, with a serial above that of whatever this session could still write."""
        state = changed(self._session.state, self.lost)
        return replace(state, serial=state.serial + 2)

    def sign(self, plan: str) -> None:
        """Say in the name of which plan is written from now on."""
        self._session.sign(plan)

    def save_body(self, address: Address, revision: FlowRevision) -> str:
        """Keep the body of a flow that is about to be deleted."""
        return self._session.save_body(address, revision)


def keep_errored(state: State, folder: Path, seal: Seal) -> Path:
    """Write a state that its store refused into `ENVIRONMENT.errored.json`, encrypted as states are; give where.

    Raises:
        StateWriteError: neither the folder nor the one for temporary files takes it.
    """
    data = seal.seal(encode(state))
    path = folder / f"{state.environment}.errored.json"
    try:
        make_folder(folder)
        replace_file(path, data)
    except StateWriteError:
        path = Path(tempfile.mkdtemp(prefix="reconciler-")) / path.name
        replace_file(path, data)
    return path
