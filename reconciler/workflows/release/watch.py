"""Look after the callers of what was just published. Holds no lock: another run may take the release back meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from reconciler.errors import InterruptedRunError, StudioError
from reconciler.model.release import Release, ReleasedFlow
from reconciler.workflows.release.job import Job, Stopped
from reconciler.workflows.release.judge import judge_health
from reconciler.workflows.release.values import Looked, Warned

_FAILURES: Final = 3
"""Looks in a row that may fail once the watch is over, before the release is left as it is."""


def watch(job: Job, release: Release) -> Release | Stopped:
    """Watch until the time is over: then the release is done. What is worse than declared takes it back at once."""
    try:
        bad = _watched(job, release)
    except InterruptedRunError:
        return Stopped(release, "interrupted", interrupted=True)
    except StudioError as error:
        return Stopped(release, f"nobody can tell how callers fare: {error.message}", error=error)
    with job.session(release) as session:
        release = job.current(session, release)
        if bad is not None:
            return job.go_back(session, release, "watch", bad)
        return job.put(session, replace(release, stage="done", ended=job.look.server_now()))


def _watched(job: Job, release: Release) -> str | None:
    """Give why the release has to go back; None once the time is over."""
    flows = [flow for flow in release.flows if flow.publish and flow.published is not None and flow.sid]
    watches = [
        job.request.watch(job.request.desired.flows[f.address]) for f in flows if f.address in job.request.desired.flows
    ]
    spans = [watch for watch in watches if watch.span]
    if not spans or release.until is None:
        return None
    clock, every = job.look.clock, min(watch.every for watch in spans).total_seconds()
    end = clock.monotonic() + max((release.until - job.look.server_now()).total_seconds(), 0.0)
    failures = 0
    while True:
        left = max(end - clock.monotonic(), 0.0)
        try:
            bad = _look(job, release, flows, left)
        except StudioError as error:
            failures += 1
            job.tell(Warned(f"Callers could not be looked at: {error.message}"))
            if left <= 0 and failures >= _FAILURES:
                raise
        else:
            failures = 0
            if bad is not None or left <= 0:
                return bad
        if clock.stopping():
            raise InterruptedRunError("interrupted")
        clock.sleep(max(min(every, left) if left > 0 else every, 0.001))


def _look(job: Job, release: Release, flows: list[ReleasedFlow], left: float) -> str | None:
    found: str | None = None
    for flow in flows:
        declared = job.request.desired.flows.get(flow.address)
        if declared is None or release.since is None:
            continue
        watch = job.request.watch(declared)
        if not watch.span:
            continue
        health = job.world.health.look(flow.sid or "", release.since, watch.error_events)
        job.tell(Looked(flow.address, health.executions, health.failed, health.errors, left))
        bad = judge_health(watch, health)
        if bad is not None and found is None:
            found = f"{flow.address}: {bad}"
    return found
