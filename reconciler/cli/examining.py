"""What `doctor` looks at, one function each: none changes anything, and none shows a credential."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

from reconciler import __version__
from reconciler.cli import compose, runtime
from reconciler.cli.app import App
from reconciler.cli.runtime import Runtime
from reconciler.errors import InterruptedRunError, LoadError, ReconcilerError, StudioError
from reconciler.model.desired import Environment
from reconciler.studio.client import StudioClient
from reconciler.studio.credentials import DEFAULT_NAMES, from_environment
from reconciler.studio.hosts import hosts_of, is_loopback
from reconciler.studio.live import LiveReader
from reconciler.workflows.results import Check
from reconciler.workflows.validate import check_definitions

_LEAST: Final = (3, 11)
_SKEW: Final = timedelta(minutes=5)


def examine(app: App) -> Iterator[Check]:
    """Look at one thing after the other, from the inside out. What depends on a failure is left out."""
    yield Check("reconciler", "ok", __version__)
    yield _python()
    try:
        project = compose.project(app)
    except LoadError as error:
        yield Check("manifests", "failed", error.message, "reconciler validate shows each with its place.")
        return
    except ReconcilerError as error:
        yield Check("manifests", "failed", error.message, error.hint)
        return
    yield _manifests(app, project)
    yield _environment(project.desired.environment)
    credentials = _credentials(project.desired.environment)
    yield credentials
    yield from _state(app, project)
    if credentials.verdict == "failed":
        yield Check("Studio", "skipped", "there are no credentials to ask with")
    else:
        yield from _studio(app)


def _python() -> Check:
    found = platform.python_version()
    if sys.version_info < _LEAST:
        return Check("Python", "failed", found, "Python 3.11 or newer is needed.")
    return Check("Python", "ok", found)


def _manifests(app: App, project: compose.Project) -> Check:
    loaded = project.loaded
    findings = (*loaded.warnings, *check_definitions(loaded.desired, loaded.text))
    errors = sum(1 for finding in findings if finding.severity == "error")
    lists = len(loaded.desired.test_users)
    what = f"{len(loaded.desired.flows)} flows and {lists} lists of test users in {app.common.manifests}/"
    if errors:
        return Check("manifests", "failed", f"{what}, {errors} errors", "reconciler validate shows them.")
    if findings:
        return Check("manifests", "warning", f"{what}, {len(findings)} remarks", "reconciler validate shows them.")
    return Check("manifests", "ok", what)


def _environment(environment: Environment) -> Check:
    where = environment.endpoint or f"account {environment.account}"
    if environment.endpoint == compose.EMBEDDED:
        where = "the embedded emulator"
    guarded = ", protected" if environment.protected else ""
    return Check("environment", "ok", f"{environment.name}: {where}{guarded}")


def _credentials(environment: Environment) -> Check:
    if environment.endpoint == compose.EMBEDDED:
        return Check("credentials", "ok", "the embedded emulator wants none")
    hosts = hosts_of(environment.endpoint, environment.region, environment.edge)
    names = {**DEFAULT_NAMES, **environment.credentials}
    try:
        found = from_environment(os.environ, names, required=not is_loopback(hosts.studio))
    except ReconcilerError as error:
        return Check("credentials", "failed", error.message, error.hint)
    if not found.variables:
        return Check("credentials", "ok", "none set; an emulator on this machine takes invented ones")
    if environment.account is not None and found.account != environment.account:
        message = f"{names['accountSid']} names another account than the environment, {environment.account}"
        return Check("credentials", "failed", message, "Set the credentials of that account.")
    return Check("credentials", "ok", f"in {' and '.join(found.variables)}")


def _state(app: App, project: compose.Project) -> Iterator[Check]:
    path = project.places.state
    with runtime.reading(app) as run:
        store = compose.state_store(project, run)
        try:
            state = store.read()
        except ReconcilerError as error:
            yield Check("state", "failed", error.message, error.hint)
            return
        holder = store.holder() if project.places.remote is not None or path.exists() else None
    where = project.places.location
    if state is None:
        yield Check("state", "ok", f"{where}: not there yet; the first apply makes it")
    else:
        open_ = f", {len(state.pending)} writes with unknown end" if state.pending else ""
        yield Check("state", "ok", f"{where}: serial {state.serial}, {len(state.resources)} resources{open_}")
    yield from () if project.places.remote is not None else _folder(path)
    if holder is not None:
        yield Check("lock", "warning", f"held by {holder}", "Wait for that run to end.")


def _folder(path: Path) -> Iterator[Check]:
    folder = _nearest(path.parent)
    if not os.access(folder, os.W_OK | os.X_OK) or (path.exists() and not os.access(path, os.W_OK)):
        yield Check(
            "state folder", "failed", f"{folder} cannot be written to", "Give yourself the right to write there."
        )


def _nearest(folder: Path) -> Path:
    return folder if folder.exists() or folder == folder.parent else _nearest(folder.parent)


def _studio(app: App) -> Iterator[Check]:
    try:
        with compose.asking(app) as (found, run, client):
            yield from _answers(found.desired.environment, run, client)
    except InterruptedRunError:
        raise
    except ReconcilerError as error:
        yield Check("Studio", "failed", error.message, error.hint)


def _answers(environment: Environment, run: Runtime, client: StudioClient) -> Iterator[Check]:
    reader = LiveReader(client)
    started = run.clock.monotonic()
    try:
        account = reader.fetch_account()
    except StudioError as error:
        yield Check("Studio", "failed", error.message, error.hint or "Check endpoint, region and network.")
        return
    seconds = run.clock.monotonic() - started
    if environment.account not in {None, account}:
        message = f"account {account} answers, the environment is for {environment.account}"
        yield Check("Studio", "failed", message, "Set the credentials of that account.")
        return
    rows = reader.list_flows()
    yield Check("Studio", "ok", f"account {account} answers in {seconds:.1f} s; it has {len(rows)} flows")
    theirs = reader.server_time()
    if theirs is not None and abs(theirs - run.clock.now()) > _SKEW:
        hint = "Set this machine's clock: times in the history will be wrong otherwise."
        yield Check("clock", "warning", f"Studio's clock says {theirs:%Y-%m-%d %H:%M:%S} UTC", hint)
