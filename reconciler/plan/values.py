"""A plan as a value: steps with their basis, drift, objections. No bodies, no secrets, no callables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from reconciler.definition.difference import Difference, Origin
from reconciler.model.address import Address
from reconciler.model.definition import Status

StepKind = Literal["create", "update", "publish", "delete", "adopt", "forget", "set-test-users", "record"]
STEP_KINDS: Final[tuple[StepKind, ...]] = get_args(StepKind)

ChangeClass = Literal["none", "layout", "metadata", "behaviour", "contacts", "draft", "deleted"]
ObjectionScope = Literal["plan", "step"]


@dataclass(frozen=True, slots=True)
class FieldChanged:
    """A field of the resource itself: `friendlyName` or `status`. None: the side does not have the resource."""

    field: Literal["friendlyName", "status"]
    before: str | None
    after: str | None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class ContactsChanged:
    """Test users that come and go."""

    added: tuple[str, ...]
    removed: tuple[str, ...]


DiffItem = Difference | FieldChanged | ContactsChanged


@dataclass(frozen=True, slots=True)
class Basis:
    """What one step was decided on. Apply refuses the step when the world has moved past it.

    Attributes:
        sid: None for a create, and for test users of a flow that is yet to be created.
        revision: the latest revision read; 0 for a create.
        published_revision: the published head read; None when never published or not read.
        digest: full digest of the latest body read or recorded; None when there is none.
        target: digest of what shall be there afterwards (for test users: of the contacts); None when the definition
            refers to a flow that this plan creates, and for steps that send nothing.
    """

    sid: str | None
    revision: int
    published_revision: int | None
    digest: str | None
    target: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do.

    Attributes:
        reason: a constant word: `not-recorded`, `changed`, `no-longer-desired`, `deleted-by-others`, `moved`, ….
        depends_on: addresses whose steps must be done first. Earlier steps of the same address always come first.
        notes: sentences for people, such as that phone numbers will not follow a new SID.
    """

    address: Address
    kind: StepKind
    change_class: ChangeClass
    reason: str
    basis: Basis
    depends_on: tuple[Address, ...] = ()
    diff: tuple[DiffItem, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ForeignRevision:
    """A revision above the recorded one. `ours`: it carries the mark of this project, environment and address."""

    revision: int
    status: Status
    author: str | None
    at: datetime | None
    message: str | None
    ours: bool


@dataclass(frozen=True, slots=True)
class Drift:
    """What others did to one resource since it was recorded."""

    address: Address
    change_class: ChangeClass
    from_revision: int | None
    to_revision: int | None
    revisions: tuple[ForeignRevision, ...] = ()
    diff: tuple[DiffItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Objection:
    """A guard's no. `scope` `plan` refuses everything, `step` that address and what depends on it.

    `flag` is what a person may say to overrule it; None when nothing may. `command` is the next command to type.
    """

    id: str
    scope: ObjectionScope
    address: Address | None
    message: str
    flag: str | None
    command: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything to be done, in a possible order, and what it was decided on.

    `unchanged` counts desired resources without a step. `serial` and `lineage` are of the state; `manifests` is the
    digest of the desired side; `warnings` are sentences that stop nothing.
    """

    project: str
    environment: str
    account: str | None
    endpoint: str | None
    lineage: str
    serial: int
    manifests: str
    steps: tuple[Step, ...]
    drift: tuple[Drift, ...] = ()
    objections: tuple[Objection, ...] = ()
    unchanged: int = 0
    warnings: tuple[str, ...] = ()

    def count(self, kind: StepKind) -> int:
        """Count the steps of one kind."""
        return sum(1 for step in self.steps if step.kind == kind)

    @property
    def empty(self) -> bool:
        """Tell whether nothing would be sent or forgotten: `record` steps alone are an empty plan."""
        return all(step.kind == "record" for step in self.steps)

    @property
    def refused(self) -> bool:
        """Tell whether an objection refuses the whole plan."""
        return any(objection.scope == "plan" for objection in self.objections)

    def objections_to(self, address: Address) -> tuple[Objection, ...]:
        """Give the objections to the steps of one address."""
        return tuple(o for o in self.objections if o.scope == "step" and o.address == address)
