"""States in PostgreSQL, by psycopg 3 (extra `postgres`). The only user of it.

One connection for each state holds the lock and does every write of its session: the lock goes with the connection, and
whoever lost it cannot write any more. Each call is a transaction of its own.
"""

from __future__ import annotations

import contextlib
import hashlib
import threading
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import TypeAdapter, ValidationError

from reconciler.errors import LeaseLostError, StateLockedError, StateUnreachableError, StateWriteError, UsageError
from reconciler.ports import Clock
from reconciler.state.lease import Hold, lost
from reconciler.state.locations import is_loopback
from reconciler.state.lock import Holder, this_process
from reconciler.state.objects import LOCK, Stored, Version

if TYPE_CHECKING:
    import psycopg

SCHEMES: Final = ("postgres", "postgresql")

_POLL: Final = 0.2
_SETTINGS: Final = {
    "application_name": "reconciler",
    "connect_timeout": "10",
    # A machine that vanished is noticed within half a minute by both ends, and its lock with it.
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "options": "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
    " -c statement_timeout=20s -c idle_session_timeout=0",
}
_TABLES: Final = (
    "CREATE SCHEMA IF NOT EXISTS reconciler",
    "CREATE SEQUENCE IF NOT EXISTS reconciler.versions",
    """CREATE TABLE IF NOT EXISTS reconciler.objects (
        state text NOT NULL, name text NOT NULL, version bigint NOT NULL, data bytea NOT NULL,
        at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (state, name))""",
)
_TABLES_KEY: Final = 7_164_263_141_108_530
_HOLDER: Final = TypeAdapter(Holder)
_HELD: Final = """SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
    WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database() AND l.objsubid = 1
    AND ((l.classid::bigint << 32) | l.objid::bigint) = %s"""


@dataclass(frozen=True, slots=True)
class Location:
    """Where a state is.

    Attributes:
        dsn: how to connect; may hold a password.
        state: the name of the state.
        shown: the location for messages, without user and password.
    """

    dsn: str
    state: str
    shown: str

    def __repr__(self) -> str:
        return f"Location({self.shown!r})"


def location_of(text: str) -> Location:
    """Read `postgresql://HOST/DATABASE?state=NAME`; other parameters are libpq's.

    Raises:
        UsageError: it names no state.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise UsageError("the PostgreSQL address of the state makes no sense", hint=_example()) from error
    query = parse_qsl(parts.query, keep_blank_values=True)
    names = [value for name, value in query if name == "state"]
    if len(names) != 1 or not names[0]:
        raise UsageError("the PostgreSQL address of the state does not name the state", hint=_example())
    rest = dict(pair for pair in query if pair[0] != "state")
    socket = host is None or rest.get("host", "").startswith("/")
    if not (socket or is_loopback(host)):
        rest.setdefault("sslmode", "require")
    dsn = urlunsplit(("postgresql", parts.netloc, parts.path, urlencode(rest), ""))
    where = (host or "") + ("" if port is None else f":{port}")
    return Location(dsn, names[0], f"postgresql://{where}{parts.path}?state={names[0]}")


def _example() -> str:
    return "Name host, database and state: postgresql://HOST/DATABASE?state=NAME."


class PostgresObjects:
    """`Objects` in a table, and the `StateLock` of a state, over one connection."""

    def __init__(self, location: Location, clock: Clock, command: str) -> None:
        """Name the place; nothing is connected yet.

        Raises:
            UsageError: the extra is missing.
        """
        try:
            import psycopg  # noqa: PLC0415 - an extra, imported where it is used
        except ImportError as error:
            raise UsageError(
                "states in PostgreSQL need psycopg", hint="Install it: pip install 'reconciler[postgres]'."
            ) from error
        self._psycopg = psycopg
        self._location = location
        self._clock = clock
        self._command = command
        self._key = int.from_bytes(hashlib.sha256(location.state.encode()).digest()[:8], "big", signed=True)
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._held = False
        self._mutex = threading.RLock()

    @property
    def taken_over(self) -> bool:
        """A lock that was had is had alone: the server ends the other connection first."""
        return False

    def sure(self) -> bool:
        """What was lost shows in the write itself: it goes over the connection that holds the lock."""
        return True

    def get(self, name: str) -> Stored | None:
        """Give a content; see `Objects`."""
        with self._reading():
            row = self._run(
                "SELECT data, version FROM reconciler.objects WHERE state = %s AND name = %s",
                (self._location.state, name),
            )
        return Stored(bytes(row[0][0]), str(row[0][1])) if row else None

    def create(self, name: str, data: bytes) -> Version | None:
        """Write a new name; see `Objects`."""
        return self._written(
            name,
            data,
            "INSERT INTO reconciler.objects (state, name, version, data) "
            "VALUES (%s, %s, nextval('reconciler.versions'), %s) ON CONFLICT DO NOTHING RETURNING version",
            (self._location.state, name, data),
        )

    def replace(self, name: str, data: bytes, version: Version) -> Version | None:
        """Write over exactly this version; see `Objects`."""
        return self._written(
            name,
            data,
            "UPDATE reconciler.objects SET data = %s, version = nextval('reconciler.versions'), at = now() "
            "WHERE state = %s AND name = %s AND version = %s RETURNING version",
            (data, self._location.state, name, int(version)),
        )

    def delete(self, names: Sequence[str]) -> None:
        """Remove names; see `Objects`."""
        with self._writing():
            self._run(
                "DELETE FROM reconciler.objects WHERE state = %s AND name = ANY(%s)",
                (self._location.state, list(names)),
            )

    def names(self, folder: str) -> Sequence[str]:
        """Give all names below a folder; see `Objects`."""
        with self._reading():
            rows = self._run(
                "SELECT name FROM reconciler.objects WHERE state = %s AND starts_with(name, %s)",
                (self._location.state, folder),
            )
        return sorted(row[0] for row in rows)

    @contextlib.contextmanager
    def held(self, timeout: float) -> Iterator[Hold]:
        """Hold the advisory lock of the state; see `StateLock`."""
        deadline = self._clock.monotonic() + timeout
        while not self._locked():
            left = deadline - self._clock.monotonic()
            if left <= 0:
                raise StateLockedError(
                    f"{self._location.shown}: the state is locked: held by {self.holder() or 'another run'}",
                    hint="Wait for that run to end, or let this one wait with --lock-timeout. The lock goes with its "
                    "connection; `reconciler state unlock ID` ends that.",
                )
            self._clock.sleep(min(_POLL, left))
        try:
            yield self
        finally:
            self._let_go()

    def holder(self) -> str | None:
        """Tell who holds the lock, by what it wrote about itself."""
        pid = self._holding()
        if pid is None:
            return None
        stored = self.get(LOCK)
        try:
            known = None if stored is None else _HOLDER.validate_json(stored.data)
        except ValidationError:
            known = None
        who = "another run" if known is None else f"{known} since {known.since:%H:%M:%S} UTC"
        return f"{who} (ID {pid})"

    def unlock(self, identity: str) -> None:
        """End the connection that holds the lock; see `StateLock`. Its ID is the server's process."""
        pid = self._holding()
        if pid is None:
            return
        if identity != str(pid):
            raise StateLockedError(f"the state is locked by {self.holder() or 'another run'}", hint="Name that ID.")
        with self._writing():
            self._run("SELECT pg_terminate_backend(%s)", (pid,))

    def _holding(self) -> int | None:
        with self._reading():
            rows = self._run(_HELD, (self._key,))
        return int(rows[0][0]) if rows else None

    def _locked(self) -> bool:
        with self._mutex:
            if self._held:
                return False  # by another session of this very store: the server would give it twice
            with self._writing():
                self._held = bool(self._run("SELECT pg_try_advisory_lock(%s)", (self._key,))[0][0])
            if self._held:
                self._say(_HOLDER.dump_json(this_process(self._command, self._clock.now())))
            return self._held

    def _say(self, data: bytes) -> None:
        with self._writing():
            self._run(
                "INSERT INTO reconciler.objects (state, name, version, data) VALUES (%s, %s, 0, %s) "
                "ON CONFLICT (state, name) DO UPDATE SET data = excluded.data, at = now()",
                (self._location.state, LOCK, data),
            )

    def _let_go(self) -> None:
        """Unlock at once: of a connection that is merely closed the server hears a moment later."""
        with self._mutex:
            self._held, connection = False, self._connection
            if connection is None or connection.closed:
                return
            try:
                connection.execute("SELECT pg_advisory_unlock(%s)", (self._key,))
            except self._psycopg.Error:
                connection.close()

    def _written(self, name: str, data: bytes, statement: str, values: tuple[object, ...]) -> Version | None:
        with self._writing():
            rows = self._run(statement, values)
        if rows:
            return str(rows[0][0])
        present = self.get(name)
        return present.version if present is not None and present.data == data else None

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        try:
            with self._mutex:
                yield
        except self._psycopg.Error as error:
            raise StateUnreachableError(
                f"{self._location.shown}: cannot be read: {_said(error)}",
                hint="See to the server, the credentials and the rights (docs/state-stores.md), then run again.",
            ) from None  # its text may hold the connection string

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self._mutex:
                yield
        except self._psycopg.OperationalError as error:
            raise self._lost_or_failed(error) from None
        except self._psycopg.Error as error:
            raise self._failed(error) from None

    def _lost_or_failed(self, error: Exception) -> StateWriteError | LeaseLostError:
        with self._mutex:
            gone = self._connection is None or self._connection.closed
            return lost(self._location.shown) if self._held and gone else self._failed(error)

    def _failed(self, error: Exception) -> StateWriteError:
        return StateWriteError(
            f"{self._location.shown}: cannot be written: {_said(error)}",
            hint="See to the server, the credentials and the rights (docs/state-stores.md), then run again.",
        )

    def _run(self, statement: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        cursor = self._connected().execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description is not None else []

    def _connected(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Give the connection. One that died is made anew, unless it held the lock: then its session has ended."""
        if self._connection is not None and (self._held or not self._connection.closed):
            return self._connection
        settings: dict[str, Any] = dict(_SETTINGS)
        connection = self._psycopg.connect(self._location.dsn, autocommit=True, **settings)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        weakref.finalize(self, connection.close)
        return connection

    def _prepare(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        found = connection.execute("SELECT to_regclass('reconciler.objects')").fetchone()
        if found is not None and found[0] is not None:
            return
        with connection.transaction():  # two first users at once would both make them
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_TABLES_KEY,))
            for statement in _TABLES:
                connection.execute(statement.encode())


def _said(error: Exception) -> str:
    """Give the first line of what the server said: what follows may quote the statement."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
