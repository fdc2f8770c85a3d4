"""The tables of a store of events, and how its file is made and opened. Nothing here knows what events mean.

The file is readable by its owner only, as it tells who spoke with whom. Write-ahead logging with a flush at every
commit: what was committed survives `kill -9` and a crash of the machine. What is deleted is overwritten.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from pathlib import Path
from typing import Final

from reconciler.errors import UsageError

FORMAT: Final = 1
_APPLICATION: Final = 0x53747564
"""Says that a SQLite file is a store of events (`Stud`)."""

_BUSY_SECONDS: Final = 3.0
"""Twilio gives a webhook five seconds to answer; whoever waits longer than this for the file is asked to come again."""

_TABLES: Final = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE executions (
  sid TEXT PRIMARY KEY, flow TEXT NOT NULL, rank INTEGER NOT NULL, began INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX executions_of_flow ON executions (flow, began, sid);
CREATE INDEX executions_by_time ON executions (began, sid);
CREATE TABLE events (
  seq INTEGER PRIMARY KEY, source TEXT NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL, at INTEGER, schema TEXT,
  received INTEGER NOT NULL, execution TEXT NOT NULL, flow TEXT NOT NULL, account TEXT NOT NULL, began INTEGER NOT NULL,
  contact TEXT, started_by TEXT, revision INTEGER, updated INTEGER, ended_reason TEXT,
  step TEXT, name TEXT, from_widget TEXT, to_widget TEXT, parent TEXT, UNIQUE (source, id));
CREATE INDEX events_of_execution ON events (execution);
CREATE TABLE aside (
  seq INTEGER PRIMARY KEY, source TEXT NOT NULL, id TEXT NOT NULL, test TEXT NOT NULL, type TEXT NOT NULL, at INTEGER,
  received INTEGER NOT NULL, why TEXT NOT NULL, data TEXT, UNIQUE (source, id, test));
"""


def connect(path: Path, *, create: bool) -> sqlite3.Connection:
    """Open a store, made when it is missing.

    Args:
        path: the file.
        create: whether a missing one is made; if not, nothing is written to it either.

    Raises:
        UsageError: there is none, it is another file, or of a newer format.
    """
    if create:
        _touch(path)
    elif not path.exists():
        raise UsageError(
            f"there are no events in {path}: the file does not exist",
            hint="`reconciler events listen` receives them; name another file with --database.",
        )
    try:
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=rw",
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            uri=True,
        )
        with contextlib.ExitStack() as undo:
            undo.callback(connection.close)
            _prepare(connection, path, create=create)
            undo.pop_all()
    except sqlite3.Error as error:
        raise UsageError(f"{path} cannot be used as a store of events: {error}") from error
    return connection


def _touch(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def _prepare(connection: sqlite3.Connection, path: Path, *, create: bool) -> None:
    _refuse_others(connection, path, empty=create)
    if create:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        _make(connection)
    else:
        connection.execute("PRAGMA query_only = ON")


def _refuse_others(connection: sqlite3.Connection, path: Path, *, empty: bool) -> None:
    """Leave alone what is no store of ours. `empty`: an empty file may become one."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != _APPLICATION and not (empty and tables == 0):
        raise UsageError(f"{path} is no store of events", hint="Name another file with --database.")
    if version > FORMAT:
        raise UsageError(f"{path} has the format {version}, made by a newer reconciler", hint="Use that one.")


def _make(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")  # two processes may find the file empty at once
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables == 0:
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        connection.execute("INSERT INTO facts VALUES ('key', ?)", (secrets.token_hex(32),))
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {FORMAT}")
    connection.execute("COMMIT")
