"""A release as the manifests declare it, and as the state remembers it: values only.

A release takes several flows through stages together; what it does with them is `reconciler.workflows.release`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from reconciler.model.address import Address
from reconciler.model.finding import Place
from reconciler.model.jsontypes import JsonObject

ERROR_EVENTS: Final[tuple[str, ...]] = (
    "callFailure", "deliveryFailed", "deliveryFailure", "error", "fail", "failed", "failedToEnqueue", "failure",
    "providerError", "undeliveredMessage", "validationError",
)  # fmt: skip
"""Events that say that a widget could not do its work. What a contact does (`hangup`, `noInput`) is none of them."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a smoke execution has to do.

    Attributes:
        reaches, avoids: widgets of the flow itself, not of its sub-flows.
        ends: whether it has to end, or must not; None: either.
        within: how long it may take to do so.
    """

    reaches: tuple[str, ...] = ()
    avoids: tuple[str, ...] = ()
    ends: bool | None = None
    within: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Smoke:
    """One execution of a flow's draft, started by REST for one of its test users."""

    name: str
    to: str
    sender: str
    parameters: JsonObject | None
    expect: Expectation
    place: Place


@dataclass(frozen=True, slots=True)
class Watch:
    """How callers are looked after once a release is published. Nothing is watched when `span` is zero.

    Attributes:
        span: for how long.
        every: how often.
        max_failed_ratio: share of executions with an error event above which the release goes back; None: any.
        min_executions: below so many a share means nothing.
        max_errors: error events above which the release goes back at once; None: any number.
        error_events: what counts as an error.
    """

    span: timedelta = timedelta(0)
    every: timedelta = timedelta(seconds=15)
    max_failed_ratio: float | None = 0.05
    min_executions: int = 20
    max_errors: int | None = None
    error_events: tuple[str, ...] = ERROR_EVENTS


@dataclass(frozen=True, slots=True)
class FlowRelease:
    """`spec.release` of a Flow document; without a `watch` the project's counts."""

    smoke: tuple[Smoke, ...] = ()
    watch: Watch | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """How the executions of one flow fared since some moment.

    Attributes:
        failed: executions with at least one error event.
        errors: error events in all.
    """

    executions: int = 0
    failed: int = 0
    errors: int = 0


NO_RELEASE: Final = FlowRelease()
"""What a document without `spec.release` says."""

Stage = Literal["draft", "test-users", "smoke", "publish", "watch", "back", "done", "taken-back"]
"""The way forward, in order, but for `back`, to which each stage can go until it is `done`; then it is `taken-back`."""

OVER: Final[frozenset[Stage]] = frozenset({"done", "taken-back"})

Cause = Literal["asked", "conflict", "failed", "smoke", "watch"]
Verdict = Literal["open", "passed", "failed"]


@dataclass(frozen=True, slots=True)
class ReleasedFlow:
    """What a release knows of one of its flows.

    Attributes:
        sid: None until the release has created it.
        base: the latest revision when the release began; 0 for a create.
        previous: the published revision that callers had then; None when it was never published.
        previous_digest: full digest of that revision, as Studio stored it.
        publish: whether it is to be published at all; a flow whose manifest says `draft` stays one.
        manifest: digest of what the manifests said of it.
        target: full digest of the draft, as it was sent; None until then.
        draft: revision of the draft; None until then.
        published: the revision that published it; None until then.
        back: the revision that took it back; None while there is none.
        left: it was not taken back, and why not; None when it was, or need not be.
    """

    address: Address
    sid: str | None
    base: int
    previous: int | None
    previous_digest: str | None
    publish: bool
    manifest: str
    target: str | None = None
    draft: int | None = None
    published: int | None = None
    back: int | None = None
    left: str | None = None


@dataclass(frozen=True, slots=True)
class SmokeRun:
    """What became of one declared smoke execution.

    Attributes:
        token: stands in its parameters, so that it is found again.
        at: when it was about to be started, by Studio's clock; None: it was not.
        sid: None until it is known.
        ended: it needs no more ending.
        verdict: `open` until its steps were judged.
    """

    flow: Address
    name: str
    token: str
    at: datetime | None = None
    sid: str | None = None
    ended: bool = False
    verdict: Verdict = "open"
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A release of some flows: under way, or the last one that was.

    Attributes:
        id: 12 characters, unique; stands in the commit messages of everything that it writes.
        flows: in the order in which they are published.
        since: when the first of them was about to be published; what begins later is watched.
        until: when the watch ends; None until the watch began.
        cause, reason: why it went back, in one word and in a sentence; None when it did not.
        ended: when it was over; None while it is under way.
    """

    id: str
    stage: Stage
    began: datetime
    message: str | None
    flows: tuple[ReleasedFlow, ...]
    smoke: tuple[SmokeRun, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    cause: Cause | None = None
    reason: str | None = None
    ended: datetime | None = None

    @property
    def under_way(self) -> bool:
        """Tell whether it is neither done nor taken back."""
        return self.stage not in OVER

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Give the addresses of its flows, in the order in which they are published."""
        return tuple(flow.address for flow in self.flows)

    def with_flow(self, flow: ReleasedFlow) -> Release:
        """Give the release with one flow in the place of that of the same address."""
        return replace(self, flows=tuple(flow if each.address == flow.address else each for each in self.flows))

    def with_run(self, run: SmokeRun) -> Release:
        """Give the release with one smoke execution in the place of that of the same token."""
        return replace(self, smoke=tuple(run if each.token == run.token else each for each in self.smoke))
