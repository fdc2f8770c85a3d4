"""One transaction on the emulator's database: what is written in SQL, but for executions (`runs`).

`at` everywhere is the moment as of which is read: what was minted, set or deleted later is not seen. `NOW` sees
everything, whatever the clock says.
"""
# ruff: noqa: S608 - every piece of SQL that is put together here is a constant of this module, values are bound

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from reconciler.emulator.rows import (
    Event,
    EventFilter,
    Flow,
    Revision,
    Window,
)
from reconciler.emulator.runs import Runs
from reconciler.emulator.sids import SidMaker, derived
from reconciler.emulator.windows import NUMBERED, ORDERS, rows_of
from reconciler.model.definition import Status
from reconciler.model.jsontypes import Json

if TYPE_CHECKING:
    from reconciler.emulator.streams.tables import Streams

NOW: Final = float("inf")

_FLOW: Final = "f.seq, f.sid, f.account, f.created"
_ROW: Final = "r.number, r.status, r.friendly_name, r.commit_message, r.author, r.valid, r.errors, r.minted, r.updated"
_BODY: Final = f"{_ROW}, r.definition"
_THERE: Final = "f.created <= :at AND (f.deleted IS NULL OR f.deleted > :at)"


class Transaction:
    """Read and write inside one transaction; made by `Store`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.runs = Runs(connection)
        row = self._one("SELECT ahead FROM clock")
        self.ahead: float = row[0] if row else 0.0
        """How many seconds the clock was moved."""

    @property
    def streams(self) -> Streams:
        """Sinks, subscriptions and what is on its way."""
        from reconciler.emulator.streams.tables import Streams  # noqa: PLC0415 - hardly anybody asks for events

        return Streams(self._connection)

    def set_ahead(self, seconds: float) -> None:
        """Move the clock: it is so many seconds ahead from now on."""
        self.ahead = seconds
        self._connection.execute("INSERT OR REPLACE INTO clock (id, ahead) VALUES (1, ?)", (seconds,))

    def flow(self, sid: str, account: str | None, at: float = NOW) -> Flow | None:
        """Give a flow of an account; None for the account means any."""
        row = self._one(
            f"SELECT {_FLOW} FROM flows f WHERE f.sid = :sid AND {_THERE}"
            " AND (:account IS NULL OR f.account = :account)",
            sid=sid,
            account=account,
            at=at,
        )
        return Flow(*row) if row else None

    def latest(self, flow: Flow, at: float = NOW) -> Revision | None:
        """Give the latest revision with its definition; None when none is visible yet."""
        return self._revision("r.minted <= :at ORDER BY r.number DESC LIMIT 1", flow=flow.seq, at=at)

    def published(self, flow: Flow, at: float = NOW) -> Revision | None:
        """Give the latest published revision; None when there is none."""
        where = "r.status = 'published' AND r.minted <= :at ORDER BY r.number DESC LIMIT 1"
        return self._revision(where, flow=flow.seq, at=at)

    def revision(self, flow: Flow, number: int, at: float = NOW) -> Revision | None:
        """Give one revision by its number."""
        return self._revision("r.number = :number AND r.minted <= :at", flow=flow.seq, number=number, at=at)

    def _revision(self, where: str, **values: float) -> Revision | None:
        row = self._one(f"SELECT {_BODY} FROM revisions r WHERE r.flow = :flow AND {where}", **values)
        return _revision(row) if row else None

    def flow_rows(self, account: str, window: Window, at: float = NOW) -> list[tuple[Flow, Revision, Json]]:
        """List flows with their latest revisions, without definitions; the last of each is its place in the list."""
        column, direction = ORDERS[window.order]
        sql = (
            f"SELECT f.{column}, {_FLOW}, {_ROW} FROM flows f JOIN revisions r ON r.flow = f.seq AND r.number = "
            "(SELECT max(x.number) FROM revisions x WHERE x.flow = f.seq AND x.minted <= :at) "
            f"WHERE f.account = :account AND {_THERE}"
        )
        rows = rows_of(self._connection, sql, (f"f.{column}", direction), window, {"account": account, "at": at})
        return [(Flow(*row[1:5]), _revision((*row[5:], "")), row[0]) for row in rows]

    def revision_rows(self, flow: Flow, window: Window, at: float = NOW) -> list[tuple[Revision, Json]]:
        """List revisions of a flow without definitions; the second of each is its place in the list."""
        column, direction = NUMBERED[window.order]
        key = column.replace("number", "r.number")
        sql = f"SELECT {key}, {_ROW} FROM revisions r WHERE r.flow = :flow AND r.minted <= :at"
        rows = rows_of(self._connection, sql, (key, direction), window, {"flow": flow.seq, "at": at})
        return [(_revision((*row[1:], "")), row[0]) for row in rows]

    def insert_flow(self, account: str, created: float, sid_of: SidMaker) -> Flow:
        """Keep a new flow; its first revision must follow in the same transaction."""
        number = self._next("flows")
        sid = sid_of("FW", number)
        self._connection.execute(
            "INSERT INTO flows (seq, sid, account, created, shuffle) VALUES (?, ?, ?, ?, ?)",
            (number, sid, account, created, int(derived(sid)[:15], 16)),
        )
        return Flow(number, sid, account, created)

    def insert_revision(self, flow: Flow, revision: Revision) -> None:
        """Keep a new revision."""
        self._connection.execute(
            "INSERT INTO revisions (flow, number, status, friendly_name, commit_message, author, valid, errors, minted,"
            " updated, definition) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                flow.seq,
                revision.number,
                revision.status,
                revision.friendly_name,
                revision.commit_message,
                revision.author,
                revision.valid,
                revision.errors,
                revision.minted,
                revision.updated,
                revision.definition,
            ),
        )

    def turn_status(self, flow: Flow, number: int, status: Status, updated: float) -> None:
        """Change the status of a revision in place (quirk status-only-update)."""
        self._connection.execute(
            "UPDATE revisions SET status = ?, updated = ? WHERE flow = ? AND number = ?",
            (status, updated, flow.seq, number),
        )

    def delete_flow(self, flow: Flow, at: float | None) -> None:
        """Delete a flow and everything of it; with a moment it stays visible to reads as of before."""
        if at is None:
            self._connection.execute("DELETE FROM flows WHERE seq = ?", (flow.seq,))
        else:
            self._connection.execute("UPDATE flows SET deleted = ? WHERE seq = ?", (at, flow.seq))

    def purge(self, before: float) -> None:
        """Drop flows that were deleted before a moment."""
        self._connection.execute("DELETE FROM flows WHERE deleted <= ?", (before,))

    def contacts(self, flow: Flow, at: float = NOW) -> list[str]:
        """Give the test users of a flow."""
        row = self._one(
            "SELECT contacts FROM test_users WHERE flow = :flow AND set_at <= :at ORDER BY seq DESC LIMIT 1",
            flow=flow.seq,
            at=at,
        )
        return cast("list[str]", json.loads(str(row[0]))) if row else []

    def set_contacts(self, flow: Flow, contacts: Sequence[str], at: float) -> None:
        """Replace the test users of a flow."""
        self._connection.execute(
            "INSERT INTO test_users (flow, set_at, contacts) VALUES (?, ?, ?)",
            (flow.seq, at, json.dumps(list(contacts))),
        )

    def insert_event(self, flow: Flow, kind: str, author: str, when: tuple[float, SidMaker]) -> None:
        """Keep that somebody wrote to a flow."""
        number, (at, sid_of) = self._next("events"), when
        self._connection.execute(
            "INSERT INTO events (seq, sid, account, kind, flow_sid, author, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (number, sid_of("AE", number), flow.account, kind, flow.sid, author, at),
        )

    def event_rows(self, account: str, window: Window, wanted: EventFilter) -> list[tuple[Event, Json]]:
        """List who wrote to the flows of an account; the second of each is its place in the list."""
        sql = (
            "SELECT e.seq, e.sid, e.account, e.kind, e.flow_sid, e.author, e.at FROM events e"
            " WHERE e.account = :account AND (:kind IS NULL OR e.kind = :kind)"
            " AND (:flow IS NULL OR e.flow_sid = :flow)"
            " AND (:actor IS NULL OR e.author = :actor OR e.account = :actor)"
            " AND (:since IS NULL OR e.at >= :since) AND (:until IS NULL OR e.at <= :until)"
        )
        dates = {"since": wanted.since, "until": wanted.until}
        values = {"account": account, "kind": wanted.kind, "flow": wanted.flow_sid, "actor": wanted.actor, **dates}
        rows = rows_of(self._connection, sql, ("e.seq", "DESC"), window, values)
        return [(Event(*row[1:]), row[0]) for row in rows]

    def name_taken(self, account: str, name: str, but: str | None) -> bool:
        """Tell whether a flow other than `but` has this friendly name."""
        sql = (
            "SELECT 1 FROM flows f JOIN revisions r ON r.flow = f.seq AND r.number = "
            "(SELECT max(x.number) FROM revisions x WHERE x.flow = f.seq) "
            "WHERE f.account = :account AND f.deleted IS NULL AND r.friendly_name = :name AND f.sid IS NOT :but"
        )
        return self._one(sql, account=account, name=name, but=but) is not None

    def any_flow(self, account: str, chance: float) -> Flow | None:
        """Pick a flow of an account by a number from 0 to 1; None when it has none."""
        where = "f.account = :account AND f.deleted IS NULL"
        count = cast("int", (self._one(f"SELECT count(*) FROM flows f WHERE {where}", account=account) or (0,))[0])
        sql = f"SELECT {_FLOW} FROM flows f WHERE {where} ORDER BY f.seq LIMIT 1 OFFSET :skip"
        row = self._one(sql, account=account, skip=min(int(chance * count), max(count - 1, 0)))
        return Flow(*row) if row else None

    def assets(self, account: str) -> str:
        """Give what an account has beside flows, as JSON."""
        row = self._one("SELECT body FROM assets WHERE account = :account", account=account)
        return str(row[0]) if row else "{}"

    def set_assets(self, account: str, body: str) -> None:
        """Say what an account has beside flows."""
        self._connection.execute("INSERT OR REPLACE INTO assets (account, body) VALUES (?, ?)", (account, body))

    def _next(self, table: str) -> int:
        row = self._one("SELECT seq FROM sqlite_sequence WHERE name = :table", table=table)
        return cast("int", row[0]) + 1 if row else 1

    def _one(self, sql: str, **values: object) -> tuple[Any, ...] | None:
        return cast("tuple[Any, ...] | None", self._connection.execute(sql, values).fetchone())


def _revision(row: Sequence[Any]) -> Revision:
    number, status, name, message, author, valid, *rest = row
    return Revision(number, status, name, message, author, bool(valid), *rest)
