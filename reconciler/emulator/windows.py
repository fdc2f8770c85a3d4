"""Pages of rows in SQL: the orders that lists can have, and how a window on one of them is read."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any, Final

from reconciler.emulator.rows import Window

ORDERS: Final = {
    "newest": ("seq", "DESC"),
    "oldest": ("seq", "ASC"),
    "by-sid": ("sid", "ASC"),
    "shuffled": ("shuffle", "ASC"),
}
"""Order of a list → column and direction, for rows that have these columns."""

NUMBERED: Final = {
    "newest": ("number", "DESC"),
    "oldest": ("number", "ASC"),
    "by-sid": ("number", "ASC"),
    "shuffled": ("number * 7919777 % 2147483647", "ASC"),
}
"""The same for rows that are numbered within something."""


def rows_of(
    connection: sqlite3.Connection, sql: str, by: tuple[str, str], window: Window, values: Mapping[str, object]
) -> list[tuple[Any, ...]]:
    """Read the rows of a window.

    Args:
        connection: inside of a transaction.
        sql: a query that ends within its WHERE.
        by: expression to order by, and direction.
        window: which rows.
        values: what the query's parameters are.
    """
    key, direction = by
    ascending = (direction == "ASC") is not window.backward
    beyond = "" if window.key is None else f" AND {key} {'>' if ascending else '<'} :key"
    order = "ASC" if ascending else "DESC"
    rows = connection.execute(
        f"{sql}{beyond} ORDER BY {key} {order} LIMIT :limit", {**values, "key": window.key, "limit": window.limit}
    ).fetchall()
    return rows[::-1] if window.backward else rows
