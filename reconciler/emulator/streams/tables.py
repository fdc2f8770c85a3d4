"""Sinks, subscriptions and what is on its way to sinks: what of them is written in SQL, inside one transaction."""
# ruff: noqa: S608 - every piece of SQL that is put together here is a constant of this module, values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, cast

from reconciler.emulator.rows import Window
from reconciler.emulator.sids import SidMaker
from reconciler.emulator.windows import rows_of
from reconciler.model.jsontypes import Json
from reconciler.model.streams import SinkStatus

_SINK: Final = "seq, sid, account, description, kind, configuration, status, test, created, updated"
_SUBSCRIPTION: Final = "seq, sid, account, sink, description, types, created, updated, since"
_DELIVERY: Final = "seq, sink, test, body, posted, due, tries, sent"


class SinkRow(NamedTuple):
    """A sink; `configuration` is JSON text, `test` the number of its last test event."""

    seq: int
    sid: str
    account: str
    description: str
    kind: str
    configuration: str
    status: SinkStatus
    test: str | None
    created: float
    updated: float


class SinkFilter(NamedTuple):
    """Which sinks are asked for; None asks for all."""

    status: str | None = None
    in_use: bool | None = None


class SubscriptionRow(NamedTuple):
    """A subscription; `types` is a JSON object of versions by type. What is in the outbox up to `since` is older."""

    seq: int
    sid: str
    account: str
    sink: str
    description: str
    types: str
    created: float
    updated: float
    since: int


class Delivery(NamedTuple):
    """One event on its way to one sink; `sent` counts how often it arrived."""

    seq: int
    sink: str
    test: bool
    body: str
    posted: float
    due: float
    tries: int
    sent: int


class Streams:
    """Read and write inside one transaction; made by `Transaction`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def sinks(self, account: str, window: Window, wanted: SinkFilter) -> list[tuple[SinkRow, Json]]:
        """List the sinks of an account, oldest first; the second of each is its place in the list."""
        sql = (
            f"SELECT {_SINK} FROM sinks WHERE account = :account AND (:status IS NULL OR status = :status)"
            " AND (:in_use IS NULL OR :in_use = EXISTS (SELECT 1 FROM subscriptions WHERE sink = sinks.sid))"
        )
        rows = rows_of(self._connection, sql, ("seq", "ASC"), window, {"account": account, **wanted._asdict()})
        return [(SinkRow(*row), row[0]) for row in rows]

    def sink(self, sid: str, account: str | None = None) -> SinkRow | None:
        """Give a sink; None for the account means any."""
        sql = f"SELECT {_SINK} FROM sinks WHERE sid = :sid AND (:account IS NULL OR account = :account)"
        row = self._one(sql, sid=sid, account=account)
        return SinkRow(*row) if row else None

    def insert_sink(self, row: SinkRow, sid_of: SidMaker) -> SinkRow:
        """Keep a new sink; its number and SID are made here."""
        number = self._next("sinks")
        row = row._replace(seq=number, sid=sid_of("DG", number))
        self._insert("sinks", _SINK, row)
        return row

    def update_sink(self, row: SinkRow) -> None:
        """Keep a sink's description, status and test."""
        self._connection.execute(
            "UPDATE sinks SET description = ?, status = ?, test = ?, updated = ? WHERE sid = ?",
            (row.description, row.status, row.test, row.updated, row.sid),
        )

    def delete_sink(self, row: SinkRow) -> None:
        """Delete a sink, and what is on its way to it."""
        self._connection.execute("DELETE FROM sinks WHERE sid = ?", (row.sid,))

    def subscriptions(self, account: str, window: Window, sink: str | None) -> list[tuple[SubscriptionRow, Json]]:
        """List the subscriptions of an account, oldest first; the second of each is its place in the list."""
        sql = f"SELECT {_SUBSCRIPTION} FROM subscriptions WHERE account = :account AND (:sink IS NULL OR sink = :sink)"
        rows = rows_of(self._connection, sql, ("seq", "ASC"), window, {"account": account, "sink": sink})
        return [(SubscriptionRow(*row), row[0]) for row in rows]

    def subscription(self, sid: str, account: str) -> SubscriptionRow | None:
        """Give a subscription of an account."""
        sql = f"SELECT {_SUBSCRIPTION} FROM subscriptions WHERE sid = :sid AND account = :account"
        row = self._one(sql, sid=sid, account=account)
        return SubscriptionRow(*row) if row else None

    def using(self, sink: str) -> SubscriptionRow | None:
        """Give the subscription that uses a sink."""
        row = self._one(f"SELECT {_SUBSCRIPTION} FROM subscriptions WHERE sink = :sink", sink=sink)
        return SubscriptionRow(*row) if row else None

    def every_subscription(self) -> list[SubscriptionRow]:
        """Give the subscriptions of all accounts."""
        rows = self._connection.execute(f"SELECT {_SUBSCRIPTION} FROM subscriptions ORDER BY seq")
        return [SubscriptionRow(*row) for row in rows]

    def insert_subscription(self, row: SubscriptionRow, sid_of: SidMaker) -> SubscriptionRow:
        """Keep a new subscription; its number and SID are made here, and what happened before is not sent to it."""
        number = self._next("subscriptions")
        last = cast("int", (self._one("SELECT seq FROM sqlite_sequence WHERE name = 'outbox'") or (0,))[0])
        row = row._replace(seq=number, sid=sid_of("DF", number), since=last)
        self._insert("subscriptions", _SUBSCRIPTION, row)
        return row

    def update_subscription(self, row: SubscriptionRow) -> None:
        """Keep a subscription's description and types."""
        self._connection.execute(
            "UPDATE subscriptions SET description = ?, types = ?, updated = ? WHERE sid = ?",
            (row.description, row.types, row.updated, row.sid),
        )

    def delete_subscription(self, row: SubscriptionRow) -> None:
        """Delete a subscription."""
        self._connection.execute("DELETE FROM subscriptions WHERE sid = ?", (row.sid,))

    def post(self, sink: str, body: str, now: float, *, test: bool = False) -> None:
        """Put an event on its way."""
        row = (None, sink, test, body, now, now, 0, 0)
        self._insert("deliveries", _DELIVERY, row)

    def deliveries(self, limit: int) -> list[Delivery]:
        """Give what is on its way to sinks that take it now, in the order in which it was posted.

        At most so many for each sink: what one webhook does not take must not keep others waiting.
        """
        columns = ", ".join(f"d.{column}" for column in _DELIVERY.split(", "))
        sql = (
            f"SELECT {columns} FROM sinks s JOIN deliveries d ON d.seq IN"
            " (SELECT seq FROM deliveries WHERE sink = s.sid AND (s.status = 'active' OR test) ORDER BY seq LIMIT ?)"
            " ORDER BY d.seq"
        )
        return [Delivery(*row) for row in self._connection.execute(sql, (limit,))]

    def again(self, delivery: Delivery) -> None:
        """Keep when an event is sent again."""
        self._connection.execute(
            "UPDATE deliveries SET due = ?, tries = ?, sent = ? WHERE seq = ?",
            (delivery.due, delivery.tries, delivery.sent, delivery.seq),
        )

    def done(self, delivery: Delivery) -> None:
        """Forget an event that has arrived, or is given up."""
        self._connection.execute("DELETE FROM deliveries WHERE seq = ?", (delivery.seq,))

    def _insert(self, table: str, columns: str, row: Sequence[object]) -> None:
        marks = ", ".join("?" * len(row))
        self._connection.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(row))

    def _next(self, table: str) -> int:
        row = self._one("SELECT seq FROM sqlite_sequence WHERE name = :table", table=table)
        return cast("int", row[0]) + 1 if row else 1

    def _one(self, sql: str, **values: object) -> tuple[Any, ...] | None:
        return cast("tuple[Any, ...] | None", self._connection.execute(sql, values).fetchone())
