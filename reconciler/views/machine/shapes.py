"""The shapes of the JSON documents that commands give with `--json`. Types only; the plan's are in `plan.shape`.

The JSON Schemas in `schemas/` are made from these types. A shape only ever grows while `format` stays 1.
"""

from __future__ import annotations

from typing import Literal, NotRequired

from pydantic import with_config
from typing_extensions import TypedDict

from reconciler.plan.shape import STRICT, DiffItemShape, DriftShape, PlanShape
from reconciler.views.machine.released_shape import ReleaseShape


class FindingShape(TypedDict):
    """A fault or remark; `line` and `column` count from 1 and are null where not known."""

    rule: str
    severity: Literal["error", "warning", "note"]
    message: str
    file: str | None
    line: int | None
    column: int | None
    widget: str | None
    property: str | None
    hint: str | None


class FindingsSummaryShape(TypedDict):
    """How many findings of each severity there are."""

    error: int
    warning: int
    note: int


@with_config(STRICT)
class FindingsShape(TypedDict):
    """What `validate` and `lint` found."""

    format: Literal[1]
    summary: FindingsSummaryShape
    findings: list[FindingShape]


class ErrorDetailShape(TypedDict):
    """An error. `retry`: the same command may help; `ambiguous`: a write may have taken place all the same."""

    message: str
    hint: str | None
    retry: bool
    ambiguous: bool
    httpStatus: int | None
    twilioCode: int | None
    findings: list[FindingShape]


@with_config(STRICT)
class ErrorShape(TypedDict):
    """What a command gives that ended with an error instead of a result."""

    format: Literal[1]
    exitCode: int
    error: ErrorDetailShape


@with_config(STRICT)
class DriftDocumentShape(TypedDict):
    """What others did since the last apply."""

    format: Literal[1]
    project: str
    environment: str
    account: str | None
    serial: int
    drift: list[DriftShape]


class ResourceStatusShape(TypedDict):
    """How one resource stands."""

    address: str
    condition: Literal[
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
    sid: str | None
    revision: int | None
    publishedRevision: int | None
    webhookUrl: str | None
    note: str | None


@with_config(STRICT)
class StatusShape(TypedDict):
    """How every resource stands. `release`: the one under way, or the last one; not there when there was none."""

    format: Literal[1]
    resources: list[ResourceStatusShape]
    release: NotRequired[ReleaseShape]


class PendingShape(TypedDict):
    """A write that was begun and whose end is not recorded."""

    address: str
    kind: Literal["create", "update", "publish", "delete", "set-test-users"]
    token: str
    sid: str | None
    base: int
    target: str
    plan: str
    at: str


class ResourceRowShape(TypedDict):
    """One recorded resource, in short; `revision` and `status` are null for test users, `flow` is null for flows."""

    address: str
    sid: str
    revision: int | None
    status: Literal["draft", "published"] | None
    flow: str | None


@with_config(STRICT)
class StateListShape(TypedDict):
    """What a state holds."""

    format: Literal[1]
    lineage: str
    serial: int
    project: str
    environment: str
    account: str | None
    endpoint: str | None
    resources: list[ResourceRowShape]
    pending: list[PendingShape]


class DigestsShape(TypedDict):
    """The two digests of a definition."""

    behaviour: str
    full: str


class RevisionEntryShape(TypedDict):
    """A revision in a flow's history."""

    revision: int
    status: Literal["draft", "published"]
    digest: str | None
    message: str | None
    author: str | None
    at: str | None
    by: Literal["us", "others"]
    plan: str | None
    source: str | None


class RecordedFlowShape(TypedDict):
    """Everything recorded of a flow."""

    kind: Literal["Flow"]
    sid: str
    friendlyName: str
    status: Literal["draft", "published"]
    revision: int
    publishedRevision: int | None
    webhookUrl: str | None
    onDelete: Literal["delete", "retain"]
    sent: DigestsShape | None
    stored: DigestsShape
    revisions: list[RevisionEntryShape]


class RecordedTestUsersShape(TypedDict):
    """Everything recorded of test users."""

    kind: Literal["TestUsers"]
    flow: str
    sid: str
    sent: list[str]
    stored: list[str]


@with_config(STRICT)
class StateShowShape(TypedDict):
    """Everything recorded under one address."""

    format: Literal[1]
    address: str
    resource: RecordedFlowShape | RecordedTestUsersShape | None
    pending: PendingShape | None


@with_config(STRICT)
class DiffShape(TypedDict):
    """What differs between two sides of a flow; `before` and `after` name them.

    `base` names what both started from where live and manifest were compared, and live has moved; `conflicts` are the
    places that both changed differently since then.
    """

    format: Literal[1]
    address: str
    before: str
    after: str
    base: str | None
    diff: list[DiffItemShape]
    conflicts: list[str]


class FactShape(TypedDict):
    """Something that a decision rests on."""

    name: str
    value: str


@with_config(STRICT)
class ExplainShape(TypedDict):
    """Why a resource is planned as it is."""

    format: Literal[1]
    address: str
    facts: list[FactShape]
    decision: str
    savedCalls: list[str]


class CheckShape(TypedDict):
    """One thing that was looked at."""

    name: str
    verdict: Literal["ok", "warning", "failed", "skipped"]
    message: str
    hint: str | None


@with_config(STRICT)
class DoctorShape(TypedDict):
    """What `doctor` looked at, in its order."""

    format: Literal[1]
    checks: list[CheckShape]


@with_config(STRICT)
class VersionShape(TypedDict):
    """The version of reconciler and of what it runs on."""

    format: Literal[1]
    reconciler: str
    parts: dict[str, str]


@with_config(STRICT)
class ImportShape(TypedDict):
    """A flow that was taken over."""

    format: Literal[1]
    address: str
    sid: str
    revision: int
    friendlyName: str
    status: Literal["draft", "published"]
    notes: list[str]


@with_config(STRICT)
class RollbackShape(TypedDict):
    """An older revision that a flow is to have again; `file` is null when only the live side is changed."""

    format: Literal[1]
    address: str
    revision: int
    file: str | None
    diff: list[DiffItemShape]
    plan: PlanShape | None
    notes: list[str]


@with_config(STRICT)
class RebuiltFlowShape(TypedDict):
    """One flow that was found again by the marks in its commit messages."""

    address: str
    sid: str
    revision: int
    revisions: int


@with_config(STRICT)
class StateRebuildShape(TypedDict):
    """A state put together again; `recorded` is false while it is only proposed."""

    format: Literal[1]
    recorded: bool
    flows: list[RebuiltFlowShape]
    testUsers: list[str]
    unknown: list[str]


@with_config(STRICT)
class VerifiedShape(TypedDict):
    """One recorded revision held against Studio."""

    address: str
    sid: str
    revision: int
    verdict: Literal["holds", "differs", "missing", "unread"]


@with_config(STRICT)
class StateVerifyShape(TypedDict):
    """All recorded revisions held against Studio; `holds` is whether none differs and none is missing."""

    format: Literal[1]
    holds: bool
    revisions: list[VerifiedShape]
