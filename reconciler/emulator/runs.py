"""Executions with their steps and contexts: what of them is written in SQL, inside one transaction.

Contexts come and go as bytes; what is in them is `reconciler.emulator.running`'s affair.
"""
# ruff: noqa: S608 - every piece of SQL that is put together here is a constant of this module, values are bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple, cast

from reconciler.emulator.happenings import Happening, Posted, from_text, to_text
from reconciler.emulator.rows import Execution, ExecutionFilter, Flow, Start, Step, Stub, Window
from reconciler.emulator.sids import SidMaker, derived
from reconciler.emulator.windows import NUMBERED, ORDERS, rows_of
from reconciler.model.jsontypes import Json

RETENTION: Final = 30 * 24 * 3600.0
"""Seconds for which an execution is kept after its start (api.md A7)."""

UNSENT: Final = 10_000
"""So many happenings stay in the outbox while nobody has subscribed to any."""

_EXECUTION: Final = (
    "e.seq, e.sid, f.sid, f.account, e.status, e.version, e.contact, e.created, e.updated, e.address, e.kind,"
    " e.initiated_by, e.ended_reason, e.due, e.turn"
)
_FROM: Final = "FROM executions e JOIN flows f ON f.seq = e.flow"
_STEP: Final = "number, sid, flow_sid, name, transitioned_from, transitioned_to, type, parent, at"


class StepContext(NamedTuple):
    """The variables after one step: all of them when `whole`, else what changed since the step before."""

    number: int
    whole: bool
    body: bytes


class Progress(NamedTuple):
    """How far an execution came in one turn: `execution` as it is now, `state` None when nothing more can happen.

    `reply` is the SID of the message that was taken, `assumptions` what a run that ended took for granted, as JSON.
    """

    execution: Execution
    steps: Sequence[Step]
    contexts: Sequence[StepContext]
    state: bytes | None
    context: bytes | None
    reply: str | None = None
    assumptions: str | None = None


class Runs:
    """Read and write executions inside one transaction; made by `Transaction`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def page(
        self, flow: Flow, window: Window, wanted: ExecutionFilter, at: float, now: float
    ) -> list[tuple[Execution, Json]]:
        """List executions of a flow that are still kept; the second of each is its place in the list."""
        column, direction = ORDERS[window.order]
        sql = (
            f"SELECT e.{column}, {_EXECUTION} {_FROM} WHERE e.flow = :flow AND e.created <= :at"
            " AND e.created > :horizon AND (:status IS NULL OR e.status = :status)"
            " AND (:since IS NULL OR e.created >= :since) AND (:until IS NULL OR e.created < :until)"
        )
        values = {"flow": flow.seq, "at": at, "horizon": now - RETENTION, **wanted._asdict()}
        rows = rows_of(self._connection, sql, (f"e.{column}", direction), window, values)
        return [(Execution(*row[1:]), row[0]) for row in rows]

    def find(self, sid: str, account: str | None, flow_sid: str | None = None) -> Execution | None:
        """Give an execution by its SID; None for the account and the flow mean any."""
        row = self._one(
            f"SELECT {_EXECUTION} {_FROM} WHERE e.sid = :sid AND (:account IS NULL OR f.account = :account)"
            " AND (:flow IS NULL OR f.sid = :flow) AND f.deleted IS NULL",
            sid=sid,
            account=account,
            flow=flow_sid,
        )
        return Execution(*row) if row else None

    def active(self, account: str, ends: tuple[str, str], flow_sid: str | None = None) -> Execution | None:
        """Give the active execution between a contact and an address, of one flow or of any; the newest of several."""
        row = self._one(
            f"SELECT {_EXECUTION} {_FROM} WHERE e.status = 'active' AND e.contact = :contact AND e.address = :address"
            " AND f.account = :account AND (:flow IS NULL OR f.sid = :flow) AND f.deleted IS NULL"
            " ORDER BY e.seq DESC LIMIT 1",
            contact=ends[0],
            address=ends[1],
            account=account,
            flow=flow_sid,
        )
        return Execution(*row) if row else None

    def begun_by(self, account: str, initiated_by: str, flow_sid: str) -> Execution | None:
        """Give the newest execution of a flow that a call or a message began."""
        row = self._one(
            f"SELECT {_EXECUTION} {_FROM} WHERE e.initiated_by = :by AND f.account = :account AND f.sid = :flow"
            " ORDER BY e.seq DESC LIMIT 1",
            by=initiated_by,
            account=account,
            flow=flow_sid,
        )
        return Execution(*row) if row else None

    def count_since(self, account: str, kinds: Sequence[str], since: float) -> int:
        """Count the executions that were started in these ways after a moment."""
        sql = (
            f"SELECT count(*) {_FROM} WHERE e.created > ? AND f.account = ? AND e.kind IN (?{', ?' * (len(kinds) - 1)})"
        )
        return cast("int", self._connection.execute(sql, (since, account, *kinds)).fetchone()[0])

    def any_active(self, flow: Flow) -> bool:
        """Tell whether at least one execution of the flow is active."""
        return self._one("SELECT 1 FROM executions WHERE flow = :flow AND status = 'active'", flow=flow.seq) is not None

    def due(self, now: float, limit: int) -> list[Execution]:
        """Give executions that go on by themselves by now, in order of time."""
        sql = f"SELECT {_EXECUTION} {_FROM} WHERE e.due <= ? AND f.deleted IS NULL ORDER BY e.due, e.seq LIMIT ?"
        return [Execution(*row) for row in self._connection.execute(sql, (now, limit))]

    def insert(self, flow: Flow, start: Start, sid_of: SidMaker) -> Execution:
        """Keep a new execution."""
        row = self._one("SELECT seq FROM sqlite_sequence WHERE name = 'executions'")
        number = int(row[0]) + 1 if row else 1
        sid = sid_of("FN", number)
        by = "RQ" + derived(sid) if start.kind == "request" else start.initiated_by
        updated = start.created if start.status == "ended" or start.kind else None
        self._connection.execute(
            "INSERT INTO executions (seq, sid, flow, status, version, contact, created, updated, shuffle, address,"
            " kind, initiated_by) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (number, sid, flow.seq, start.status, start.version, start.contact, start.created, updated,
             int(derived(sid)[:15], 16), start.address, start.kind, by),
        )  # fmt: skip
        return Execution(
            number, sid, flow.sid, flow.account, start.status, start.version, start.contact, start.created, updated,
            start.address, start.kind, by,
        )  # fmt: skip

    def keep(self, progress: Progress) -> bool:
        """Keep how far an execution came; False when it has gone on, or away, since it was read."""
        one = progress.execution
        found = self._connection.execute(
            "UPDATE executions SET status = ?, updated = ?, ended_reason = ?, due = ?, turn = turn + 1"
            " WHERE seq = ? AND turn = ?",
            (one.status, one.updated, one.ended_reason, one.due, one.seq, one.turn),
        )
        if not found.rowcount:
            return False
        self._connection.executemany(
            f"INSERT INTO steps (execution, {_STEP}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(one.seq, *step) for step in progress.steps],
        )
        self._connection.executemany(
            "INSERT INTO step_contexts (execution, number, whole, body) VALUES (?, ?, ?, ?)",
            [(one.seq, *context) for context in progress.contexts],
        )
        self._connection.execute(
            "INSERT OR REPLACE INTO contexts (execution, state, context) VALUES (?, ?, ?)",
            (one.seq, progress.state, progress.context),
        )
        if progress.reply is not None:
            self._connection.execute(
                "INSERT OR IGNORE INTO replies (account, flow_sid, sid, execution) VALUES (?, ?, ?, ?)",
                (one.account, one.flow_sid, progress.reply, one.seq),
            )
        if progress.assumptions is not None:
            self._connection.execute(
                "INSERT OR REPLACE INTO assumptions (execution, body) VALUES (?, ?)", (one.seq, progress.assumptions)
            )
        return True

    def took(self, account: str, flow_sid: str, sid: str) -> bool:
        """Tell whether a message was taken as a reply to a flow."""
        sql = "SELECT 1 FROM replies WHERE account = :account AND flow_sid = :flow AND sid = :sid"
        return self._one(sql, account=account, flow=flow_sid, sid=sid) is not None

    def assumptions(self, execution: Execution) -> str | None:
        """Give what the run of an execution that ended took for granted, as JSON."""
        row = self._one("SELECT body FROM assumptions WHERE execution = :seq", seq=execution.seq)
        return row[0] if row else None

    def place(self, execution: Execution, state: bytes) -> None:
        """Let a new execution begin at a state as soon as somebody looks."""
        self._connection.execute("UPDATE executions SET due = created WHERE seq = ?", (execution.seq,))
        self._connection.execute("INSERT INTO contexts (execution, state) VALUES (?, ?)", (execution.seq, state))

    def delete(self, execution: Execution) -> None:
        """Delete an execution with its steps."""
        self._connection.execute("DELETE FROM executions WHERE seq = ?", (execution.seq,))

    def purge(self, now: float, limit: int) -> int:
        """Drop so many executions that are kept no longer; give how many there were."""
        sql = "DELETE FROM executions WHERE seq IN (SELECT seq FROM executions WHERE created <= ? LIMIT ?)"
        return self._connection.execute(sql, (now - RETENTION, limit)).rowcount

    def stale(self, now: float) -> bool:
        """Tell whether there are executions that are kept no longer."""
        sql = "SELECT 1 FROM executions WHERE created <= :horizon LIMIT 1"
        return self._one(sql, horizon=now - RETENTION) is not None

    def body(self, execution: Execution) -> tuple[bytes | None, bytes | None]:
        """Give the state of an execution that may go on, and the variables of one that cannot."""
        row = self._one("SELECT state, context FROM contexts WHERE execution = :seq", seq=execution.seq)
        return (row[0], row[1]) if row else (None, None)

    def steps(self, execution: Execution, window: Window) -> list[tuple[Step, Json]]:
        """List steps of an execution; the second of each is its place in the list."""
        key, direction = NUMBERED[window.order]
        sql = f"SELECT {key}, {_STEP} FROM steps WHERE execution = :execution"
        rows = rows_of(self._connection, sql, (key, direction), window, {"execution": execution.seq})
        return [(Step(*row[1:]), row[0]) for row in rows]

    def step(self, execution: Execution, sid: str) -> Step | None:
        """Give one step of an execution."""
        sql = f"SELECT {_STEP} FROM steps WHERE execution = :execution AND sid = :sid"
        row = self._one(sql, execution=execution.seq, sid=sid)
        return Step(*row) if row else None

    def step_contexts(self, execution: Execution, number: int) -> list[StepContext]:
        """Give what the variables after one step are made of: a whole one, and the changes up to it."""
        sql = (
            "SELECT number, whole, body FROM step_contexts WHERE execution = :execution AND number <= :number"
            " AND number >= (SELECT max(number) FROM step_contexts"
            " WHERE execution = :execution AND number <= :number AND whole) ORDER BY number"
        )
        rows = self._connection.execute(sql, {"execution": execution.seq, "number": number})
        return [StepContext(row[0], bool(row[1]), row[2]) for row in rows]

    def announce(self, happenings: Iterable[Happening]) -> None:
        """Put into the outbox what happened."""
        self._connection.executemany(
            "INSERT INTO outbox (account, kind, at, body) VALUES (?, ?, ?, ?)",
            [(one.account_sid, one.type, one.at, to_text(one)) for one in happenings],
        )
        self._connection.execute(
            "DELETE FROM outbox WHERE seq <= (SELECT max(seq) FROM outbox) - ?"
            " AND NOT EXISTS (SELECT 1 FROM subscriptions)",
            (UNSENT,),
        )

    def outbox(self, after: int = 0, limit: int = 100) -> list[Posted]:
        """Give what is in the outbox behind a place in it, in order."""
        sql = "SELECT seq, kind, body FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?"
        return [Posted(row[0], from_text(row[1], row[2])) for row in self._connection.execute(sql, (after, limit))]

    def forget(self, up_to: int) -> None:
        """Remove from the outbox what has arrived, up to a place in it."""
        self._connection.execute("DELETE FROM outbox WHERE seq <= ?", (up_to,))

    def stubs(self, account: str) -> list[Stub]:
        """Give what stands in for the outer world, the newest first."""
        sql = "SELECT flow_sid, widget, url, body FROM stubs WHERE account = ? ORDER BY seq DESC"
        return [Stub(*row) for row in self._connection.execute(sql, (account,))]

    def insert_stub(self, account: str, stub: Stub) -> None:
        """Let something stand in for the outer world."""
        self._connection.execute(
            "INSERT INTO stubs (account, flow_sid, widget, url, body) VALUES (?, ?, ?, ?, ?)", (account, *stub)
        )

    def delete_stubs(self, account: str) -> None:
        """Let nothing stand in any more."""
        self._connection.execute("DELETE FROM stubs WHERE account = ?", (account,))

    def _one(self, sql: str, **values: object) -> tuple[Any, ...] | None:
        return cast("tuple[Any, ...] | None", self._connection.execute(sql, values).fetchone())
