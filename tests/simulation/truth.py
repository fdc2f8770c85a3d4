"""What really happened: every commit of the emulated Studio, who made it, and what the state durably holds.

Rules that must hold at the moment of a write are checked here, by `rules`; those that hold in the end are in
`invariants`.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from reconciler.definition import document
from reconciler.emulator.rows import Flow, Revision
from reconciler.emulator.sids import CONSOLE_AUTHOR
from reconciler.emulator.store import Store
from reconciler.emulator.transaction import Transaction
from reconciler.model.address import Address
from reconciler.model.definition import Definition
from reconciler.plan.mark import Mark, read_mark


@dataclass(eq=False)
class TrueRevision:
    """One revision as it was committed."""

    row: Revision
    actor: str
    index: int
    at: float
    flipped: bool = False

    @property
    def console(self) -> bool:
        """Tell whether a person in the Console wrote it."""
        return self.row.author == CONSOLE_AUTHOR

    @property
    def mark(self) -> Mark | None:
        """Give the mark of ours that it bears."""
        return read_mark(self.row.commit_message)

    @property
    def definition(self) -> Definition:
        """Give its definition."""
        return document.of(json.loads(self.row.definition))


@dataclass(eq=False)
class TrueFlow:
    """One flow, from its creation to after its end."""

    sid: str
    created: float
    index: int
    revisions: dict[int, TrueRevision] = field(default_factory=dict)
    deleted_by: str | None = None
    released: bool = False

    @property
    def alive(self) -> bool:
        """Tell whether it exists."""
        return self.deleted_by is None

    @property
    def latest(self) -> TrueRevision:
        """Give its latest revision."""
        return self.revisions[max(self.revisions)]

    @property
    def published(self) -> TrueRevision | None:
        """Give its published head."""
        numbers = [n for n, r in self.revisions.items() if r.row.status == "published"]
        return self.revisions[max(numbers)] if numbers else None

    @property
    def first_mark(self) -> Mark | None:
        """Give the mark of its first revision."""
        return self.revisions[min(self.revisions)].mark

    @property
    def owner(self) -> Address | None:
        """Give the address that its first revision names."""
        return self.first_mark.owner.address if self.first_mark else None

    def named(self, name: str) -> bool:
        """Tell whether it was called like that in all its life."""
        return all(revision.row.friendly_name == name for revision in self.revisions.values())


@dataclass(frozen=True)
class Entry:
    """One thing that a transaction did."""

    kind: str
    sid: str
    revision: Revision | None = None
    number: int = 0


class RecordingStore(Store):
    """The emulator's store, which tells what was committed."""

    def __init__(self, truth: Truth) -> None:
        super().__init__(None)
        self._truth = truth

    @contextlib.contextmanager
    def write(self) -> Iterator[Transaction]:
        """Give a transaction, and tell afterwards what it did."""
        with super().write():
            recording = _Recording(self._connection)
            yield recording
        self._truth.committed(recording.entries)

    def end_executions(self) -> None:
        """Let everything that runs come to its end."""
        with super().write():
            self._connection.execute("UPDATE executions SET status = 'ended'")

    def contacts_of(self, sid: str) -> list[str]:
        """Give the test users of a flow as they are."""
        with self.read() as t:
            flow = t.flow(sid, None)
            return t.contacts(flow) if flow else []


class _Recording(Transaction):
    def __init__(self, connection) -> None:
        super().__init__(connection)
        self.entries: list[Entry] = []

    def insert_flow(self, account, created, sid_of) -> Flow:
        flow = super().insert_flow(account, created, sid_of)
        self.entries.append(Entry("create", flow.sid))
        return flow

    def insert_revision(self, flow: Flow, revision: Revision) -> None:
        super().insert_revision(flow, revision)
        self.entries.append(Entry("revision", flow.sid, revision))

    def turn_status(self, flow, number, status, updated) -> None:
        super().turn_status(flow, number, status, updated)
        self.entries.append(Entry("flip", flow.sid, number=number))

    def delete_flow(self, flow, at) -> None:
        super().delete_flow(flow, at)
        self.entries.append(Entry("delete", flow.sid))


class Truth:
    """Everything that was committed, in order; `rules` hears of each commit after it is known here."""

    def __init__(self) -> None:
        self.flows: dict[str, TrueFlow] = {}
        self.index = 0
        self.person = False
        self.who = lambda: "world"
        self.now = lambda: 0.0
        self.trace: list[str] = []
        self.violations: list[str] = []
        self.on_commit = lambda entry, actor: None  # noqa: ARG005 - set by the world

    def say(self, text: str) -> None:
        """Add a line to the trace."""
        self.trace.append(f"{self.now():9.3f} {text}")

    def violated(self, text: str) -> None:
        """Note that a rule does not hold."""
        self.violations.append(text)
        self.say(f"VIOLATION {text}")

    def committed(self, entries: list[Entry]) -> None:
        """Note what a transaction did."""
        actor = "console" if self.person else self.who()
        for entry in entries:
            self.index += 1
            if entry.kind == "create":
                self.flows[entry.sid] = TrueFlow(entry.sid, self.now(), self.index)
            flow = self.flows[entry.sid]
            if entry.revision is not None:
                revision = TrueRevision(entry.revision, actor, self.index, self.now())
                flow.revisions[entry.revision.number] = revision
            elif entry.kind == "flip":
                old = flow.revisions[entry.number]
                status = "published" if old.row.status == "draft" else "draft"
                row = old.row._replace(status=status)
                flow.revisions[entry.number] = TrueRevision(row, old.actor, self.index, self.now(), flipped=True)
            elif entry.kind == "delete":
                flow.deleted_by = actor
            self.say(f"  committed {entry.kind} {entry.sid[:6]} {_shown(entry)} by {actor}")
            self.on_commit(entry, actor)

    def alive(self) -> list[TrueFlow]:
        """Give the flows that exist."""
        return [flow for flow in self.flows.values() if flow.alive]


def _shown(entry: Entry) -> str:
    row = entry.revision
    return f"#{entry.number}" if row is None else f"#{row.number} {row.status} {row.friendly_name} {row.commit_message}"
