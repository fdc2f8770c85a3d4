"""Try the drafts: start an execution for a test user, look at its steps, end it. None is started twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from reconciler.apply.look import when_shown
from reconciler.definition.contacts import same_contacts
from reconciler.errors import AmbiguousError, InterruptedRunError, NotFoundError, StudioConflictError, StudioError
from reconciler.model.execution import Execution, ExecutionFilter
from reconciler.model.jsontypes import JsonObject
from reconciler.model.release import Release, Smoke, SmokeRun
from reconciler.ports import StateSession
from reconciler.workflows.release.job import Job, Stopped
from reconciler.workflows.release.judge import judge_smoke
from reconciler.workflows.release.values import SmokeBegan, SmokeEnded, Warned

PARAMETER: Final = "reconciler"
"""Under this key of its parameters an execution says which release it belongs to, and by which token it is found."""

ATTEMPTS: Final = 3
_SLACK: Final = timedelta(seconds=60)
_PAUSE: Final = 1.0


def smoke(job: Job, release: Release) -> Release | Stopped:
    """Run every declared smoke execution, one after the other; the first that fails takes the release back."""
    with job.session(release) as session:
        release = job.current(session, release)
        bad = next((run for run in release.smoke if run.verdict == "failed"), None)
        if bad is not None:  # it was judged, and the run ended before it could go back
            return job.go_back(session, end_runs(job, session, release), "smoke", _why(bad))
        for run in release.smoke:
            if run.verdict != "open":
                continue
            try:
                run = _tried(job, session, release, run)  # noqa: PLW2901 - the same one, further on
            except InterruptedRunError:
                return Stopped(session.state.release or release, "interrupted", interrupted=True)
            except StudioError as error:
                if error.retry:
                    return Stopped(session.state.release or release, f"{run.flow}: {error.message}", error=error)
                run = replace(_now(session, run), verdict="failed", message=error.message)  # noqa: PLW2901 - as above
            release = job.put(session, (session.state.release or release).with_run(run))
            job.tell(SmokeEnded(run))
            release = end_runs(job, session, release)
            if run.verdict == "failed":
                return job.go_back(session, release, "smoke", _why(run))
        return job.to(session, release, "publish")


def _why(run: SmokeRun) -> str:
    return f"{run.flow}: {run.name}: {run.message}"


def _tried(job: Job, session: StateSession, release: Release, run: SmokeRun) -> SmokeRun:
    declared = next(s for s in job.request.desired.flows[run.flow].release.smoke if s.name == run.name)
    flow = next(flow for flow in release.flows if flow.address == run.flow)
    sid = flow.sid or ""
    if run.at is not None and run.sid is None:
        run = _noted(job, session, run, _find(job, sid, run))
    if run.sid is None:
        run = _started(job, session, run, sid, declared)
    job.tell(SmokeBegan(run))
    return _judged(job, sid, run, declared, flow.draft)


def _noted(job: Job, session: StateSession, run: SmokeRun, found: Execution | None) -> SmokeRun:
    if found is None:
        return run
    run = replace(run, sid=found.sid)
    _put(job, session, run)
    return run


def _put(job: Job, session: StateSession, run: SmokeRun) -> None:
    now = session.state.release
    if now is not None:
        job.put(session, now.with_run(run))


def _now(session: StateSession, run: SmokeRun) -> SmokeRun:
    now = session.state.release
    return next((each for each in now.smoke if each.token == run.token), run) if now is not None else run


def _started(job: Job, session: StateSession, run: SmokeRun, sid: str, declared: Smoke) -> SmokeRun:
    """Start it; what may have been started already is looked for before anything is sent again.

    Raises:
        StudioError: Studio refuses it, or another execution of that contact is in the way.
    """
    run = replace(run, at=job.look.server_now())
    _put(job, session, run)
    lost: StudioError | None = None
    for _ in range(ATTEMPTS):
        try:
            started = _sent(job, run, sid, declared)
        except StudioConflictError as error:
            found = _find(job, sid, run)
            if found is None:
                raise
            started, lost = found, error
        except AmbiguousError as error:
            lost = error
            found = _find(job, sid, run)
            if found is None:
                continue
            started = found
        return _noted(job, session, run, started)
    raise AmbiguousError(f"the answer to the start got lost {ATTEMPTS} times ({lost})") from lost


def _sent(job: Job, run: SmokeRun, sid: str, declared: Smoke) -> Execution:
    parameters: JsonObject = {**(declared.parameters or {}), PARAMETER: {"token": run.token, "smoke": run.name}}
    missing = NotFoundError("nothing was asked")
    for _ in job.look.polls():  # a flow that was created just now may not be shown yet
        try:
            return job.world.runner.start_execution(sid, declared.to, declared.sender, parameters)
        except NotFoundError as error:
            missing = error
    raise missing


def _find(job: Job, sid: str, run: SmokeRun) -> Execution | None:
    """Look for the execution that a start made, until the window has passed."""
    seen: set[str] = set()
    since = None if run.at is None else run.at - _SLACK
    for _ in job.look.polls():
        for one in _listed(job, sid, since):
            found = None if one.sid in seen else _has_token(job, one, run.token)
            if found:
                return one
            if found is not None:  # else it is too young to be shown, and is asked again
                seen.add(one.sid)
    return None


def _listed(job: Job, sid: str, since: datetime | None) -> list[Execution]:
    try:
        return list(job.world.runs.list_executions(sid, ExecutionFilter(since=since)))
    except NotFoundError:
        return []


def _has_token(job: Job, one: Execution, token: str) -> bool | None:
    """Tell whether an execution bears a token; None while Studio does not show its variables."""
    try:
        return token in json.dumps(job.world.runs.fetch_context(one.flow_sid, one.sid))
    except NotFoundError:
        return None


def _judged(job: Job, sid: str, run: SmokeRun, declared: Smoke, draft: int | None) -> SmokeRun:
    clock, runs = job.look.clock, job.world.runs
    end = clock.monotonic() + declared.expect.within.total_seconds()
    while True:
        last = clock.monotonic() >= end
        try:
            execution = runs.fetch_execution(sid, run.sid or "")
            steps = runs.list_steps(sid, run.sid or "")
        except NotFoundError:
            verdict, message = "open", "Studio does not show it"
        else:
            wrong = _not_the_draft(execution, declared, draft)
            if wrong is not None:
                return replace(run, verdict="failed", message=wrong)
            verdict, message = judge_smoke(declared.expect, execution, steps)
            if verdict == "open" and execution.status == "ended":
                end = min(end, clock.monotonic() + job.look.window)  # its last steps may lag behind
        if verdict != "open" or last:
            return replace(run, verdict="passed" if verdict == "passed" else "failed", message=message)
        clock.sleep(max(min(_PAUSE, end - clock.monotonic()), 0.001))


def _not_the_draft(execution: Execution, declared: Smoke, draft: int | None) -> str | None:
    if draft is not None and execution.revision is not None and execution.revision < draft:
        return f"ran revision {execution.revision}, not the draft {draft}"
    if execution.contact is not None and not same_contacts((execution.contact,), (declared.to,)):
        return "ran for another contact than it was started for"
    return None


def end_runs(job: Job, session: StateSession, release: Release) -> Release:
    """End every execution that this release started and that may still be active: it would block its contact."""
    for run in release.smoke:
        if run.at is None or run.ended:
            continue
        flow = next(flow for flow in release.flows if flow.address == run.flow)
        after = _ended(job, flow.sid, run)
        if after != run:
            release = job.put(session, release.with_run(after))
    return release


def _ended(job: Job, flow: str | None, run: SmokeRun) -> SmokeRun:
    """Give a run as it is after all attempts to end it; what could not be ended is told, and tried again later."""
    if flow is None:
        return replace(run, ended=True)
    why = ""
    for _ in range(ATTEMPTS):
        try:
            return _end(job, flow, run)
        except StudioError as error:
            why = error.message
    job.tell(Warned(f"The smoke execution {run.name} of {run.flow} could not be ended: {why}"))
    return run


def _end(job: Job, flow: str, run: SmokeRun) -> SmokeRun:
    sid = run.sid
    if sid is None:
        found = _find(job, flow, run)
        if found is None:
            return replace(run, ended=True)  # it was never started
        sid = found.sid
    try:
        when_shown(job.look, lambda: job.world.runner.end_execution(flow, sid))
    except (StudioConflictError, NotFoundError):
        pass  # it has ended already
    except AmbiguousError:
        if job.world.runs.fetch_execution(flow, sid).status != "ended":
            raise
    return replace(run, sid=sid, ended=True)
