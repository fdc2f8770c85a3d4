"""What came of one step. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from reconciler.errors import ReconcilerError
from reconciler.plan.values import ForeignRevision, Objection, Step

OutcomeKind = Literal["done", "failed", "conflict", "refused", "skipped", "pending"]


@dataclass(frozen=True, slots=True)
class Done:
    """The step is done and recorded.

    Attributes:
        revision: the flow's latest revision now; None for steps that have none (test users, forget, delete).
        sid: the flow's SID; None after a forget of something without one.
        overwritten: revisions of others that landed between our read and our write, and that ours is on top of.
        saved: files that keep the bodies of a deleted flow.
        notes: sentences for people.
    """

    step: Step
    sid: str | None = None
    revision: int | None = None
    webhook_url: str | None = None
    overwritten: tuple[ForeignRevision, ...] = ()
    saved: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    kind: Literal["done"] = "done"


@dataclass(frozen=True, slots=True)
class Failed:
    """The step ended with an error; nothing of it happened, or what may have happened stays pending."""

    step: Step
    error: ReconcilerError
    kind: Literal["failed"] = "failed"


@dataclass(frozen=True, slots=True)
class Conflicted:
    """Somebody wrote to the resource since the plan; nothing was sent."""

    step: Step
    message: str
    kind: Literal["conflict"] = "conflict"


@dataclass(frozen=True, slots=True)
class Refused:
    """Guards said no to this step."""

    step: Step
    objections: tuple[Objection, ...]
    kind: Literal["refused"] = "refused"


@dataclass(frozen=True, slots=True)
class Skipped:
    """The step was not started.

    `because` is the address that it waits for, or `interrupted`, `validation`, `state`, `lease`.
    """

    step: Step
    because: str
    kind: Literal["skipped"] = "skipped"


@dataclass(frozen=True, slots=True)
class Pending:
    """The step was started and nobody knows how it ended; the next run finds out."""

    step: Step
    message: str
    kind: Literal["pending"] = "pending"


Outcome = Done | Failed | Conflicted | Refused | Skipped | Pending
