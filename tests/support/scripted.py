"""A Studio that answers as written down: for answers that no server gives on request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from reconciler.apply.ledger import Ledger
from reconciler.apply.look import Look
from reconciler.apply.run import Run
from reconciler.model.address import Address
from reconciler.model.definition import Definition, Status
from reconciler.model.desired import Desired
from reconciler.model.live import FlowBody, FlowInput, FlowRevision, FlowRow
from reconciler.model.record import FlowRecord, Intent, PublishedHead, RevisionEntry, State, StateChange, changed
from reconciler.plan.options import PlanOptions
from reconciler.plan.values import Basis, Objection, Plan, Step, StepKind
from tests.support.flows import desired, greeting
from tests.support.world import CountedChance, VirtualClock

MENU = Address("Flow", "menu")
SID = "FW" + "1" * 32
AT = datetime(2026, 1, 1, tzinfo=UTC)


class Scripted:
    """Answer each operation with the next of its answers, the last one again and again; errors are raised."""

    def __init__(self, **answers: Sequence[Any]) -> None:
        self._answers = {name: list(given) for name, given in answers.items()}
        self.asked: list[tuple[str, tuple[Any, ...]]] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Give the operation of that name."""

        def call(*args: Any) -> Any:
            self.asked.append((name, args))
            answers = self._answers[name]
            answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, Exception):
                raise answer
            return answer(*args) if callable(answer) else answer

        return call

    def server_time(self) -> datetime | None:
        """No answer has had a date."""
        return None

    def count(self, name: str) -> int:
        """How often an operation was asked for."""
        return sum(1 for asked, _ in self.asked if asked == name)


class Memory:
    """A session that forgets at the end; it can be told to fail."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.failing: Exception | None = None

    def record(self, changes: Sequence[StateChange]) -> None:
        """Keep changes, or fail."""
        if self.failing is not None:
            raise self.failing
        self.state = changed(self.state, changes)

    def save_body(self, address: Address, revision: FlowRevision) -> str:
        """Keep a body."""
        return f"{address}@{revision.revision}"

    def sign(self, plan: str) -> None:
        """Keep nothing."""


def row(revision: int = 1, status: Status = "published", name: str = "menu", sid: str = SID) -> FlowRow:
    """A row of the list."""
    return FlowRow(sid, None, name, status, revision)


def body(
    revision: int = 1, text: str = "Hello", message: str | None = None, status: Status = "published", **more: Any
) -> FlowBody:
    """A fetched flow of one message."""
    return FlowBody(row(revision, status, **more), greeting(text), message, None)


def numbered(
    number: int, text: str | None = "Hello", message: str | None = None, status: Status = "published", **more: Any
) -> FlowRevision:
    """One revision."""
    definition = None if text is None else greeting(text)
    return FlowRevision(SID, number, status, "menu", definition, message, **more)


def recorded(
    revision: int = 1, text: str = "Hello", sent: Definition | None = None, published: int | None = 1, **more: Any
) -> FlowRecord:
    """The record of a flow that we made."""
    digests = greeting(text).digests
    head = None if published is None else PublishedHead(published, digests)
    entry = RevisionEntry(revision, "published", digests.full, None, None, None, "us")
    record = FlowRecord(
        SID, "menu", "published", revision, None, head, sent.digests if sent else digests, digests, revisions=(entry,)
    )
    return replace(record, **more)


def state(resources: Mapping[Address, Any] | None = None, pending: Mapping[Address, Intent] | None = None) -> State:
    """A state of project `clinic`."""
    return State("4f1c2a9e-0", 1, "clinic", "local", None, None, resources=resources or {}, pending=pending or {})


def run(
    studio: Scripted,
    *,
    wanted: Desired | None = None,
    resources: Mapping[Address, Any] | None = None,
    sids: dict[str, str] | None = None,
    window: float = 1.0,
    validator: Scripted | None = None,
    options: PlanOptions | None = None,
) -> Run:
    """A run against a scripted Studio; its session is `run.ledger._session`."""
    session = Memory(state(resources))
    return Run(
        look=Look(studio, VirtualClock(), window),  # type: ignore[arg-type]  # it answers whatever is asked
        writer=studio,  # type: ignore[arg-type]  # as above
        validator=validator,  # type: ignore[arg-type]  # as above
        chance=CountedChance(),
        ledger=Ledger(session, sids or {}),
        desired=wanted or desired(),
        options=options or PlanOptions(),
        plan_digest="sha256:0",
        names={},
    )


def intent(what: FlowInput | None = None, **more: Any) -> Intent:
    """The intent of an update."""
    what = what or FlowInput("menu", "published", greeting("New"), "")
    digests = what.definition.digests
    return replace(
        Intent("TOKEN0000001", "update", SID, what.friendly_name, what.status, 1, digests.full, "sha256:0", AT,
               digests.behaviour),
        **more,
    )  # fmt: skip


def message(of: str = "TOKEN0000001", address: str = "Flow/menu") -> str:
    """A commit message with a mark of ours."""
    return f"[reconciler {of} 4f1c2a9e 00000000 clinic/local/{address}] Text"


def step(kind: StepKind = "update", address: Address = MENU, reason: str = "changed", **basis: object) -> Step:
    """A step decided on revision 1."""
    given = Basis(SID, 1, 1, None, None)
    return Step(address, kind, "behaviour", reason, replace(given, **basis))


def plan(*steps: Step, objections: tuple[Objection, ...] = ()) -> Plan:
    """A plan of these steps."""
    return Plan("clinic", "local", None, None, "4f1c2a9e", 1, "sha256:0", steps, objections=objections)
