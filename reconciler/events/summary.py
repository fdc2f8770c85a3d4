"""What a store of events holds, in numbers."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from reconciler.events.rows import moment
from reconciler.model.streams import KeptEvents


@dataclass(frozen=True, slots=True)
class Added:
    """What came of events that arrived together.

    Attributes:
        new: kept.
        again: known already: nothing was done.
        aside: new, and kept apart because reports have no use for them.
    """

    new: int
    again: int
    aside: int


def summarise(connection: sqlite3.Connection) -> KeptEvents:
    """Count everything."""

    def counts(sql: str) -> dict[str, int]:
        return dict(connection.execute(sql).fetchall())

    def one(sql: str) -> int | None:
        value: int | None = connection.execute(sql).fetchone()[0]
        return value

    facts: dict[str, str] = dict(connection.execute("SELECT name, value FROM facts WHERE name != 'key'").fetchall())
    executions = one("SELECT count(*) FROM executions") or 0
    ended = one("SELECT count(DISTINCT execution) FROM events WHERE type LIKE '%.execution.ended'") or 0
    last = connection.execute("SELECT received, at FROM events ORDER BY seq DESC LIMIT 1").fetchone() or (None, None)
    received, happened = moment(last[0]), moment(last[1])
    return KeptEvents(
        events=counts("SELECT type, count(*) FROM events GROUP BY type ORDER BY type"),
        aside=counts("SELECT type, count(*) FROM aside GROUP BY type ORDER BY type"),
        again=int(facts.get("again", "0")),
        executions=executions,
        active=executions - ended,
        oldest=moment(one("SELECT min(began) FROM executions")),
        newest=moment(one("SELECT max(at) FROM events")),
        received=received,
        lag=None if received is None or happened is None else received - happened,
        keep=facts.get("keep"),
    )
