"""What use cases give back and tell on their way: values only. Views turn them into text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from reconciler.model.address import Address
from reconciler.model.audit import Actor
from reconciler.model.record import FlowRecord, RevisionEntry
from reconciler.plan.outcome import Outcome
from reconciler.plan.values import DiffItem, ForeignRevision, Plan, Step

Condition = Literal[
    "in-sync",
    "changed",
    "drifted",
    "pending",
    "conflict",
    "draft-waiting",
    "not-created",
    "deleted-by-others",
    "orphaned",
]


@dataclass(frozen=True, slots=True)
class ResourceStatus:
    """How one resource stands.

    Attributes:
        condition: in one word; the worst that holds.
        sid: the flow's SID; None when it is not known.
        revision: the latest revision seen; None for test users and for what does not exist.
        published_revision: the published head; None when there is none.
        webhook_url: where phone numbers point; None when it is not known.
        note: one sentence for people, or None.
    """

    address: Address
    condition: Condition
    sid: str | None
    revision: int | None
    published_revision: int | None
    webhook_url: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a plan.

    Attributes:
        outcomes: one for each step, in the order of the plan.
        declined: a person said no at the prompt; nothing was done.
        interrupted: the run was asked to stop; what had not started was skipped.
        lease_lost: the lock could not be held; nothing more was started.
    """

    plan: Plan
    outcomes: tuple[Outcome, ...]
    declined: bool = False
    interrupted: bool = False
    lease_lost: bool = False


@dataclass(frozen=True, slots=True)
class PlanDecided:
    """The plan that is about to be applied."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class Recovered:
    """An intent of an earlier run that had no known end, and what became of it.

    Attributes:
        sid: the flow that was written, where one was.
        overwritten: revisions of others that landed before that write, and that it is on top of.
    """

    address: Address
    message: str
    sid: str | None = None
    overwritten: tuple[ForeignRevision, ...] = ()


@dataclass(frozen=True, slots=True)
class StepStarted:
    """A step is being done now."""

    step: Step


@dataclass(frozen=True, slots=True)
class StepEnded:
    """A step came to its end."""

    outcome: Outcome


Event = PlanDecided | Recovered | StepStarted | StepEnded


@dataclass(frozen=True, slots=True)
class History:
    """The revisions known of one flow, oldest first.

    Attributes:
        actors: who made a revision, by its number, as far as Monitor tells.
        patches: what a revision changed, by its number; empty when nobody asked.
        older: revisions that are left out.
        nameless: why Monitor could not be asked, None when it was, or when nobody wanted to.
        live_head: the newest published revision in Studio; None when Studio was not asked, or has none.
    """

    address: Address
    record: FlowRecord
    entries: tuple[RevisionEntry, ...]
    actors: Mapping[int, Actor] = field(default_factory=dict)
    patches: Mapping[int, tuple[DiffItem, ...]] = field(default_factory=dict)
    older: int = 0
    nameless: str | None = None
    live_head: int | None = None

    @property
    def published(self) -> int | None:
        """The published head: as Studio has it where it was asked, else as it was recorded; None when there is none."""
        if self.live_head is not None:
            return self.live_head
        return self.record.published.revision if self.record.published is not None else None


@dataclass(frozen=True, slots=True)
class Compared:
    """Two sides of one flow and what differs; `before` and `after` say which (`revision 7`, `live`, `manifest`).

    Attributes:
        base: what both started from, when live and manifest were compared and live has moved; else None.
        conflicts: the places that both changed differently since then, which a merge cannot bring together.
    """

    address: Address
    before: str
    after: str
    items: tuple[DiffItem, ...]
    base: str | None = None
    conflicts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one resource is planned as it is.

    Attributes:
        facts: what the decision rests on: name and value, in the order to be read.
        decision: what will be done, in words.
        saved_calls: calls to Studio that were not needed, each with its reason.
    """

    address: Address
    facts: tuple[tuple[str, str], ...]
    decision: str
    saved_calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """A flow that was taken over."""

    address: Address
    sid: str
    revision: int
    record: FlowRecord
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RolledBack:
    """An older revision that a flow is to have again.

    Attributes:
        revision: the revision whose body is taken.
        file: the file that holds it now; None with `--live-only`.
        items: what differs from the file, or from live, as it was before.
        plan: what applying it would do, or has done; None when nothing was planned.
    """

    address: Address
    revision: int
    file: str | None
    items: tuple[DiffItem, ...]
    plan: Plan | None = None
    notes: tuple[str, ...] = ()


Verdict = Literal["ok", "warning", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that `doctor` looked at. `hint` is the next thing to do, None when all is well."""

    name: str
    verdict: Verdict
    message: str
    hint: str | None = None
