"""What an emulator's database says was done: read from the file itself, past the API and past everything of ours."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

TOKEN = re.compile(r"^\[reconciler (\S+) ")


@dataclass(frozen=True, slots=True)
class Minted:
    """One revision; `token` is that of the intent it belongs to."""

    number: int
    status: str
    definition: str
    token: str | None


@dataclass(frozen=True, slots=True)
class LiveFlow:
    """One flow that exists."""

    sid: str
    name: str
    revisions: tuple[Minted, ...]
    contacts: str | None


@dataclass(frozen=True, slots=True)
class Account:
    """All flows that exist, by SID, and how many were ever created."""

    flows: Mapping[str, LiveFlow]
    created: int

    def shape(self) -> dict[str, object]:
        """Give all that two runs of the same work have in common: no SIDs, tokens and dates."""
        sids = {live.sid: f"<{live.name}>" for live in self.flows.values()}
        found: dict[str, object] = {"created": self.created}
        for live in self.flows.values():
            texts = [_without(sids, revision.definition) for revision in live.revisions]
            statuses = [revision.status for revision in live.revisions]
            assert live.name not in found, f"two flows are called {live.name}"
            found[live.name] = ([r.number for r in live.revisions], statuses, texts, live.contacts)
        return found

    def tokens(self) -> list[str]:
        """Give the token of every revision that bears one."""
        return [r.token for live in self.flows.values() for r in live.revisions if r.token is not None]


def read_account(database: Path) -> Account:
    """Read everything."""
    with _connected(database) as connection:
        rows = connection.execute("SELECT seq, sid FROM flows WHERE deleted IS NULL ORDER BY seq").fetchall()
        flows = {sid: _flow(connection, seq, sid) for seq, sid in rows}
        (created,) = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'flows'").fetchone() or (0,)
    return Account(flows, created)


def _flow(connection: sqlite3.Connection, seq: int, sid: str) -> LiveFlow:
    query = (
        "SELECT number, status, definition, commit_message, friendly_name FROM revisions WHERE flow = ? ORDER BY number"
    )
    rows = connection.execute(query, (seq,)).fetchall()
    minted = tuple(Minted(number, status, text, _token(message)) for number, status, text, message, _ in rows)
    contacts = connection.execute("SELECT contacts FROM test_users WHERE flow = ? ORDER BY seq DESC", (seq,)).fetchone()
    return LiveFlow(sid, rows[-1][4], minted, contacts[0] if contacts else None)


def _token(message: str | None) -> str | None:
    found = TOKEN.match(message or "")
    return found[1] if found else None


def _without(sids: Mapping[str, str], text: str) -> str:
    for sid, name in sids.items():
        text = text.replace(sid, name)
    return text


@contextlib.contextmanager
def _connected(database: Path) -> Iterator[sqlite3.Connection]:
    # Not read-only: who reads a write-ahead log may have to recover it.
    with contextlib.closing(sqlite3.connect(database)) as connection:
        yield connection
