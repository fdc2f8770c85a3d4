"""Where events are kept, once each: one SQLite database, for any number of threads and processes.

What comes out depends on which events came in, not on their order and not on how often each came.
"""
# ruff: noqa: S608 - every piece of SQL that is put together here is a constant of this package, values are bound

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from reconciler.events.assembly import Assembled, assemble, flow_of
from reconciler.events.event import Event, OtherEvent, StudioEvent
from reconciler.events.rows import COLUMNS, aside_of, event_of, micros, pseudonym, row_of
from reconciler.events.schema import connect
from reconciler.events.summary import Added, summarise
from reconciler.model.streams import KeptEvents

_INSERT: Final = (
    f"INSERT INTO events ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{column}' for column in COLUMNS)})"
    " ON CONFLICT DO NOTHING"
)
_ASIDE: Final = (
    "INSERT INTO aside (source, id, test, type, at, received, why, data)"
    " VALUES (:source, :id, :test, :type, :at, :received, :why, :data) ON CONFLICT DO NOTHING"
)
_EXECUTION: Final = (
    "INSERT INTO executions (sid, flow, rank, began) VALUES (:sid, :flow, :rank, :began)"
    " ON CONFLICT (sid) DO UPDATE SET"
    " flow = CASE WHEN (excluded.rank, excluded.flow) < (rank, flow) THEN excluded.flow ELSE flow END,"
    " rank = min(excluded.rank, rank), began = min(excluded.began, began)"
)
_COUNT: Final = (
    "INSERT INTO facts VALUES ('again', :n) ON CONFLICT (name) DO UPDATE"
    " SET value = CAST(value AS INTEGER) + CAST(excluded.value AS INTEGER)"
)
_PURGED_AT_ONCE: Final = 500


class EventStore:
    """Keep events and give executions. May be used from any thread; each reading sees one moment of the store."""

    def __init__(self, path: Path, *, create: bool = False, keep_contacts: bool = False) -> None:
        """Open a store.

        Args:
            path: the file.
            create: whether a missing one is made, and events may be added. Default no: it is only read.
            keep_contacts: whether addresses of people are kept as they are, and the data of events that we do not know.
                Default no: an address becomes a pseudonym before it is written, and such data are left out.

        Raises:
            UsageError: the file cannot be used.
        """
        self.path = path
        self._lock = threading.Lock()
        self._connection = connect(path, create=create)
        self._keep = keep_contacts
        self._key = str(self._connection.execute("SELECT value FROM facts WHERE name = 'key'").fetchone()[0])

    def close(self) -> None:
        """Close the store; nothing may use it afterwards."""
        with self._lock:
            self._connection.close()

    def add(self, events: Sequence[Event], received: datetime) -> Added:
        """Keep events, all or none; when this returns, no crash can lose them.

        Raises:
            sqlite3.Error: nothing of it is kept.
        """
        new = aside = 0
        with self._writing() as run:
            for event in events:
                if isinstance(event, OtherEvent):
                    aside += run(_ASIDE, aside_of(event, received, with_data=self._keep)).rowcount
                elif run(_INSERT, row_of(event, received, self._contact(event))).rowcount:
                    new += 1
                    rank, flow = flow_of(event)
                    about = {"sid": event.execution, "flow": flow, "rank": rank, "began": micros(event.began)}
                    run(_EXECUTION, about)
            added = Added(new, len(events) - new - aside, aside)
            if added.again:
                run(_COUNT, {"n": str(added.again)})
        return added

    def executions(
        self, flow: str | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> Iterator[Assembled]:
        """Give executions with their steps, oldest first; one at a time, so that a million steps fit into memory.

        Args:
            flow: the SID of the flow that they began with. Default every flow.
            since: begun then or later. Default all.
            until: begun before then. Default all.
        """
        values = {"flow": flow, "since": micros(since), "until": micros(until)}
        terms = {"flow": "x.flow = :flow", "since": "x.began >= :since", "until": "x.began < :until"}
        where = " AND ".join(terms[name] for name, value in values.items() if value is not None) or "TRUE"
        sql = (
            f"SELECT {', '.join(f'e.{column}' for column in COLUMNS)} FROM executions x"
            f" JOIN events e ON e.execution = x.sid WHERE {where} ORDER BY x.began, x.sid"
        )
        with contextlib.closing(connect(self.path, create=False)) as connection:
            rows = map(event_of, connection.execute(sql, values))
            for _, events in groupby(rows, key=lambda event: event.execution):
                yield assemble(events)

    def execution(self, sid: str) -> Assembled | None:
        """Give one execution with its steps; None when no event told of it."""
        sql = f"SELECT {', '.join(COLUMNS)} FROM events WHERE execution = :sid"
        with self._lock:
            rows = self._connection.execute(sql, {"sid": sid}).fetchall()
        return assemble(map(event_of, rows)) if rows else None

    def tests(self) -> tuple[str, ...]:
        """Give the numbers of the tests of sinks that arrived, the newest last."""
        with self._lock:
            rows = self._connection.execute("SELECT test FROM aside WHERE why = 'test' ORDER BY seq").fetchall()
        return tuple(str(row[0]) for row in rows)

    def summary(self) -> KeptEvents:
        """Say what is kept."""
        with self._lock:
            return summarise(self._connection)

    def note(self, name: str, value: str) -> None:
        """Keep a fact about the store itself, such as how long events are kept."""
        with self._writing() as run:
            run("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def purge(self, before: datetime) -> int:
        """Forget executions that began before a moment, with all their events; give how many.

        What was kept aside goes when it was received before then. In small pieces: who adds events does not wait.
        """
        gone = 0
        while True:
            with self._writing() as run:
                old = run(
                    "SELECT sid FROM executions WHERE began < ? ORDER BY began LIMIT ?",
                    (micros(before), _PURGED_AT_ONCE),
                ).fetchall()
                for (sid,) in old:
                    run("DELETE FROM events WHERE execution = ?", (sid,))
                    run("DELETE FROM executions WHERE sid = ?", (sid,))
                run("DELETE FROM aside WHERE received < ?", (micros(before),))
            gone += len(old)
            if len(old) < _PURGED_AT_ONCE:
                return gone

    def _contact(self, event: StudioEvent) -> str | None:
        contact = getattr(event, "contact", None)
        return contact if contact is None or self._keep else pseudonym(self._key, contact)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[Any]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection.execute
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
