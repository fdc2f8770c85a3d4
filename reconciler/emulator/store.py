"""Where the emulator keeps everything: one SQLite database, in memory or in a file.

One connection and one lock serve all threads, so that memory and file behave alike. Several processes may use one
file: a write transaction takes SQLite's own lock at its start. Write-ahead logging without a flush per commit:
`kill -9` loses nothing that was committed, only a crash of the whole machine could.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reconciler.emulator.transaction import Transaction
from reconciler.errors import UsageError

_VERSION: Final = 2
_BUSY_SECONDS: Final = 60.0
_SCHEMA: Final = """
CREATE TABLE flows (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE, account TEXT NOT NULL, created REAL NOT NULL,
  deleted REAL, shuffle INTEGER NOT NULL);
CREATE INDEX flows_of_account ON flows (account, seq);
CREATE TABLE revisions (
  seq INTEGER PRIMARY KEY, flow INTEGER NOT NULL REFERENCES flows (seq) ON DELETE CASCADE, number INTEGER NOT NULL,
  status TEXT NOT NULL, friendly_name TEXT NOT NULL, commit_message TEXT, author TEXT NOT NULL, valid INTEGER NOT NULL,
  errors TEXT NOT NULL, minted REAL NOT NULL, updated REAL, definition TEXT NOT NULL, UNIQUE (flow, number));
CREATE TABLE test_users (
  seq INTEGER PRIMARY KEY, flow INTEGER NOT NULL REFERENCES flows (seq) ON DELETE CASCADE, set_at REAL NOT NULL,
  contacts TEXT NOT NULL);
CREATE INDEX test_users_of_flow ON test_users (flow, seq);
CREATE TABLE executions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE,
  flow INTEGER NOT NULL REFERENCES flows (seq) ON DELETE CASCADE, status TEXT NOT NULL, version INTEGER NOT NULL,
  contact TEXT NOT NULL, created REAL NOT NULL, updated REAL, shuffle INTEGER NOT NULL);
CREATE INDEX executions_of_flow ON executions (flow, seq);
"""
"""Format 1. What came later is added to it by `_UPGRADES`, to a new database too."""

_UPGRADES: Final = {
    1: """
ALTER TABLE executions ADD COLUMN address TEXT NOT NULL DEFAULT '';
ALTER TABLE executions ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE executions ADD COLUMN initiated_by TEXT;
ALTER TABLE executions ADD COLUMN ended_reason TEXT;
ALTER TABLE executions ADD COLUMN due REAL;
ALTER TABLE executions ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
CREATE INDEX executions_due ON executions (due) WHERE due IS NOT NULL;
CREATE INDEX executions_active ON executions (contact, address) WHERE status = 'active';
CREATE INDEX executions_by_date ON executions (created);
CREATE INDEX executions_begun_by ON executions (initiated_by) WHERE initiated_by IS NOT NULL;
CREATE TABLE contexts (
  execution INTEGER PRIMARY KEY REFERENCES executions (seq) ON DELETE CASCADE, state BLOB, context BLOB);
CREATE TABLE steps (
  execution INTEGER NOT NULL REFERENCES executions (seq) ON DELETE CASCADE, number INTEGER NOT NULL,
  sid TEXT NOT NULL, flow_sid TEXT NOT NULL, name TEXT NOT NULL, transitioned_from TEXT NOT NULL,
  transitioned_to TEXT NOT NULL, type TEXT NOT NULL, parent TEXT, at REAL NOT NULL,
  PRIMARY KEY (execution, number)) WITHOUT ROWID;
CREATE TABLE step_contexts (
  execution INTEGER NOT NULL REFERENCES executions (seq) ON DELETE CASCADE, number INTEGER NOT NULL,
  whole INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (execution, number)) WITHOUT ROWID;
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, kind TEXT NOT NULL, at REAL NOT NULL,
  body TEXT NOT NULL);
CREATE TABLE stubs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL, flow_sid TEXT, widget TEXT, url TEXT,
  body TEXT NOT NULL);
CREATE TABLE clock (id INTEGER PRIMARY KEY CHECK (id = 1), ahead REAL NOT NULL)
""",
}
"""Format → what makes the next one of it. The smaller part of a step is its row: contexts, which are large and seldom
asked for, are kept apart, so that lists do not read them."""


_ASSETS: Final = "CREATE TABLE IF NOT EXISTS assets (account TEXT PRIMARY KEY, body TEXT NOT NULL)"
"""What accounts have beside flows. Made where it is missing, so that older databases of the format can be used on."""

_EVENTS: Final = """
CREATE TABLE IF NOT EXISTS events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL, account TEXT NOT NULL, kind TEXT NOT NULL,
  flow_sid TEXT NOT NULL, author TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS events_of_account ON events (account, seq);
"""
"""Who wrote to which flow; made where it is missing, as above."""

_STREAMS: Final = """
CREATE TABLE IF NOT EXISTS sinks (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE, account TEXT NOT NULL, description TEXT NOT NULL,
  kind TEXT NOT NULL, configuration TEXT NOT NULL, status TEXT NOT NULL, test TEXT, created REAL NOT NULL,
  updated REAL NOT NULL);
CREATE TABLE IF NOT EXISTS subscriptions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL UNIQUE, account TEXT NOT NULL,
  sink TEXT NOT NULL UNIQUE REFERENCES sinks (sid), description TEXT NOT NULL, types TEXT NOT NULL,
  created REAL NOT NULL, updated REAL NOT NULL, since INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL REFERENCES sinks (sid) ON DELETE CASCADE,
  test INTEGER NOT NULL, body TEXT NOT NULL, posted REAL NOT NULL, due REAL NOT NULL, tries INTEGER NOT NULL,
  sent INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS deliveries_of_sink ON deliveries (sink, seq)
"""
"""Where events are sent, and what is on its way; made where it is missing, as above."""


_RUNS: Final = """
CREATE TABLE IF NOT EXISTS replies (
  account TEXT NOT NULL, flow_sid TEXT NOT NULL, sid TEXT NOT NULL,
  execution INTEGER NOT NULL REFERENCES executions (seq) ON DELETE CASCADE,
  PRIMARY KEY (account, flow_sid, sid)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS replies_of_execution ON replies (execution);
CREATE TABLE IF NOT EXISTS assumptions (
  execution INTEGER PRIMARY KEY REFERENCES executions (seq) ON DELETE CASCADE, body TEXT NOT NULL)
"""
"""Which messages were taken as replies, and what runs that ended took for granted; made where missing, as above."""


class Store:
    """Keep flows, revisions, test users, executions and the rest of an account. May be used from any thread."""

    def __init__(self, path: Path | None) -> None:
        """Open the database at `path`, made when it is missing; None keeps everything in memory.

        Raises:
            UsageError: the file is no database of an emulator, or of a newer one.
        """
        self._lock = threading.Lock()
        self.ahead = 0.0
        """How many seconds the clock was moved; whoever asks for it in a transaction gets what holds there."""
        try:
            self._connection = _connect(path)
            with self.read():
                pass
        except sqlite3.DatabaseError as error:
            raise UsageError(f"{path} cannot be used as the emulator's database: {error}") from error

    @contextlib.contextmanager
    def read(self) -> Iterator[Transaction]:
        """Give one consistent view of everything. Must not be held while waiting."""
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                yield self._begun()
            finally:
                self._connection.execute("ROLLBACK")

    @contextlib.contextmanager
    def write(self) -> Iterator[Transaction]:
        """Give a transaction that is kept when the block ends, and dropped when it raises. Must not be held waiting."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                transaction = self._begun()
                yield transaction
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
            self.ahead = transaction.ahead

    def _begun(self) -> Transaction:
        transaction = Transaction(self._connection)
        self.ahead = transaction.ahead  # another process may have moved the clock
        return transaction

    def close(self) -> None:
        """Close the database. Nothing may use the store afterwards."""
        with self._lock:
            self._connection.close()


def _connect(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(
        ":memory:" if path is None else str(path), timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        if path is not None:
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        _migrate(connection, path)
        for statement in (_ASSETS, *_EVENTS.split(";"), *_STREAMS.split(";"), *_RUNS.split(";")):
            connection.execute(statement)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path | None) -> None:
    connection.execute("BEGIN IMMEDIATE")  # two processes may find the file empty at once
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if version == _VERSION:
        connection.execute("COMMIT")
        return
    if version > _VERSION or (not version and tables):
        connection.execute("ROLLBACK")
        raise UsageError(
            f"{path} is no database of this emulator (format {version})", hint="Name another file, or remove this one."
        )
    missing = [_UPGRADES[format_] for format_ in range(max(version, 1), _VERSION)]
    for statement in ";".join(missing if version else [_SCHEMA, *missing]).split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {_VERSION}")
    connection.execute("COMMIT")
