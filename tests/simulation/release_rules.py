"""What must hold of releases at the moment of each write and of each record."""

from __future__ import annotations

import json
from collections.abc import Callable

from reconciler.model.address import Address
from reconciler.model.record import State
from reconciler.model.release import Release, ReleasedFlow
from tests.simulation.actor import Actor
from tests.simulation.truth import Entry, TrueFlow, TrueRevision, Truth
from tests.simulation.wire import Request

Shown = Callable[[float, float], bool]


class ReleaseRules:
    """Watch releases: what is published was tried, and in the end all flows are new, or all are what they were."""

    def __init__(self, truth: Truth) -> None:
        self.truth = truth

    def sent(self, actor: Actor, request: Request, state: State | None) -> None:
        """An execution is started only by a release, and only after that was written down."""
        release = None if state is None else state.releasing
        if actor.kind != "release" or release is None:
            self.truth.violated(f"a {actor.kind} wrote {request.path}, and no release is under way")
            return
        if not request.path.endswith("/Executions"):
            return
        token = json.loads(request.form.get("Parameters", "{}")).get("reconciler", {}).get("token")
        if not any(run.token == token and run.at is not None for run in release.smoke):
            self.truth.violated(f"the execution {token} was started, and nobody wrote that down before")
        if release.stage != "smoke":
            self.truth.violated(f"an execution was started in stage {release.stage}")

    def committed(self, actor: Actor, entry: Entry, address: Address, state: State | None) -> None:
        """Callers get nothing new before everything was tried, and nothing of it from apply."""
        release = None if state is None else state.releasing
        if entry.revision is None or release is None or address not in release.addresses:
            if actor.kind == "release" and release is None and entry.revision is not None:
                self.truth.violated(f"{address}: written by a release that is not under way")
            return
        if actor.kind != "release":
            return
        if entry.revision.status != "published":
            if release.stage != "draft":
                self.truth.violated(f"{address}: a draft was written in stage {release.stage}")
            return
        if release.stage not in {"publish", "back"}:
            self.truth.violated(f"{address}: published in stage {release.stage}")
        if release.stage == "publish" and any(run.verdict != "passed" or run.at is None for run in release.smoke):
            self.truth.violated(f"{address}: published, and not everything was tried")

    def went_back(self, actor: Actor, entry: Entry, address: Address, state: State | None, shown: Shown) -> None:
        """What others published since the release began, and could be seen, goes only when somebody says so."""
        release = None if state is None else state.releasing
        begin = actor.started.get(address)
        if release is None or release.stage != "back" or actor.reverts or begin is None or entry.revision is None:
            return
        base = next((flow.base for flow in release.flows if flow.address == address), None)
        truth = self.truth.flows[entry.sid]
        ours = truth.revisions[entry.revision.number]
        for number, revision in truth.revisions.items():
            if base is None or number <= base or not revision.console or revision.row.status != "published":
                continue
            seen = revision.index <= begin[1] and shown(revision.at, begin[0])
            if seen and number < entry.revision.number and not _same_body(revision, ours):
                self.truth.violated(f"{address}: going back overwrote revision {number}, which others published")

    def recorded(self, before: State, after: State) -> None:
        """Look at a release at the moment in which it is over."""
        release = after.release
        if release is None or release.under_way or before.release == release:
            return
        for flow in release.flows:
            truth = self.truth.flows.get(flow.sid or "")
            if truth is None or not truth.alive or not flow.publish:
                continue
            if release.stage == "done":
                self._is_new(release, flow, truth)
            elif flow.left is None and flow.previous is not None:
                self._is_as_before(release, flow, truth, flow.previous)
        if any(run.at is not None and not run.ended for run in release.smoke):
            self.truth.say(f"release {release.id} left executions open")

    def _is_new(self, release: Release, flow: ReleasedFlow, truth: TrueFlow) -> None:
        found, tried = (truth.revisions.get(number or 0) for number in (flow.published, flow.draft))
        if found is None or tried is None or found.row.status != "published":
            self.truth.violated(f"{flow.address}: release {release.id} is done, and did not publish it")
        elif found.definition.digests.full != tried.definition.digests.full:
            self.truth.violated(f"{flow.address}: revision {flow.published} is not the draft that was tried")

    def _is_as_before(self, release: Release, flow: ReleasedFlow, truth: TrueFlow, previous: int) -> None:
        head = truth.published
        theirs = [n for n, r in truth.revisions.items() if r.console and r.row.status == "published"]
        if head is None or any(number > flow.base for number in theirs):
            return
        old = truth.revisions.get(previous)
        if old is None:
            self.truth.violated(f"{flow.address}: release {release.id} took back {flow.sid}, which is another flow")
            return
        if not _same_body(head, old) or head.row.friendly_name != old.row.friendly_name:
            self.truth.violated(
                f"{flow.address}: release {release.id} was taken back, and callers have revision {head.row.number}, "
                f"not the body of revision {previous}"
            )


def _same_body(one: TrueRevision, other: TrueRevision) -> bool:
    return one.definition.digests.full == other.definition.digests.full
