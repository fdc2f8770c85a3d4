"""Very many executions with steps, put straight into an emulator's database: what running them would take hours for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.emulator.running.contexts import packed
from reconciler.emulator.sids import derived
from reconciler.emulator.store import Store
from reconciler.model.jsontypes import JsonObject
from reconciler.simulate.sids import sid_of

PATH = ("incomingMessage", "sent", "match", "success", "incomingMessage", "match", "sent", "next", "timeout", "sent")
"""The events of the steps, again and again."""

TYPES = (
    "trigger", "send-message", "split-based-on", "make-http-request", "send-and-wait-for-reply", "split-based-on",
    "send-message", "set-variables", "send-and-wait-for-reply", "send-message",
)  # fmt: skip
"""The widget of each step."""

_BATCH = 1000


@dataclass(frozen=True)
class Crowd:
    """How many executions of how many steps, from when on, one each `apart` seconds; one in `active` has not ended."""

    executions: int
    steps: int
    since: float
    apart: float = 1.0
    active: int = 10


def put_crowd(store: Store, flow_sid: str, crowd: Crowd) -> None:
    """Keep a crowd of executions of a flow, as if they had run: some 50,000 steps a second."""
    for first in range(0, crowd.executions, _BATCH):
        with store.write() as t:
            flow = t.flow(flow_sid, None)
            assert flow is not None
            ((last,),) = t._connection.execute(
                "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'executions'), 0)"
            )
            numbers = range(first, min(first + _BATCH, crowd.executions))
            rows = [_row(crowd, flow.seq, last + 1 + number - first, number) for number in numbers]
            t._connection.executemany(
                "INSERT INTO executions (seq, sid, flow, status, version, contact, created, updated, shuffle,"
                " initiated_by, ended_reason, address, kind)"
                " VALUES (?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, '+15550100009', 'message')",
                rows,
            )
            context, nothing_new = packed(_context()), packed({})
            t._connection.executemany(
                "INSERT INTO contexts (execution, context) VALUES (?, ?)", [(row[0], context) for row in rows]
            )
            t._connection.executemany(
                "INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _steps(crowd, flow_sid, rows)
            )
            t._connection.executemany(
                "INSERT INTO step_contexts VALUES (?, ?, ?, ?)",
                (
                    (row[0], number, number == 1, context if number == 1 else nothing_new)
                    for row in rows
                    for number in range(1, crowd.steps + 1)
                ),
            )


def _row(crowd: Crowd, flow: int, seq: int, number: int) -> tuple[object, ...]:
    sid = "FN" + derived(f"crowd:{flow}:{seq}")
    ended = number % crowd.active != 0
    at = crowd.since + number * crowd.apart
    contact = f"+1555{number % 10_000_000:07d}"
    status, reason = ("ended", "FLOW_END") if ended else ("active", None)
    return (seq, sid, flow, status, contact, at, at + crowd.steps, int(derived(sid)[:15], 16), "SM" + sid[2:], reason)


def _steps(crowd: Crowd, flow_sid: str, rows: Sequence[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        seq, sid, at = row[0], str(row[1]), float(str(row[5]))
        for number in range(1, crowd.steps + 1):
            place = (number - 1) % len(PATH)
            here, there = f"{TYPES[place]}_{place}", f"{TYPES[(place + 1) % len(PATH)]}_{(place + 1) % len(PATH)}"
            over = number == crowd.steps and row[3] == "ended"
            step = sid_of("FT", sid, f"step.{number}")
            to = "Ended" if over else there
            yield (seq, number, step, flow_sid, PATH[place], here, to, TYPES[place], None, at + number)


def _context() -> JsonObject:
    reply: JsonObject = {"inbound": {"Body": "yes", "From": "+15550100001"}, "outbound": {"Body": "Shall we?"}}
    return {
        "trigger": {"message": {"From": "+15550100001", "To": "+15550100009", "Body": "Hello"}},
        "flow": {"variables": {"asked": 1}, "channel": {"address": "+15550100009"}},
        "widgets": {f"send-and-wait-for-reply_{number}": reply for number in (4, 8)},
        "contact": {"channel": {"address": "+15550100001"}},
    }
