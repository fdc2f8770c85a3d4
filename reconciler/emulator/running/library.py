"""The flows of an account for runs: published revisions, and drafts for test users."""

from __future__ import annotations

import json

from reconciler.emulator.rows import Flow as Row
from reconciler.emulator.rows import Revision
from reconciler.emulator.studio import Studio
from reconciler.emulator.transaction import Transaction
from reconciler.simulate import Flow, flow_of


class StoreLibrary:
    """`simulate.Library` over what the emulator keeps."""

    def __init__(self, studio: Studio, account: str, within: Transaction | None = None) -> None:
        """Take the account whose flows these are, and the open transaction; None opens one for each look."""
        self._studio = studio
        self._account = account
        self._within = within
        self._numbers: dict[tuple[str, str], Flow | None] = {}

    def find(self, sid: str, revision: str) -> Flow | None:
        """Give a flow of the account; None when it has none of that SID, or not at that revision."""
        key = (sid, revision)
        if revision.isdecimal() and key in self._numbers:
            return self._numbers[key]
        found = self._read(sid, revision)
        if revision.isdecimal():
            self._numbers[key] = found
        return found

    def made(self, row: Row, revision: Revision) -> Flow:
        """Make a revision ready to run, or give what was made of it before."""
        flow = self._studio.flows.get(row.sid, revision.number)
        if flow is None:
            flow = flow_of(json.loads(revision.definition), row.sid, revision.number)
            self._studio.flows.put(flow)
        return flow

    def _read(self, sid: str, revision: str) -> Flow | None:
        if self._within is not None:
            found = _find(self._within, self._account, sid, revision)
        else:
            with self._studio.store.read() as t:
                found = _find(t, self._account, sid, revision)
        return None if found is None else self.made(*found)


def _find(t: Transaction, account: str, sid: str, revision: str) -> tuple[Row, Revision] | None:
    row = t.flow(sid, account)
    if row is None:
        return None
    if revision == "LatestPublished":
        found = t.published(row)
    elif revision.isdecimal():
        found = t.revision(row, int(revision))
    else:
        found = t.latest(row)
    return None if found is None else (row, found)
